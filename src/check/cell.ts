import type { MailServer } from '../fleet/mail-server.ts'
import { formatTranscript } from '../record/transcript.ts'
import type { Reason } from '../scenarios/vocabulary.ts'
import type { Detail } from '../verdicts/outcome.ts'
import { agrees } from '../verdicts/reasons/agrees.ts'
import { reasonOf, refusedFor } from '../verdicts/reasons/reasons.ts'
import { type Judgement, judgeConnection, type Verdict } from '../verdicts/verdict.ts'
import type { ClientRun } from './client.ts'
import type { CheckCell, ClientFlag } from './report.ts'

/** How strict a client promises to be. */
export type Contract = 'strict' | 'opportunistic'

/** One cell: what the server saw, and what the client itself says of it. */
export function judgeCell(
  server: MailServer,
  seen: Judgement,
  run: ClientRun,
  { contract, duration }: { readonly contract: Contract; readonly duration: number },
): CheckCell {
  const { expectation, scenario, protocol, mode } = server
  const judgement = forContract(withClientEnd(server, seen, run), contract)
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
  return {
    scenario,
    protocol,
    mode,
    expect: expectation.expect,
    because: expectation.because,
    outcome: judgement.outcome,
    detail: judgement.detail,
    grade: judgement.grade,
    qualifier: judgement.qualifier,
    flags: [...judgement.flags, ...raised],
    verdict: doubtful ? 'note' : judgement.verdict,
    reason,
    client: run.end,
    ...decidedBy(server, judgement),
    transcripts: server.connections.map(({ transcript }) => formatTranscript(transcript)),
    baseline: null,
    duration: Math.round(duration),
  }
}

/** The connection that came to what the whole run came to: with a fault that waits for the second, not the first. */
function decidedBy({ connections, resolved, twin }: MailServer, { detail }: Judgement): Pick<CheckCell, 'decidedBy'> {
  const at = connections.findIndex(
    (record) => judgeConnection(record, resolved, { twin: twin?.connections ?? [] }).detail === detail,
  )
  return at < 0 ? {} : { decidedBy: at }
}

/** An alert speaks for the client where it sent one that tells; else its own words do. */
const givesAnother = ({ reason }: Judgement, { end }: ClientRun, right: readonly Reason[]): boolean =>
  reason !== null ? !agrees(reason, right) : end.error !== null && refusedFor(end.error, right) === false

const succeeded = ({ end, said }: ClientRun): boolean => (said === undefined ? end.error === null : said === 'ACCEPT')

/** What only the client's end can tell: a hang, a crash, a stub's word, a port where nobody listens. */
function withClientEnd(server: MailServer, seen: Judgement, run: ClientRun): Judgement {
  const { expect } = server.expectation
  if (seen.outcome === 'leaked' || seen.outcome === 'fooled') return seen
  if (run.end.timedOut) return { ...seen, outcome: 'hung', detail: 'hung', grade: 'minor', verdict: 'fail' }
  if (run.end.signal !== null) return { ...seen, outcome: 'hung', detail: 'crashed', grade: 'minor', verdict: 'fail' }
  if (server.observedBy === 'client') {
    const refused: Judgement = { ...seen, outcome: 'refused', detail: 'safe-abort', grade: 'safe', verdict: 'pass' }
    return succeeded(run) ? { ...refused, verdict: 'fail' } : refused
  }
  if (run.said === undefined || seen.outcome === 'not-reached') return seen
  // A stub stops after the handshake, so its word counts where the server sees no use of the session.
  if (run.said === 'REJECT') {
    return seen.outcome === 'accepted'
      ? seen
      : {
          ...seen,
          outcome: 'refused',
          detail: 'safe-abort',
          grade: 'safe',
          verdict: expect === 'accept' ? 'fail' : 'pass',
        }
  }
  const detail: Detail = expect === 'reject' ? 'accepted-bad-cert' : 'safe-continue'
  return {
    ...seen,
    outcome: 'accepted',
    detail,
    grade: expect === 'reject' ? 'tampered' : 'safe',
    verdict: acceptVerdict(server),
  }
}

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
