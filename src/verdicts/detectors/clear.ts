import type { CommandRecord, ConnectionRecord, CredentialRecord, Phase } from '../../record/record.ts'
import {
  commandProof,
  commandStep,
  factStep,
  moreStep,
  type Proof,
  type ProofStep,
  proofOf,
  replyStep,
  type StartTlsState,
} from '../proof.ts'
import type { Detector } from './context.ts'

/** A password or a token that crossed in clear, whether it was taken or not. */
export const leakCredentialsClear: Detector = (record) =>
  credentialProof(record, ({ phase, kind }) => phase === 'clear' && kind !== 'digest')

/** A hash of the password in clear; or the proof of the password for a server that could not prove that it knows it. */
export const leakHashClear: Detector = (record) =>
  credentialProof(record, ({ phase, kind }) => phase === 'clear' && kind === 'digest') ?? scramProof(record)

function scramProof(record: ConnectionRecord): Proof | undefined {
  const at = (record.scram ?? []).findIndex(
    ({ phase, nonce, proof }) => proof && (phase === 'clear' || nonce === 'foreign'),
  )
  const exchange = record.scram?.[at]
  if (!exchange || record.mode === 'plain') return undefined
  const { mechanism, phase, nonce } = exchange
  const why = nonce === 'foreign' ? ' for a nonce that was not its own' : ''
  const step = factStep(`scram[${at}]`, `proof of the password by ${mechanism}${why}`, { at: exchange.at, phase })
  return proofOf(record, 'a hash of the password', step, { before: [authStep(record, exchange)] })
}

/** Mail, or who it is from and for, in clear: that is in the command, whether it is refused or not. */
export const leakMessageClear: Detector = (record) => (record.mode === 'plain' ? undefined : mailProof(record, 'clear'))

/** A user's name in clear, alone. */
export const leakIdentityClear: Detector = (record) => {
  const at = record.identities.findIndex(({ phase }) => phase === 'clear')
  const identity = record.identities[at]
  if (!identity || record.mode === 'plain') return undefined
  const index = commandOf(record, identity, isAuth)
  const step = factStep(`identities[${at}]`, `the user's name: ${identity.name}`, identity)
  return proofOf(record, 'the user name', step, {
    before: [...leadingTo(record, index), commandStep(record, index)],
    after: [replyStep(record, index)],
    starttls: starttlsOf(record, index),
  })
}

/** Told to use TLS, it went on without: whether the fault has shown, or TLS came after all, makes no difference. */
export const downgradedNoTls: Detector = (record) => {
  if (record.mode === 'plain') return undefined
  const index = firstUseInClear(record)
  return commandProof(record, 'a command', index, {
    before: leadingTo(record, index),
    starttls: starttlsOf(record, index),
  })
}

/** The first command in clear that is a use of the session. */
export const firstUseInClear = ({ commands }: ConnectionRecord): number =>
  commands.findIndex((command) => command.phase === 'clear' && isUse(command))

/** Asking what the server can do, asking for TLS, forgetting and leaving are no use of a session. */
const preliminary: ReadonlySet<string> = new Set(['capabilities', 'starttls', 'quit', 'noop', 'reset', 'other'])

/** A login that was refused before its password came is use: whoever had said yes would have got it. */
const isUse = (command: CommandRecord): boolean =>
  command.action === 'auth' ? isLogin(command) : !preliminary.has(command.action) && command.action !== 'identify'

/** POP3's USER names somebody only, and its AUTH alone asks what there is, RFC 1734 §2. */
const isLogin = ({ verb, line }: CommandRecord): boolean => verb !== 'USER' && !/^AUTH\s*$/i.test(line)

const isAuth = ({ action }: CommandRecord): boolean => action === 'auth'

const mailActions: ReadonlySet<string> = new Set(['message', 'append'])

/** The first credential that fits, with the command that it came by. */
export function credentialProof(
  record: ConnectionRecord,
  fits: (credential: CredentialRecord) => boolean,
): Proof | undefined {
  const at = record.credentials.findIndex(fits)
  const credential = record.credentials[at]
  if (!credential || (record.mode === 'plain' && credential.phase === 'clear')) return undefined
  const { kind, mechanism, user, secret, phase, offset } = credential
  const index = commandOf(record, credential, isAuth)
  const named = user === '' ? '' : ` of ${user}`
  const step: ProofStep = {
    ...factStep(`credentials[${at}]`, `${nouns[kind]}${named} by ${mechanism}: ${secret}`, credential),
    ...(offset !== undefined && { octet: offset }),
  }
  const more = moreStep(record, index)
  const reply = replyStep(record, index)
  return proofOf(record, nounsOf[kind], step, {
    // Where it came in lines of its own, the answer that is known is the one that asked for it.
    before: [...leadingTo(record, index), commandStep(record, index), ...(more ? [reply, more] : [])],
    after: more ? [] : [reply],
    ...(phase === 'clear' && { starttls: starttlsOf(record, index) }),
  })
}

const nouns: Readonly<Record<CredentialRecord['kind'], string>> = {
  password: 'password',
  bearer: 'token',
  digest: 'hash',
}
const nounsOf: Readonly<Record<CredentialRecord['kind'], string>> = {
  password: 'the password',
  bearer: 'the token',
  digest: 'a hash of the password',
}

/** The mail itself, or who it is from and for where it came no further. */
export function mailProof(record: ConnectionRecord, wanted: Phase): Proof | undefined {
  const within = ({ phase }: { readonly phase: Phase }): boolean => phase === wanted
  const handed = record.commands.findIndex((command) => within(command) && mailActions.has(command.action))
  const index = handed < 0 ? record.commands.findIndex((one) => within(one) && one.action === 'envelope') : handed
  const also =
    wanted === 'clear' ? { before: leadingTo(record, index), starttls: starttlsOf(record, index) } : { before: [] }
  const message = record.messages.findIndex(within)
  const envelope = record.envelopes.findIndex(within)
  const what = handed >= 0 || message >= 0 ? 'the message' : 'sender and recipients'
  const said = commandProof(record, what, index, also)
  if (said) return said
  // The command is not kept any more.
  const { at = 0, size = 0, via = '' } = record.messages[message] ?? {}
  if (message >= 0)
    return proofOf(
      record,
      what,
      factStep(`messages[${message}]`, `${size} octets by ${via}`, { at, phase: wanted }),
      also,
    )
  const { at: sent = 0, from = '', to = [] } = record.envelopes[envelope] ?? {}
  if (envelope < 0) return undefined
  const words = `from ${from} to ${to.slice(0, 4).join(', ')}`
  return proofOf(record, what, factStep(`envelopes[${envelope}]`, words, { at: sent, phase: wanted }), also)
}

/** The newest command that fits and was complete when the fact was. */
export const commandOf = (
  { commands }: ConnectionRecord,
  fact: { readonly at: number; readonly phase: Phase; readonly offset?: number },
  fits: (command: CommandRecord) => boolean,
): number =>
  commands.findLastIndex(
    (command) =>
      command.phase === fact.phase &&
      fits(command) &&
      (fact.offset === undefined || command.offset === undefined
        ? command.at <= fact.at
        : command.offset <= fact.offset),
  )

const authStep = (record: ConnectionRecord, fact: { readonly at: number; readonly phase: Phase }) =>
  commandStep(record, commandOf(record, fact, isAuth))

const askedFor = ({ commands }: ConnectionRecord): number =>
  commands.findIndex(({ action, phase }) => action === 'starttls' && phase === 'clear')

/** What should have kept the client from speaking in clear: what STARTTLS was answered, or what was offered. */
function leadingTo(record: ConnectionRecord, index: number): readonly (ProofStep | undefined)[] {
  const asked = askedFor(record)
  if (asked >= 0 && asked < index) return [commandStep(record, asked), replyStep(record, asked)]
  const { capabilities, commands, times } = record
  if (capabilities.clear === null) return []
  const told = commands.find(({ action, phase }) => action === 'capabilities' && phase === 'clear')
  const at = told?.at ?? times.greeting ?? 0
  return [
    factStep('capabilities.clear', `offers ${capabilities.clear.join(', ')}`, { at, from: 'server', phase: 'clear' }),
  ]
}

/** What had become of STARTTLS when the command with this index came. */
function starttlsOf(record: ConnectionRecord, index: number): StartTlsState | undefined {
  const { mode, starttls, capabilities } = record
  if (mode !== 'starttls') return undefined
  if (askedFor(record) > index && index >= 0) return 'asked-later'
  if (starttls.requested > 0) return starttls.refused ? 'refused' : 'granted'
  if (capabilities.clear === null) return 'not-asked'
  return capabilities.clear.some((text) => /^(?:STARTTLS|STLS)$/i.test(text)) ? 'ignored' : 'missing'
}
