import type { ConnectionRecord } from '../record/record.ts'
import type { Expectation } from '../scenarios/scenario.ts'
import type { Mode } from '../scenarios/vocabulary.ts'
import { dialects } from '../servers/dialects.ts'
import type { Outcome } from './outcome.ts'
import type { Judgement } from './verdict.ts'

/**
 * Whether a run shows that the client works: it completed a session with a server that a strict client accepts, in the
 * protocol of that server. What is no command of it shows nothing, though it went through TLS.
 */
export const isControl = (
  { expectation: { expect }, connections }: ControlRun,
  { detail }: Pick<Outcome, 'detail'>,
): boolean => expect === 'accept' && detail === 'safe-continue' && connections.some(speaks)

interface ControlRun {
  readonly expectation: Pick<Expectation, 'expect'>
  readonly connections: readonly ConnectionRecord[]
}

/** Whether the client said something that only this protocol understands; QUIT is SMTP's and POP3's alike. */
export const speaks = ({ protocol, commands, counts }: ConnectionRecord): boolean =>
  counts.credentials > 0 ||
  counts.messages > 0 ||
  commands.some(({ verb }) => verb !== 'QUIT' && dialects[protocol].commands.some((own) => own.verb === verb))

/**
 * A run with what it counts for: a client that never works anywhere refuses everything, so a refusal says something of the
 * client only beside a control on the same protocol and mode. In mode plain nothing is refused for the sake of TLS.
 *
 * @param controlled whether there is a run on the same protocol and mode for which {@link isControl} holds
 */
export function judgedWithControl(
  judgement: Judgement,
  { mode, controlled }: { readonly mode: Mode; readonly controlled: boolean },
): Judgement {
  const refused = judgement.outcome === 'refused' || judgement.outcome === 'turned-away'
  if (controlled || mode === 'plain' || !refused || judgement.verdict === 'fail') return judgement
  return {
    ...judgement,
    outcome: 'not-reached',
    detail: 'inconclusive:no-control',
    grade: 'none',
    verdict: 'inconclusive',
  }
}
