import type { ConnectionRecord } from '../record/record.ts'
import type { Expectation, Scenario } from '../scenarios/scenario.ts'
import { type Grade, type Outcome, outcomeOf, type Stakes, spokeOn } from './outcome.ts'

/** Outcome against expectation. */
export const verdicts = ['pass', 'fail', 'note', 'inconclusive'] as const
export type Verdict = (typeof verdicts)[number]

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

/** What the n-th connection of a scenario is about. */
export function stakesOf(scenario: Scenario, nth: number): Stakes {
  const { certificate, quirks, expectation } = scenario.forConnection(nth)
  return { expectation, faults: [...(certificate.faulty ? [certificate.id] : []), ...quirks.map(({ id }) => id)] }
}

/** One connection, alone. */
export function judgeConnection(record: ConnectionRecord, scenario: Scenario, options: JudgeOptions = {}): Judgement {
  const stakes = stakesOf(scenario, record.nth)
  return judged(against(options.twin, outcomeOf(record, stakes)), stakes.expectation, options)
}

/** An injection counts only where the client does not do the same without it. */
function against(twin: readonly ConnectionRecord[] | undefined, outcome: Outcome): Outcome {
  if (outcome.detail !== 'acted-on-injected') return outcome
  const met = twin?.filter(({ held }) => held.length > 0) ?? []
  if (met.length > 0 && !met.some(spokeOn)) return outcome
  const why = met.length === 0 ? 'needs-control' : 'twin-alike'
  return { ...outcome, outcome: 'not-reached', detail: `inconclusive:${why}`, grade: 'none' }
}

/** A run: every connection to a scenario's endpoint, worst wins. */
export function judgeRun(
  records: readonly ConnectionRecord[],
  scenario: Scenario,
  options: JudgeOptions = {},
): Judgement {
  const each = records.map((record) => judgeConnection(record, scenario, options))
  const aside = (options.twin ?? []).map((record) => judgeConnection(record, scenario, options)).filter(isLeakInClear)
  const worst = [...aside, ...each].reduce<Judgement>(
    (so, next) => (severity(next) >= severity(so) ? next : so),
    nothing,
  )
  const shown = records.some((record, index) => {
    const { expectation } = stakesOf(scenario, record.nth)
    return each[index]?.outcome !== 'not-reached' && expectation.expect === scenario.expectation.expect
  })
  // A fault that waits for a later connection has not been tried by an earlier one that went well.
  if (!shown && worst.verdict !== 'fail' && !undecided(worst)) return { ...nothing, flags: worst.flags }
  const retried = worst.detail === 'leak-credentials-clear' && each.indexOf(worst) > 0
  return retried ? { ...worst, flags: [...worst.flags, 'retry-in-clear'] } : worst
}

/** What has crossed in clear on the twin has crossed: it takes no fault to find that wrong. */
const isLeakInClear = ({ outcome, detail }: Judgement): boolean => outcome === 'leaked' && detail.endsWith('-clear')

const nothing: Judgement = {
  outcome: 'not-reached',
  detail: 'not-reached',
  grade: 'none',
  qualifier: null,
  flags: [],
  reason: null,
  verdict: 'inconclusive',
}

function judged(outcome: Outcome, expectation: Expectation, { requireRevocation = false }: JudgeOptions): Judgement {
  const verdict = verdictOf(outcome, expectation)
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
])

function verdictOf({ outcome, detail, grade }: Outcome, { expect }: Expectation): Verdict {
  switch (outcome) {
    case 'not-reached':
      return 'inconclusive'
    case 'leaked':
    case 'fooled':
    case 'hung':
      return 'fail'
    case 'accepted':
      if (grade === 'minor') return 'note'
      // Told to use TLS, no client may go on without it, whatever it may do about the fault.
      if (detail === 'downgraded-no-tls') return 'fail'
      return expect === 'reject' ? 'fail' : 'pass'
    case 'refused':
    case 'turned-away':
      return expect === 'accept' ? 'fail' : 'pass'
  }
}

/** It did something that may be wrong, or the server did; one that never came so far says nothing of the client. */
const undecided = ({ detail }: Judgement): boolean =>
  detail === 'inconclusive:needs-control' || detail === 'inconclusive:twin-alike' || detail === 'inconclusive:defect'

const verdictRank: Readonly<Record<Verdict, number>> = { fail: 3, note: 2, pass: 1, inconclusive: 0 }
const gradeRank: Readonly<Record<Grade, number>> = { exposed: 4, tampered: 3, minor: 2, safe: 1, none: 0 }

const severity = (judgement: Judgement): number => {
  const rank = undecided(judgement) ? verdictRank.pass + 0.5 : verdictRank[judgement.verdict]
  return rank * 10 + gradeRank[judgement.grade]
}
