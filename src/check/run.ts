import { availableParallelism } from 'node:os'
import { clock } from '../clock.ts'
import { singleEndpoint } from '../fleet/environment.ts'
import { endpointEvent } from '../fleet/events.ts'
import type { MailServer } from '../fleet/mail-server.ts'
import type { MailServers } from '../fleet/start.ts'
import type { Verdict } from '../verdicts/findings.ts'
import type { RevocationRequirement } from '../verdicts/verdict.ts'
import { version } from '../version.ts'
import { adviceOn } from './advice.ts'
import { type Contract, judgeCell } from './cell.ts'
import type { Client } from './client.ts'
import { type Control, type Standing, standingsOf } from './control.ts'
import type { CheckCell, CheckReport } from './report.ts'

export interface CheckRunOptions {
  /** Milliseconds that the client may take on one endpoint. Default 20,000. */
  readonly timeout?: number
  /** Clients that run at the same time. Default: as many as there are processors. */
  readonly jobs?: number
  readonly contract?: Contract
  readonly requireRevocation?: RevocationRequirement
  /** Whether protocols and modes were asked for by name, so that one the client cannot speak is no excuse. */
  readonly insist?: boolean
  /** Variables for the client, besides those that say where to connect. */
  readonly environment?: NodeJS.ProcessEnv
  /** When it settles, the clients that run are ended and the rest is left out. */
  readonly stop?: Promise<unknown>
  readonly onProgress?: (done: number, all: number, cell: CheckCell | undefined) => void
}

/** The scenario that shows that a client works at all, and whose scenarios may then be judged. */
export const control = 'good'

/** Points a client at every endpoint of a fleet, the good ones first, and judges what it does. */
export async function runCheck(
  servers: MailServers,
  client: Client,
  options: CheckRunOptions = {},
): Promise<CheckReport> {
  const { contract = 'strict', jobs = availableParallelism(), insist = false } = options
  let stopped = false
  void options.stop?.then(() => {
    stopped = true
  })
  const stop = (): boolean => stopped
  const startedAt = new Date(clock.date()).toISOString()
  const controls = servers.endpoints.filter(({ scenario }) => scenario === control)
  const others = servers.endpoints.filter(({ scenario }) => scenario !== control)
  const cells: CheckCell[] = []
  const all = servers.endpoints.length
  let done = 0
  const tell = (cell: CheckCell | undefined): void => options.onProgress?.(++done, all, cell)

  // All at once, unless told otherwise: a client often waits for long where it does not speak the protocol.
  const tried = await inParallel(controls, options.jobs ?? controls.length, stop, async (server) => {
    const cell = await tryCell(servers, server, client, options, contract)
    tell(cell)
    return cell && { server, cell }
  })
  const standings = standingsOf(tried)
  const standingOf = ({ server }: Control): Standing => standings.get(server) ?? 'dirty'
  const working = new Set(tried.filter((control) => standingOf(control) === 'works').map(({ cell }) => place(cell)))
  // A client that works nowhere has not shown that it speaks anything.
  const skips = (control: Control): boolean => standingOf(control) === 'not-spoken' && !insist && working.size > 0
  const foreign = tried.filter(skips)
  const skipped = foreign.map(({ cell }) => ({
    protocol: cell.protocol,
    mode: cell.mode,
    why: whyNot(cell),
    client: cell.client,
  }))
  cells.push(
    ...tried.filter((control) => !skips(control)).map((control) => withStanding(control.cell, standingOf(control))),
  )
  const advice = adviceOn(
    tried.filter((control) => !skips(control)),
    client,
  )

  const judge = async (server: MailServer): Promise<CheckCell | undefined> => {
    const cell = working.has(place(server)) ? await tryCell(servers, server, client, options, contract) : undefined
    tell(cell)
    const untried = stop() || skipped.some((one) => place(one) === place(server))
    return cell ?? (untried ? undefined : unjudged(server))
  }
  // What injects is judged by what the client did without the injection.
  const twins = others.filter((server) => others.some(({ twin }) => twin === server))
  const rest = others.filter((server) => !twins.includes(server))
  for (const some of [twins, rest]) {
    const judged = await inParallel(some, jobs, stop, judge)
    cells.push(...judged)
  }
  const counts = countVerdicts(cells)
  return {
    schema: 1,
    mockmail: version,
    client: client.name,
    startedAt,
    contract,
    cells,
    skipped,
    ...(advice.length > 0 && { advice }),
    counts,
    ...(stop() && { partial: true as const }),
    verdict: counts.fail === 0 && counts.inconclusive === 0 && working.size > 0 && !stop() ? 'pass' : 'fail',
  }
}

async function tryCell(
  servers: MailServers,
  server: MailServer,
  client: Client,
  { timeout = 20_000, requireRevocation = false, stop, environment: given = {} }: CheckRunOptions,
  contract: Contract,
): Promise<CheckCell | undefined> {
  const environment = {
    ...given,
    ...singleEndpoint(endpointEvent(server)),
    MOCKMAIL_CA: servers.ca.path,
    MOCKMAIL_PKI: servers.pki,
    MOCKMAIL_USER: server.user,
    MOCKMAIL_PASSWORD: server.password,
  }
  const started = clock.now()
  let run = await client.run(server, environment, { timeout, stop })
  for (let more = 1; more < server.runs && !run.end.timedOut && !run.stopped; more++) {
    const next = await client.run(server, environment, { timeout, stop })
    run = {
      ...next,
      leftChildren: run.leftChildren || next.leftChildren,
      flooded: run.flooded || next.flooded,
    }
  }
  if (run.stopped) return undefined
  const duration = clock.now() - started
  await server.outcome({ settle: run.grace, requireRevocation })
  return judgeCell(server, run, { contract, duration, requireRevocation })
}

const place = ({ protocol, mode }: Pick<CheckCell, 'protocol' | 'mode'>): string => `${protocol}/${mode}`

/** Why a client was not tried further where it does not speak the protocol. */
function whyNot({ protocol, transcripts, client: { error } }: CheckCell): string {
  const seen = transcripts.length === 0 ? 'did not connect' : `sent no command of ${protocol}`
  return error === null ? seen : `${seen}: ${error}`
}

/** Of a client that does not work with the good server nothing is right, whatever the server saw. */
const withStanding = (cell: CheckCell, standing: Standing): CheckCell =>
  standing === 'works' || cell.verdict === 'fail' ? cell : { ...cell, verdict: 'inconclusive' }

/** A cell that says nothing, because the client does not even work with the good server. */
function unjudged(server: MailServer): CheckCell {
  const { scenario, protocol, mode, expectation } = server
  return {
    scenario,
    protocol,
    mode,
    expect: expectation.expect,
    because: expectation.because,
    outcome: 'not-reached',
    detail: 'inconclusive:control-dirty',
    proof: null,
    grade: 'none',
    qualifier: null,
    flags: [],
    verdict: 'inconclusive',
    reason: null,
    client: { exit: null, signal: null, error: 'was not run', output: '', timedOut: false },
    proofLines: [],
    transcripts: [],
    baseline: null,
    duration: 0,
  }
}

export function countVerdicts(cells: readonly CheckCell[]): Readonly<Record<Verdict, number>> {
  const counts = { pass: 0, fail: 0, note: 0, inconclusive: 0 }
  for (const { verdict } of cells) counts[verdict]++
  return counts
}

/** In the order of the items, so many at a time; what comes to nothing is left out. The first failure ends it. */
async function inParallel<T, R>(
  items: readonly T[],
  jobs: number,
  stop: () => boolean,
  act: (item: T) => Promise<R | undefined>,
): Promise<R[]> {
  const results: (R | undefined)[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length && !stop()) {
      const index = next++
      results[index] = await act(items[index] as T)
    }
  }
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, worker))
  return results.filter((result) => result !== undefined)
}
