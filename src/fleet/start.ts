import { resolve } from 'node:path'
import { startPki } from '../certs/pki.ts'
import { MockmailError, outOfFiles } from '../errors.ts'
import type { WithChecked } from '../scenarios/checked.ts'
import { refuseNamesakes } from '../scenarios/own.ts'
import { type DefinedPart, resolveScenario, type ScenarioInput } from '../scenarios/scenario.ts'
import { modes as allModes, protocols as allProtocols, type Mode, type Protocol } from '../scenarios/vocabulary.ts'
import { dialects } from '../servers/dialects.ts'
import { openKeyLog } from '../tls/key-log.ts'
import { type Assembled, assembleServers, type Common, commonGround, declareAll } from './assemble.ts'
import { closeAll, takeAll } from './closing.ts'
import type { MailServer } from './mail-server.ts'
import { MailServers } from './mail-servers.ts'
import {
  type CheckedOptions,
  checkMode,
  checkOptionList,
  checkOptionNames,
  checkProtocol,
  checkRunOptions,
  type RunOptions,
  runOptionNames,
} from './options.ts'
import { makePlan, type Plan, type PlannedEndpoint, type Wanted } from './plan.ts'
import type { PortOptions } from './ports.ts'
import { refuseOtherRuntimes } from './runtime.ts'

export { type EndpointQuery, MailServers } from './mail-servers.ts'

/** What to serve, and where. */
export interface StartOptions extends RunOptions, PortOptions {
  /** Default `good`. */
  readonly scenarios?: readonly ScenarioInput[]
  /** Default all three. */
  readonly protocols?: readonly Protocol[]
  /** Default `implicit` and `starttls`. */
  readonly modes?: readonly Mode[]
}

/** The names of {@link StartOptions}. */
export const startOptionNames = [
  ...runOptionNames,
  'scenarios',
  'protocols',
  'modes',
  'port',
  'portBase',
  'portOffset',
] as const satisfies readonly (keyof StartOptions)[]

/** What the callers of {@link startFleet} differ in. */
export interface FleetOptions {
  readonly byName: boolean
  readonly own?: readonly DefinedPart[]
  readonly twins?: boolean
}

/** Starts scenarios that were named, or those that a tag or a default set stands for. */
export async function startFleet(
  options: StartOptions,
  { byName, own = [], twins = false }: FleetOptions,
): Promise<MailServers> {
  for (const list of ['scenarios', 'protocols', 'modes'] as const) checkOptionList(list, options[list])
  const checked = checkRunOptions(options)
  refuseNamesakes(options.scenarios ?? [], own)
  const wanted: Wanted = {
    scenarios: (options.scenarios ?? ['good']).map((scenario) => resolveScenario(scenario, own)),
    protocols: (options.protocols ?? allProtocols).map(checkProtocol),
    modes: (options.modes ?? allModes.filter((mode) => mode !== 'plain')).map(checkMode),
    byName,
    twins,
  }
  for (let attempt = 1; ; attempt++) {
    const plan = await makePlan(wanted, options)
    try {
      return await startPlanned(plan, checked, own)
    } catch (error) {
      // Somebody else was faster with a port of the block that was free a moment ago.
      const lostRace = options.portBase === true && error instanceof MockmailError && error.code === 'PORT_IN_USE'
      if (!lostRace || attempt >= 5) throw outOfFiles(error)
    }
  }
}

async function startPlanned(plan: Plan, options: CheckedOptions, own: readonly DefinedPart[]): Promise<MailServers> {
  const foundation = await layFoundation(options)
  try {
    const servers = await serve(plan, options, foundation)
    const home = options.pki && resolve(options.pki)
    return new MailServers(servers, foundation.pki, plan, foundation.close, home, { options, foundation, own })
  } catch (error) {
    await foundation.close()
    throw error
  }
}

/** What endpoints stand on. */
export interface Foundation extends Common {
  close(): Promise<void>
}

/** What it takes to open further endpoints beside those that are there. */
export interface Ground {
  readonly options: CheckedOptions
  readonly foundation: Foundation
  /** Parts that are understood by their ids beside the catalogue's. */
  readonly own: readonly DefinedPart[]
}

/** @throws {MockmailError} UNSUPPORTED_RUNTIME, PKI_UNUSABLE, FILE_UNWRITABLE */
export async function layFoundation(options: CheckedOptions): Promise<Foundation> {
  refuseOtherRuntimes()
  const keyLog = openKeyLog(options.keylog)
  const pki = await startPki({
    servernames: options.servernames,
    key: options.key,
    ...(options.now && { now: options.now }),
    ...(options.pki !== undefined && { directory: options.pki }),
    unconstrained: options.unconstrained,
    host: options.host,
  }).catch((error: unknown) => {
    keyLog?.close()
    throw error
  })
  return {
    ...commonGround(pki, keyLog),
    close: () =>
      takeAll(
        () => pki.close(),
        () => keyLog?.close(),
      ),
  }
}

/** Opens the endpoints of a plan, each with its companions; when one cannot listen, none does. */
export async function serve(
  { endpoints }: Pick<Plan, 'endpoints'>,
  options: CheckedOptions,
  common: Common,
): Promise<readonly MailServer[]> {
  const opened = await openAll(endpoints, options, common)
  for (const [index, { of, role }] of endpoints.entries()) {
    const [owner, companion] = [of === undefined ? undefined : opened[of], opened[index]]
    if (owner && companion && role && role !== 'twin') owner.accompany(companion, role)
  }
  return opened.filter((_, index) => endpoints[index]?.of === undefined)
}

/** Opens endpoints, companions as well, and joins none to another. */
export async function openAll(
  endpoints: readonly PlannedEndpoint[],
  options: CheckedOptions,
  common: Common,
): Promise<readonly MailServer[]> {
  // Before anything listens, and takes the handles that loading needs.
  await Promise.all([...new Set(endpoints.map(({ protocol }) => protocol))].map((name) => dialects[name].prepare?.()))
  await declareAll(endpoints, common.pki)
  const servers = assembleServers(endpoints, options, common)
  try {
    await listenAll(servers)
  } catch (error) {
    await Promise.all(servers.map(({ endpoint }) => endpoint.close()))
    throw error
  }
  return servers.map(({ open }) => open())
}

/** Rejects only when every endpoint has listened or failed, so that all that listen can be closed. */
async function listenAll(servers: readonly Assembled[]): Promise<void> {
  const started = await Promise.allSettled(servers.map(({ endpoint }) => endpoint.listen()))
  const failed = started.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

/** Options of {@link startMailServer}. */
export interface StartOneOptions extends RunOptions {
  readonly protocol: Protocol
  readonly mode: Mode
  /** Default `good`. */
  readonly scenario?: ScenarioInput
  /** Default any free port. */
  readonly port?: number
}

/**
 * Starts one endpoint with a fresh PKI.
 *
 * @throws {MockmailError} as `startMailServers`
 * @example
 * const server = await startMailServer({ protocol: 'imap', mode: 'implicit', scenario: 'expired' })
 * try {
 *   await myClient.connect({ host: server.servername, port: server.port, tls: server.tls })
 * } finally {
 *   await server.close()
 * }
 */
export function startMailServer<const Input extends ScenarioInput>(
  options: StartOneOptions & WithChecked<Input>,
): Promise<MailServer>
export async function startMailServer(options: StartOneOptions): Promise<MailServer> {
  checkOptionNames('startMailServer', options, [...runOptionNames, 'protocol', 'mode', 'scenario', 'port'])
  const { protocol, mode, scenario = 'good', port, ...run } = options
  const where = { scenarios: [scenario], protocols: [protocol], modes: [mode], ...(port !== undefined && { port }) }
  const servers = await startFleet({ ...run, ...where }, { byName: true, twins: true })
  const [server, ...twins] = servers.endpoints as [MailServer, ...MailServer[]]
  server.onClose(() =>
    takeAll(
      () => closeAll(twins),
      () => servers.release(),
    ),
  )
  return server
}
