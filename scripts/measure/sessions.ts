import { bunClients, quirkClients, sessionClients } from '../../test/support/clients/all.ts'
import type { SessionClient } from '../../test/support/clients/client.ts'
import { cellsFor, coreScenarios, playSessions, quirkScenarios, sessionsOf } from '../../test/support/clients/play.ts'
import { isInstalled } from '../../test/support/programs.ts'
import { pathOf, type Row, readRecording, record, writeRecording } from './recording.ts'

/** Every client that plays sessions, by the id under which they are recorded. Bun is installed where it is asked for. */
export async function sessionJudges(asked: readonly string[] | undefined): Promise<ReadonlyMap<string, SessionClient>> {
  const onBun = asked === undefined || asked.some((id) => id.endsWith('-on-Bun')) ? await bunClients() : []
  return new Map([...sessionClients, ...onBun].map((client) => [sessionsOf(client), client]))
}

/** Plays the sessions of a client anew and records them. False where it is not on this machine. */
export async function measureSessions(
  client: SessionClient,
  {
    only,
    on,
    servedBy,
  }: { readonly only: readonly string[] | undefined; readonly on: string; readonly servedBy: string },
): Promise<boolean> {
  if (!client.needs.every(isInstalled)) return false
  const version = await client.version()
  const id = sessionsOf(client)
  console.error(`${id} ${version}`)
  const asked = {
    given: [...coreScenarios, ...(quirkClients.includes(client) ? quirkScenarios : [])],
    machine: client.byDefault.isAsked === false ? [] : coreScenarios,
  }
  const rows: Row[] = []
  for (const trust of ['given', 'machine'] as const) {
    const scenarios = [...new Set(asked[trust])].filter((scenario) => only?.includes(scenario) ?? true)
    if (cellsFor(client, scenarios).length === 0) continue
    await using played = await playSessions(client, scenarios, trust)
    rows.push(...(await Promise.all(played.cells.map(played.rowOf))))
  }
  if (rows.length === 0) return true
  const measurement = { series: client.series ?? '', version, on, servedBy, ...(only && { only }) }
  writeRecording(record(readRecording(id), measurement, rows))
  console.error(`  ${rows.length} rows: ${pathOf(id)}`)
  return true
}
