import type { CommandRecord, ConnectionRecord } from '../../record/record.ts'
import { clientProof, commandProof, commandStep, factStep, type Proof, type ProofStep, proofOf } from '../proof.ts'
import { firstUseInClear } from './clear.ts'
import { type ClientEnding, type Detector, firedBy, hasFired, partsShowing } from './context.ts'

/** It went on to use the session. What it uses where it had to go is told by the detectors of what it accepted. */
export const safeContinue: Detector = (record, context) => {
  if (!hasFired(record, context)) return undefined
  if (record.mode !== 'plain') return proofOfUse(record)
  if (!usesSession(record)) return undefined
  const { credentials, messages } = record.counts
  const counted = factStep('counts', `${credentials} logins, ${messages} messages`, { phase: 'clear' })
  return commandProof(record, 'a command', firstUseInClear(record)) ?? proofOf(record, 'a login', counted)
}

/** The server had no use for the client: it sent no certificate, or one that the server does not trust. */
export const turnedAway: Detector = (record) => {
  const { turnedAway: why, error } = record.handshake
  if (!why) return undefined
  return proofOf(
    record,
    'no certificate that the server takes',
    factStep('handshake.error', error ?? '', { ...endOf(record), from: 'server' }),
  )
}

/** It left, and nothing that it should not have said had crossed. */
export const safeAbort: Detector = (record, context) => {
  const { end, handshake } = record
  if (!end || end.by === 'limit' || !hasFired(record, context) || usesSession(record)) return undefined
  if (record.mode === 'plain' && record.counts.commands === 0) return undefined
  if (turnedAway(record, context) || hung(record, context)) return undefined
  const alert = handshake.alertReceived
  if (alert) {
    const text = `alert ${alert.name}${alert.code === undefined ? '' : ` (${alert.code})`}`
    return proofOf(record, 'an alert', factStep('handshake.alertReceived', text, endOf(record)))
  }
  const quit = record.commands.findLastIndex(({ action }) => action === 'quit')
  if (quit >= 0) return commandProof(record, 'goodbye', quit)
  return proofOf(
    record,
    'nothing',
    factStep('end', `${end.by}: ${end.how}, the handshake ${handshake.result}`, endOf(record)),
  )
}

/** What was refused here was done on a listener that is secure. */
export const safeRetrySecure: Detector = (record, context) => {
  const refused = safeAbort(record, context)
  const secure = context.run.find(
    (one) => one.role === 'fallback' && one.handshake.result === 'finished' && usesTls(one),
  )
  if (!refused || !secure) return undefined
  const index = secure.commands.findIndex(({ phase, action }) => phase === 'tls' && action !== 'quit')
  return commandProof(secure, 'a command', index) ?? proofOf(secure, 'data', useStep(secure))
}

/** It came no further, and did not leave: the server's limit ended it, or the checker's. */
export const hung: Detector = (record, context) => {
  const own = context.client && timedOut(record.scenario, context.client)
  if (own) return own
  const { end } = record
  if (end?.by !== 'limit' || !hasFired(record, context)) return undefined
  // Where hanging is what is tried, having said something before makes no difference.
  if (usesSession(record) && !firedBy(record, partsShowing(context, 'hung'))) return undefined
  const last = record.commands.length - 1
  const text = `silent until the server's limit${end.why === undefined ? '' : ` (${end.why})`}`
  return proofOf(record, 'nothing more', factStep('end', text, endOf(record)), { before: [commandStep(record, last)] })
}

/** Ended by a signal of its own making. */
export const crashed: Detector = (record, { client }) => client && diedOf(record.scenario, client)

/** A client that was still running at its time limit. */
export const timedOut = (scenario: string, client: ClientEnding): Proof | undefined =>
  client.timedOut ? clientProof(scenario, 'it', 'client.timedOut', 'still running at the time limit') : undefined

/** A client that a signal ended, and not because its time was over. */
export const diedOf = (scenario: string, { signal, timedOut }: ClientEnding): Proof | undefined =>
  signal === null || timedOut ? undefined : clientProof(scenario, 'it', 'client.signal', `ended by ${signal}`)

/** So many times the same makes no progress. */
const loop = 10

/** The same was said, and answered in the same way, again and again; or it came again and again, each time to be refused. */
export const looped: Detector = (record, context) => {
  const parts = partsShowing(context, 'looped')
  if (!firedBy(record, parts)) return undefined
  const index = loopedAt(record.commands)
  if (index >= 0) return commandProof(record, `the same command ${loop} times`, index)
  const own = context.run.filter(({ role }) => role === undefined)
  const refused = own.filter((one) => firedBy(one, parts) && one.end !== null && !usesSession(one))
  if (refused.length < loop || refused.at(-1) !== record) return undefined
  const text = `connection ${record.nth}, after ${refused.length - 1} that came to the same`
  return proofOf(record, `${refused.length} connections`, factStep('nth', text, endOf(record)))
}

/** The index at which the same command had the same answer for the tenth time in a row, tags aside; -1 where there is none. */
function loopedAt(commands: readonly CommandRecord[]): number {
  let row = 0
  let before = ''
  return commands.findIndex((command) => {
    const { line, reply, tag } = command
    if (reply === undefined) return false
    const untagged = (text: string): string => (tag && text.startsWith(tag) ? text.slice(tag.length) : text)
    const pair = `${untagged(line)}\n${untagged(reply)}`
    row = pair === before ? row + 1 : 1
    before = pair
    return row >= loop
  })
}

/** Application data after the handshake is acceptance; QUIT alone is not, RFC 3207 §4.1, whatever stands around it. */
export function usesTls({ bytes, commands }: ConnectionRecord): boolean {
  const quits = commands.filter(({ phase, action }) => phase === 'tls' && action === 'quit')
  return bytes.tlsIn > quits.reduce((sum, { line }) => sum + line.length + '\r\n'.length, 0)
}

function usesSession(record: ConnectionRecord): boolean {
  if (record.mode !== 'plain') return usesTls(record)
  const { counts, identities } = record
  return firstUseInClear(record) >= 0 || counts.credentials > 0 || counts.messages > 0 || identities.length > 0
}

/** The first that the client said inside TLS, where it said more than goodbye. */
export function proofOfUse(
  record: ConnectionRecord,
  before: readonly (ProofStep | undefined)[] = [],
): Proof | undefined {
  if (!usesTls(record)) return undefined
  const index = record.commands.findIndex(({ phase, action }) => phase === 'tls' && action !== 'quit')
  return commandProof(record, 'a command', index, { before }) ?? proofOf(record, 'data', useStep(record), { before })
}

const useStep = ({ bytes, times }: ConnectionRecord): ProofStep =>
  factStep('bytes.tlsIn', `${bytes.tlsIn} octets inside TLS`, { at: times.firstApplicationData ?? 0 })

const endOf = ({ times, handshake }: ConnectionRecord) =>
  ({ at: times.ended ?? 0, phase: handshake.result === 'finished' ? 'tls' : 'clear' }) as const
