import type { ConnectionRecord } from '../record/record.ts'
import type { Expectation, Scenario } from '../scenarios/scenario.ts'
import { type ClientEnding, contextOf } from './detectors/context.ts'
import { findings, type Grade, type Verdict } from './findings.ts'
import { endingOutcomes, type Outcome, outcomesOf } from './outcome.ts'

/** An outcome with what it means. */
export interface Judgement extends Outcome {
  readonly verdict: Verdict
}

/** In which way a client must look at revocation; `true` means in every way. */
export type RevocationRequirement = boolean | 'crl' | 'ocsp' | 'staple'

export interface JudgeOptions {
  /** Take a client to task that does not look at revocation, or not in that way. Default: its failure is a note. */
  readonly requireRevocation?: RevocationRequirement
  /**
   * What the same client did where nothing was injected, NO STARTTLS §3.2.2: the connections to the twin of a scenario that
   * injects. Without them a client that seems to act on what was injected is `inconclusive:needs-control`.
   */
  readonly twin?: readonly ConnectionRecord[]
}

/** What else is known of a run when it is judged. */
export interface RunOptions extends JudgeOptions {
  /** How the client itself ended. */
  readonly client?: ClientEnding | undefined
}

/** One connection, alone. */
export const judgeConnection = (record: ConnectionRecord, scenario: Scenario, options: JudgeOptions = {}): Judgement =>
  judgeAmong([record], record, scenario, options)

function judgeAmong(
  run: readonly ConnectionRecord[],
  record: ConnectionRecord,
  scenario: Scenario,
  options: RunOptions,
): Judgement {
  const context = contextOf(scenario, record.nth, { run, twin: options.twin, client: options.client })
  const each = outcomesOf(record, context).map((outcome) => judged(outcome, context.expectation, options))
  // Of equals the first among the fine names.
  return each.reduce((so, next) => (severity(next) > severity(so) ? next : so))
}

/** A run: every connection to a scenario's endpoint, its canaries and its fallbacks; worst wins. */
export function judgeRun(
  records: readonly ConnectionRecord[],
  scenario: Scenario,
  options: RunOptions = {},
): Judgement {
  const judge = (record: ConnectionRecord): Judgement => judgeAmong(records, record, scenario, options)
  const each = records.map(judge)
  const ended = options.client ? endingOf(scenario, options.client) : []
  const aside = (options.twin ?? []).map(judge).filter(isLeakInClear)
  const worst = [...ended, ...aside, ...each].reduce<Judgement>(
    (so, next) => (severity(next) >= severity(so) ? next : so),
    nothing,
  )
  const shown = records.some((record, index) => {
    const { expectation } = scenario.forConnection(record.nth)
    return each[index]?.outcome !== 'not-reached' && expectation.expect === scenario.expectation.expect
  })
  // A fault that waits for a later connection has not been tried by an earlier one that went well.
  if (!shown && worst.verdict !== 'fail' && !undecided(worst)) return { ...nothing, flags: worst.flags }
  // A refusal stands when nobody is left who may yet do something else.
  const refused = worst.outcome === 'refused' || worst.outcome === 'turned-away'
  const open = refused && worst.verdict !== 'fail' ? records.findIndex(({ end }) => end === null) : -1
  if (open >= 0) return { ...nothing, detail: 'inconclusive:still-open', flags: worst.flags }
  const retried = worst.detail === 'leak-credentials-clear' && each.indexOf(worst) > 0
  return retried ? { ...worst, flags: [...worst.flags, 'retry-in-clear'] } : worst
}

/** A client that had to be ended, or crashed, without having come here at all. */
const endingOf = (scenario: Scenario, client: ClientEnding): readonly Judgement[] =>
  endingOutcomes(scenario.id, client).map((outcome) => judged(outcome, scenario.expectation, {}))

/** What has crossed in clear on the twin has crossed: it takes no fault to find that wrong. */
const isLeakInClear = ({ outcome, detail }: Judgement): boolean => outcome === 'leaked' && detail.endsWith('-clear')

const nothing: Judgement = {
  outcome: 'not-reached',
  detail: 'not-reached',
  grade: 'none',
  qualifier: null,
  flags: [],
  reason: null,
  proof: null,
  verdict: 'inconclusive',
}

function judged(outcome: Outcome, expectation: Expectation, { requireRevocation = false }: JudgeOptions): Judgement {
  const finding = findings[outcome.detail as keyof typeof findings]
  const verdict = finding?.verdict[expectation.expect] ?? 'inconclusive'
  if (verdict !== 'fail') return { ...outcome, verdict }
  if (outcome.outcome === 'refused') return { ...outcome, detail: 'false-reject', grade: 'minor', verdict }
  const unseen = !mustSee(expectation.needs, requireRevocation) && trustedTls.has(outcome.detail)
  return { ...outcome, verdict: unseen ? 'note' : verdict }
}

/** Whether a client is expected to see what takes such a look. A fault of no single way shows by CRL and by OCSP. */
function mustSee(needs: Expectation['needs'], required: RevocationRequirement): boolean {
  if (needs === null || required === true) return true
  if (required === false) return false
  return needs === 'revocation-checking' ? required !== 'staple' : needs === `${required}-checking`
}

/** What a client does that takes the certificate for good; other failures have nothing to do with revocation. */
const trustedTls: ReadonlySet<string> = new Set([
  'accepted-bad-cert',
  'leak-credentials-untrusted-tls',
  'leak-message-untrusted-tls',
  'leak-identity-untrusted',
])

/** It did something that may be wrong, or the server did; one that never came so far says nothing of the client. */
const undecided = ({ detail }: Judgement): boolean =>
  detail === 'inconclusive:needs-control' || detail === 'inconclusive:twin-alike' || detail === 'inconclusive:defect'

const verdictRank: Readonly<Record<Verdict, number>> = { fail: 3, note: 2, pass: 1, inconclusive: 0 }
const gradeRank: Readonly<Record<Grade, number>> = { exposed: 4, tampered: 3, minor: 2, safe: 1, none: 0 }

const severity = (judgement: Judgement): number => {
  const rank = undecided(judgement) ? verdictRank.pass + 0.5 : verdictRank[judgement.verdict]
  return rank * 10 + gradeRank[judgement.grade]
}
