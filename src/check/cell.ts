import type { MailServer } from '../fleet/mail-server.ts'
import { formatTranscript, linesWith } from '../record/transcript.ts'
import type { Reason } from '../scenarios/vocabulary.ts'
import type { Verdict } from '../verdicts/findings.ts'
import type { Detail } from '../verdicts/outcome.ts'
import { clientProof, stepsOf } from '../verdicts/proof.ts'
import { agrees } from '../verdicts/reasons/agrees.ts'
import { reasonOf, refusedFor } from '../verdicts/reasons/reasons.ts'
import type { Judgement, RevocationRequirement } from '../verdicts/verdict.ts'
import type { ClientRun } from './client.ts'
import type { CheckCell, ClientFlag } from './report.ts'

/** How strict a client promises to be. */
export type Contract = 'strict' | 'opportunistic'

/** One cell: what the server saw, and what the client itself says of it. To be asked when nothing more is expected to come. */
export function judgeCell(
  server: MailServer,
  run: ClientRun,
  {
    contract,
    duration,
    requireRevocation,
  }: { readonly contract: Contract; readonly duration: number; readonly requireRevocation: RevocationRequirement },
): CheckCell {
  const { expectation, scenario, protocol, mode, connections } = server
  const { signal, timedOut, output } = run.end
  const client = { succeeded: succeeded(run), signal, timedOut, output }
  const judgement = forContract(
    withClientWord(server, server.judgedSoFar({ requireRevocation, client }), run),
    contract,
  )
  const reason = judgement.reason ?? (run.end.error === null ? null : reasonOf(run.end.error))
  const refused = judgement.outcome === 'refused'
  const flags: Record<ClientFlag, boolean> = {
    'silent-success': succeeded(run) && (refused || judgement.outcome === 'turned-away'),
    // Where a strict client may give up as well, saying so is honest.
    'silent-failure':
      expectation.expect === 'accept' && !succeeded(run) && !run.end.timedOut && judgement.detail === 'safe-continue',
    'wrong-reason': refused && expectation.expect === 'reject' && givesAnother(judgement, run, expectation.reasons),
    'left-children': run.leftChildren,
    'output-flood': run.flooded,
  }
  const raised = (Object.keys(flags) as ClientFlag[]).filter((flag) => flags[flag])
  // It was safe, and what it says of itself is not true, or it behaves as no client should.
  const doubtful = judgement.verdict === 'pass' && raised.length > 0
  const { proof } = judgement
  const decidedBy = connections.findIndex(({ id }) => id === proof?.connection)
  const decisive = connections[decidedBy]
  return {
    scenario,
    protocol,
    mode,
    expect: expectation.expect,
    because: expectation.because,
    outcome: judgement.outcome,
    detail: judgement.detail,
    proof,
    grade: judgement.grade,
    qualifier: judgement.qualifier,
    flags: [...judgement.flags, ...raised],
    verdict: doubtful ? 'note' : judgement.verdict,
    reason,
    client: run.end,
    ...(decisive && { decidedBy }),
    proofLines: decisive && proof ? linesWith(decisive, stepsOf(proof)) : [],
    transcripts: connections.map(({ transcript }) => formatTranscript(transcript)),
    baseline: null,
    duration: Math.round(duration),
  }
}

/** An alert speaks for the client where it sent one that tells; else its own words do. */
const givesAnother = ({ reason }: Judgement, { end }: ClientRun, right: readonly Reason[]): boolean =>
  reason !== null ? !agrees(reason, right) : end.error !== null && refusedFor(end.error, right) === false

const succeeded = ({ end, said }: ClientRun): boolean => (said === undefined ? end.error === null : said === 'ACCEPT')

/** What only the client's word can tell: that nobody listened there, or what a stub makes of a handshake. */
function withClientWord(server: MailServer, seen: Judgement, run: ClientRun): Judgement {
  const { expect } = server.expectation
  const { scenario } = server
  const refused = (verdict: Verdict, fact: string, text: string): Judgement => {
    const proof = clientProof(scenario, 'nothing', fact, text)
    return { ...seen, outcome: 'refused', detail: 'safe-abort', grade: 'safe', verdict, proof }
  }
  if (server.observedBy === 'client' && seen.outcome === 'not-reached') {
    return refused(succeeded(run) ? 'fail' : 'pass', 'client.error', run.end.error ?? 'none: reported success')
  }
  if (run.said === undefined || !overruled.has(seen.outcome)) return seen
  // A stub stops after the handshake, so its word counts where the server sees no use of the session.
  if (run.said === 'REJECT') {
    return seen.outcome === 'accepted'
      ? seen
      : refused(expect === 'accept' ? 'fail' : 'pass', 'client.output', run.said)
  }
  const detail: Detail = expect === 'reject' ? 'accepted-bad-cert' : 'safe-continue'
  return {
    ...seen,
    outcome: 'accepted',
    detail,
    grade: expect === 'reject' ? 'tampered' : 'safe',
    verdict: acceptVerdict(server),
    proof: clientProof(scenario, 'a handshake', 'client.output', run.said),
  }
}

/** What a stub's word says more than; nothing does where the server has seen worse, or nothing. */
const overruled: ReadonlySet<string> = new Set(['accepted', 'refused', 'turned-away'])

function acceptVerdict({ expectation }: MailServer): Verdict {
  if (expectation.expect !== 'reject') return 'pass'
  return expectation.needs !== null ? 'note' : 'fail'
}

/** What an opportunistic client may do: go on in clear, as long as nothing secret crosses. */
const inClearWithoutSecrets: ReadonlySet<Detail> = new Set(['downgraded-no-tls', 'leak-message-clear'])

function forContract(judgement: Judgement, contract: Contract): Judgement {
  const allowed = contract === 'opportunistic' && inClearWithoutSecrets.has(judgement.detail)
  return allowed && judgement.verdict === 'fail' ? { ...judgement, verdict: 'note' } : judgement
}
