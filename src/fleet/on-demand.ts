import { scenariosOfEntry } from '../scenarios/listing.ts'
import { catalogue } from '../scenarios/registry.ts'
import { resolveScenario } from '../scenarios/scenario.ts'
import { declareAll } from './assemble.ts'
import { writtenScenario } from './behaviour-of.ts'
import { takeAll } from './closing.ts'
import type { MailServer } from './mail-server.ts'
import { checkRunOptions, type RunOptions } from './options.ts'
import { makePlan, type Plan, type Wanted } from './plan.ts'
import { layFoundation, serve } from './start.ts'
import { openTemporaryDirectory } from './temporary-directory.ts'

/** One PKI, with endpoints that are added to it as they are asked for. */
export interface OnDemandServers {
  /** Directory of the PKI's files. */
  readonly directory: string
  /** PEM of every root that a client should trust. */
  readonly ca: string
  /**
   * Endpoints of their own for whoever asks, one mailbox per scenario.
   * @throws {MockmailError} NOTHING_TO_SERVE, LISTEN_FAILED
   */
  add(wanted: Omit<Wanted, 'byName'>): Promise<{ readonly servers: readonly MailServer[]; readonly plan: Plan }>
  /** Writes the files of what was issued since the last time, which takes a tenth of a second. */
  write(): void
  /** Removes the files; the servers are closed by whoever has them. */
  close(): Promise<void>
}

/** @throws {MockmailError} INVALID_OPTION, PKI_UNUSABLE, FILE_UNWRITABLE */
export async function startOnDemand(options: RunOptions): Promise<OnDemandServers> {
  const checked = checkRunOptions(options)
  const foundation = await layFoundation(checked)
  const { pki } = foundation
  // Some entries bring a root of their own: all are there from the start, so that the CA stays as it is.
  const scenarios = catalogue.flatMap(scenariosOfEntry).map((id) => resolveScenario(id))
  await declareAll(
    scenarios.map((scenario) => ({ scenario })),
    pki,
  )
  const written = new Map(scenarios.map((scenario) => [scenario.id, writtenScenario(scenario)]))
  const temporary = openTemporaryDirectory()
  let stale = true
  const write = (): void => {
    if (stale) pki.write(temporary.path, [...written.values()])
    stale = false
  }
  const close = (): Promise<void> =>
    takeAll(
      () => foundation.close(),
      () => temporary.remove(),
    )
  try {
    write()
  } catch (error) {
    await close()
    throw error
  }
  return {
    directory: temporary.path,
    get ca() {
      return pki.caPem
    },
    async add(wanted) {
      const plan = await makePlan({ ...wanted, byName: true }, {})
      for (const { scenario } of plan.endpoints) {
        stale ||= !written.has(scenario.id)
        written.set(scenario.id, writtenScenario(scenario))
      }
      return { servers: await serve(plan, checked, foundation), plan }
    },
    write,
    close,
  }
}
