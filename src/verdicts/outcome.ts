import type { CommandRecord, ConnectionRecord } from '../record/record.ts'
import type { Expectation } from '../scenarios/scenario.ts'
import type { Reason } from '../scenarios/vocabulary.ts'

/** What a client did, in one word. */
export const outcomeWords = ['refused', 'accepted', 'leaked', 'fooled', 'hung', 'turned-away', 'not-reached'] as const
export type OutcomeWord = (typeof outcomeWords)[number]

/** The fine name behind the word. */
export const details = [
  'leak-credentials-clear',
  'leak-credentials-untrusted-tls',
  'leak-message-clear',
  'leak-message-untrusted-tls',
  'leak-hash-clear',
  'leak-identity-clear',
  'acted-on-injected',
  'accepted-bad-cert',
  'downgraded-no-tls',
  'downgraded-tls',
  'safe-continue',
  'safe-abort',
  'false-reject',
  'turned-away',
  'hung',
  'crashed',
  'not-reached',
] as const
export type Detail = (typeof details)[number] | `inconclusive:${string}`

export const grades = ['exposed', 'tampered', 'minor', 'safe', 'none'] as const
export type Grade = (typeof grades)[number]

/** How a refusal looked on the wire. */
export type Qualifier =
  | `alert:${string}`
  | 'silent-close'
  | 'rst'
  | 'quit-in-tls'
  | 'quit-in-clear'
  | 'close-after-finished'

/** A fact worth knowing that decides nothing. */
export type Flag =
  | 'clear-by-mode'
  | 'client-hello-early'
  | 'pipelined-after-starttls'
  | 'no-sni'
  | 'no-re-ehlo'
  | 'unoffered-mech'
  | 'starttls-twice'
  | 'login-refused-in-clear'
  | 'resumed'
  | 'retry-in-clear'

/** What one connection, or a run of them, came to. */
export interface Outcome {
  readonly outcome: OutcomeWord
  readonly detail: Detail
  readonly grade: Grade
  readonly qualifier: Qualifier | null
  readonly flags: readonly Flag[]
  /** The client's own reason, where it sent an alert that names one. */
  readonly reason: Reason | null
}

/** What a connection was about: the expectation, and the parts of its scenario that are not as they should be. */
export interface Stakes {
  readonly expectation: Expectation
  readonly faults: readonly string[]
}

/** What the client did on one connection, from its record alone. */
export function outcomeOf(record: ConnectionRecord, stakes: Stakes): Outcome {
  const flags = flagsOf(record)
  const found = (outcome: OutcomeWord, detail: Detail, grade: Grade, qualifier: Qualifier | null = null): Outcome => ({
    outcome,
    detail,
    grade,
    qualifier,
    flags,
    reason: reasonOfAlert(record),
  })

  if (record.mode === 'plain') {
    return record.defect ? found('not-reached', 'inconclusive:defect', 'none') : plainOutcome(record, found)
  }
  if (record.credentials.some(({ phase, kind }) => phase === 'clear' && kind !== 'digest')) {
    return found('leaked', 'leak-credentials-clear', 'exposed')
  }
  if (record.credentials.some(({ phase }) => phase === 'clear')) return found('leaked', 'leak-hash-clear', 'exposed')
  if ([...record.messages, ...record.envelopes, ...record.commands.filter(isMail)].some(inClear)) {
    return found('leaked', 'leak-message-clear', 'exposed')
  }
  // A client that took what was planted for an answer has no need to wait for the one that is kept back.
  if (record.injected.length > 0 && spokeOn(record)) return found('fooled', 'acted-on-injected', 'tampered')
  // A server that failed by itself may have made the client give up: only what a client must never do counts.
  if (record.defect) return found('not-reached', 'inconclusive:defect', 'none')
  const finished = record.handshake.result === 'finished'
  const { expect, needs } = stakes.expectation
  // Secrets told inside TLS to a server that everybody can see through are worse.
  const toldInTls = finished && expect === 'reject' && needs === null && toldSecrets(record)
  // Told to use TLS, it went on without: whether the fault has shown, or TLS came after all, makes no difference.
  if (!toldInTls && record.commands.some((command) => inClear(command) && isUse(command))) {
    return found('accepted', 'downgraded-no-tls', 'tampered')
  }
  const named = record.identities.some(inClear)
  if (named && !finished) return found('accepted', 'leak-identity-clear', 'minor')
  if (record.handshake.turnedAway) return found('turned-away', 'turned-away', 'safe')
  if (!hasFired(record, stakes)) return found('not-reached', 'not-reached', 'none')
  if (usedTls(record)) return usedOutcome(record, stakes, found)
  if (record.end?.by === 'limit') return found('hung', 'hung', 'minor')
  if (!record.end) return found('not-reached', 'inconclusive:still-open', 'none')
  if (named) return found('accepted', 'leak-identity-clear', 'minor')
  return found('refused', 'safe-abort', 'safe', qualifierOf(record))
}

type Found = (outcome: OutcomeWord, detail: Detail, grade: Grade, qualifier?: Qualifier | null) => Outcome

/** In mode plain nothing was promised. */
function plainOutcome(record: ConnectionRecord, found: Found): Outcome {
  const used = record.counts.credentials > 0 || record.counts.messages > 0 || wentOnInClear(record)
  if (used) return found('accepted', 'safe-continue', 'safe')
  if (record.end?.by === 'limit') return found('hung', 'hung', 'minor')
  if (!record.end) return found('not-reached', 'inconclusive:still-open', 'none')
  if (record.counts.commands === 0) return found('not-reached', 'not-reached', 'none')
  return found('refused', 'safe-abort', 'safe', qualifierOf(record))
}

/** Application data went through TLS. */
function usedOutcome(record: ConnectionRecord, { expectation }: Stakes, found: Found): Outcome {
  if (expectation.expect !== 'reject') {
    const named = record.identities.some(inClear)
    return named ? found('accepted', 'leak-identity-clear', 'minor') : found('accepted', 'safe-continue', 'safe')
  }
  // The certificate is right, and what was negotiated is weaker than both sides could have had.
  const { reasons } = expectation
  if (reasons.length > 0 && reasons.every((reason) => reason === 'protocol-version'))
    return found('accepted', 'downgraded-tls', 'minor')
  if (record.counts.credentials > 0) return found('leaked', 'leak-credentials-untrusted-tls', 'exposed')
  if (record.counts.messages > 0 || record.envelopes.length > 0) {
    return found('leaked', 'leak-message-untrusted-tls', 'exposed')
  }
  return found('accepted', 'accepted-bad-cert', 'tampered')
}

const inClear = ({ phase }: { readonly phase: string }): boolean => phase === 'clear'

/** Whether the client said more while the answer that it was owed was kept back. */
export const spokeOn = ({ held }: ConnectionRecord): boolean => held.some((answer) => answer.spokeOn)

/** Asking what the server can do, asking for TLS, forgetting and leaving are no use of a session. */
const preliminary: ReadonlySet<string> = new Set(['capabilities', 'starttls', 'quit', 'noop', 'reset', 'other'])

/** A login that was refused before its password came is use: whoever had said yes would have got it. */
const isUse = (command: CommandRecord): boolean =>
  command.action === 'auth' ? isLogin(command) : !preliminary.has(command.action) && command.action !== 'identify'

/** POP3's USER names somebody only, and its AUTH alone asks what there is, RFC 1734 §2. */
const isLogin = ({ verb, line }: CommandRecord): boolean => verb !== 'USER' && !/^AUTH\s*$/i.test(line)

/** Sender and recipients are in the command, whether it is refused or not. */
const isMail = ({ action }: CommandRecord): boolean => ['envelope', 'message', 'append'].includes(action)

const wentOnInClear = (record: ConnectionRecord): boolean =>
  record.identities.some(inClear) || record.commands.some((command) => inClear(command) && isUse(command))

const toldSecrets = ({ counts, envelopes }: ConnectionRecord): boolean =>
  counts.credentials > 0 || counts.messages > 0 || envelopes.length > 0

/** Application data after the handshake is acceptance; QUIT alone is not, RFC 3207 §4.1, whatever stands around it. */
function usedTls({ bytes, commands }: ConnectionRecord): boolean {
  const quits = commands.filter(({ phase, action }) => phase === 'tls' && action === 'quit')
  return bytes.tlsIn > quits.reduce((sum, { line }) => sum + line.length + '\r\n'.length, 0)
}

/**
 * Whether what is wrong has shown. Where a strict client goes on, it may do so without meeting what is special; then the
 * right certificate must have shown.
 */
function hasFired({ fired }: ConnectionRecord, { faults, expectation }: Stakes): boolean {
  if (faults.length === 0 || expectation.expect === 'accept') return fired.length > 0
  return fired.some(({ part }) => faults.includes(part))
}

function qualifierOf(record: ConnectionRecord): Qualifier {
  const { handshake, commands, end } = record
  if (handshake.alertReceived) return `alert:${handshake.alertReceived.name}`
  const quit = commands.some(
    ({ action, phase }) => action === 'quit' && phase === (handshake.result === 'finished' ? 'tls' : 'clear'),
  )
  if (handshake.result === 'finished') return quit ? 'quit-in-tls' : end?.how === 'rst' ? 'rst' : 'close-after-finished'
  if (handshake.result === 'none' && quit) return 'quit-in-clear'
  return handshake.result === 'reset' || end?.how === 'rst' ? 'rst' : 'silent-close'
}

/** Alerts that say one thing. `bad_certificate` and its like are sent for anything. */
const reasonsOfAlerts: Readonly<Record<string, Reason>> = {
  certificate_expired: 'expired',
  certificate_revoked: 'revoked',
  unknown_ca: 'unknown-issuer',
  protocol_version: 'protocol-version',
}

const reasonOfAlert = ({ handshake }: ConnectionRecord): Reason | null =>
  reasonsOfAlerts[handshake.alertReceived?.name ?? ''] ?? null

function flagsOf(record: ConnectionRecord): readonly Flag[] {
  const { starttls, clientHello, handshake, commands, mode, credentials } = record
  const firstInTls = commands.find(({ phase }) => phase === 'tls')
  const flags: Record<Flag, boolean> = {
    'clear-by-mode': mode === 'plain' && credentials.length > 0,
    'client-hello-early': clientHello?.at === 'before-reply',
    'pipelined-after-starttls': starttls.surplus !== '',
    'no-sni': clientHello !== null && clientHello.serverName === null,
    'no-re-ehlo':
      mode === 'starttls' &&
      commands.some((command) => inClear(command) && command.action === 'capabilities') &&
      firstInTls !== undefined &&
      !['capabilities', 'quit'].includes(firstInTls.action),
    'unoffered-mech': credentials.some(({ offered }) => offered === false),
    'starttls-twice': starttls.requested > 1,
    'login-refused-in-clear':
      mode !== 'plain' && credentials.some((credential) => inClear(credential) && !credential.accepted),
    resumed: handshake.resumed,
    'retry-in-clear': false,
  }
  return (Object.keys(flags) as Flag[]).filter((flag) => flags[flag])
}
