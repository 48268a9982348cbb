import type { ConnectionRecord } from '../record/record.ts'
import { type FineName, fineNames } from '../scenarios/fine-names.ts'
import type { Reason } from '../scenarios/vocabulary.ts'
import { type ClientEnding, type DetectorContext, hasFired } from './detectors/context.ts'
import { diedOf, timedOut } from './detectors/ends.ts'
import { accountsForUse, despiteDefect, detectors, elsewhere } from './detectors/index.ts'
import { doubtOf } from './detectors/injected.ts'
import { findings, type Grade, type OutcomeWord } from './findings.ts'
import type { Proof } from './proof.ts'

/** The fine names of an outcome: what a detector finds, and what is said where none of them counts. */
export type Detail = FineName | 'false-reject' | 'not-reached' | `inconclusive:${string}`
export const details: readonly Detail[] = [...fineNames, 'false-reject', 'not-reached']

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
  /** What shows it; null where nothing could be found. */
  readonly proof: Proof | null
}

/** Everything that one connection came to, in the order of the fine names; never empty. */
export function outcomesOf(record: ConnectionRecord, context: DetectorContext): readonly Outcome[] {
  const flags = flagsOf(record)
  const reason = reasonOfAlert(record)
  const told = (detail: Detail, proof: Proof | null, outcome: OutcomeWord, grade: Grade): Outcome => ({
    outcome,
    detail,
    grade,
    qualifier: outcome === 'refused' ? qualifierOf(record) : null,
    flags,
    reason,
    proof,
  })
  const found = detected(record, context).map(({ name, proof }) =>
    told(name, proof, findings[name].word, findings[name].grade),
  )
  const undecided = (why: string, proof: Proof | null = null): Outcome =>
    told(`inconclusive:${why}`, proof, 'not-reached', 'none')
  const doubt = doubtOf(record, context)
  const open = [...(doubt ? [undecided(doubt.why, doubt.proof)] : []), ...(record.defect ? [undecided('defect')] : [])]
  if (found.length + open.length > 0) return [...found, ...open]
  const mayStill = record.end === null && hasFired(record, context)
  return [mayStill ? undecided('still-open') : told('not-reached', null, 'not-reached', 'none')]
}

/** What the client's own end comes to, whatever the server saw. */
export const endingOutcomes = (scenario: string, client: ClientEnding): readonly Outcome[] =>
  (['crashed', 'hung'] as const).flatMap((detail) => {
    const proof = detail === 'hung' ? timedOut(scenario, client) : diedOf(scenario, client)
    const { word: outcome, grade } = findings[detail]
    return proof ? [{ outcome, detail, grade, qualifier: null, flags: [], reason: null, proof }] : []
  })

interface Detection {
  readonly name: FineName
  readonly proof: Proof
}

function detected(record: ConnectionRecord, context: DetectorContext): readonly Detection[] {
  const found = namesFor(record).flatMap((name) => {
    const proof = detectors[name](record, context)
    return proof ? [{ name, proof }] : []
  })
  const accounted = found.some(({ name }) => accountsForUse.includes(name))
  return accounted ? found.filter(({ name }) => name !== 'safe-continue') : found
}

const namesFor = ({ role, defect }: ConnectionRecord): readonly FineName[] => {
  const names = role === undefined ? fineNames : elsewhere
  return defect ? names.filter((name) => despiteDefect.includes(name)) : names
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

const inClear = ({ phase }: { readonly phase: string }): boolean => phase === 'clear'
