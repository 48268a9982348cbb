import type { JudgedEvent } from '../fleet/events.ts'
import type { MailServer } from '../fleet/mail-server.ts'
import type { MailServers } from '../fleet/start.ts'
import { isControl, judgedWithControl } from '../verdicts/control.ts'
import { type Judgement, judgeConnection } from '../verdicts/verdict.ts'
import { align } from './table.ts'

/** What a run of `exec --judge` came to. */
export interface Judged {
  /** One for each endpoint that was dialled. */
  readonly events: readonly JudgedEvent[]
  /** Why the command ends with 1 although its child was content; undefined where it need not. */
  readonly why: string | undefined
}

/**
 * Judges what every endpoint sees from now on. Asked once, when nobody connects any more: a refusal counts only beside a
 * control on the same protocol and mode.
 */
export function openJudge(servers: MailServers): (settle: number) => Promise<Judged> {
  // An endpoint forgets all but its newest connections, and what the control API resets, switches or closes forgets them all;
  // a failure must not be among what is forgotten, nor what shows that the client works.
  const failures = new Map<MailServer, Judgement & Pick<JudgedEvent, 'scenario'>>()
  const controlled = new Set<string>()
  const look = (server: MailServer, judgement: Judgement): void => {
    if (isControl(server, judgement)) controlled.add(place(server))
  }
  servers.each((server) => {
    server.onEnded((record) => {
      const judgement = judgeConnection(record, server.resolved)
      if (judgement.verdict !== 'fail' || failures.has(server)) return
      failures.set(server, { ...judgement, scenario: record.scenario })
    })
    server.onRunEnds(() => look(server, server.judgedSoFar()))
    server.onClose(async () => look(server, server.judgedSoFar()))
  })
  return async (settle) => {
    const dialled = new Set([...servers.endpoints.filter(({ counts }) => counts.connections > 0), ...failures.keys()])
    const seen = await Promise.all(
      [...dialled].map(async (server) => {
        const run = await server.outcome({ settle })
        look(server, run)
        const { scenario } = server
        return {
          server,
          judgement: run.verdict === 'fail' ? { ...run, scenario } : (failures.get(server) ?? { ...run, scenario }),
        }
      }),
    )
    const events = seen.map(({ server, judgement }) =>
      judgedEvent(
        server,
        judgement.scenario,
        judgedWithControl(judgement, { mode: server.mode, controlled: controlled.has(place(server)) }),
      ),
    )
    return { events, why: objection(events) }
  }
}

const place = ({ protocol, mode }: Pick<MailServer, 'protocol' | 'mode'>): string => `${protocol}/${mode}`

const judgedEvent = (server: MailServer, scenario: string, judgement: Judgement): JudgedEvent => ({
  schema: 1,
  event: 'judged',
  endpoint: server.id,
  scenario,
  protocol: server.protocol,
  mode: server.mode,
  port: server.port,
  connections: server.counts.connections,
  ...judgement,
})

function objection(events: readonly JudgedEvent[]): string | undefined {
  if (events.length === 0) return 'nothing connected, so nothing can be said of the client'
  const failed = events.filter(({ verdict }) => verdict === 'fail').length
  const open = events.filter(({ verdict }) => verdict === 'inconclusive')
  if (failed + open.length === 0) return undefined
  const uncontrolled = open.some(({ detail }) => detail === 'inconclusive:no-control')
  const hint = uncontrolled
    ? '; a refusal counts only where the client completes a session with a good server on the same protocol and mode in the same run: serve good as well, and let the command do its work there too'
    : ''
  return `${failed} failed, ${open.length} inconclusive of ${events.length} that were dialled${hint}`
}

/** A row for each endpoint that was dialled. */
export const formatJudged = ({ events }: Judged): string =>
  align([
    ['verdict', 'scenario', 'where', 'outcome'],
    ...events.map((event) => [
      event.verdict,
      event.scenario,
      place(event),
      `${event.outcome}, ${(event.outcome !== 'not-reached' && event.qualifier) || event.detail}`,
    ]),
  ]).join('\n')
