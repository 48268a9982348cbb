import getPort from 'get-port'
import { MockmailError } from './errors.ts'
import { checkPort } from './options.ts'
import type { Scenario } from './scenarios/scenario.ts'
import type { Mode, Protocol } from './scenarios/vocabulary.ts'

/** Where endpoints listen. At most one of these may be given; default: any free port each. */
export interface PortOptions {
  /** The port of the only endpoint. */
  readonly port?: number
  /** Consecutive ports from this one on; `true` finds a free block. */
  readonly portBase?: number | true
}

/** One endpoint to be. */
export interface PlannedEndpoint {
  readonly scenario: Scenario
  readonly protocol: Protocol
  readonly mode: Mode
  readonly port: number
}

export interface Plan {
  readonly endpoints: readonly PlannedEndpoint[]
  /** What was asked for and cannot show, with the reason. */
  readonly leftOut: readonly { readonly scenario: string; readonly where: string; readonly why: string }[]
}

/** What is to be served. */
export interface Wanted {
  readonly scenarios: readonly Scenario[]
  readonly protocols: readonly Protocol[]
  readonly modes: readonly Mode[]
  /** Whether the scenarios were asked for by name, so that each must have an endpoint. */
  readonly byName: boolean
}

/**
 * Every scenario on every protocol and mode where it can show.
 *
 * @throws {MockmailError} NOTHING_TO_SERVE when a scenario asked for by name has no endpoint, or nothing has; INVALID_OPTION,
 * PORT_IN_USE
 */
export async function makePlan(wanted: Wanted, ports: PortOptions): Promise<Plan> {
  const endpoints: Omit<PlannedEndpoint, 'port'>[] = []
  const leftOut: Plan['leftOut'][number][] = []
  for (const scenario of unique(wanted.scenarios)) {
    const before = endpoints.length
    for (const protocol of new Set(wanted.protocols)) {
      for (const mode of new Set(wanted.modes)) {
        const why = scenario.unservable(protocol, mode)
        if (why === undefined) endpoints.push({ scenario, protocol, mode })
        else leftOut.push({ scenario: scenario.id, where: `${protocol}/${mode}`, why })
      }
    }
    if (wanted.byName && endpoints.length === before) {
      const whys = [...new Set(leftOut.filter((left) => left.scenario === scenario.id).map(({ why }) => why))]
      throw new MockmailError(
        'NOTHING_TO_SERVE',
        `'${scenario.id}' cannot show on ${wanted.protocols.join(', ')} in mode ${wanted.modes.join(', ')}: ${whys.join('; ')}.`,
      )
    }
  }
  if (endpoints.length === 0) {
    throw new MockmailError(
      'NOTHING_TO_SERVE',
      `Nothing of what was asked for can show in mode ${wanted.modes.join(', ')}.`,
    )
  }
  const numbers = await choosePorts(endpoints.length, ports)
  return { endpoints: endpoints.map((endpoint, index) => ({ ...endpoint, port: numbers[index] ?? 0 })), leftOut }
}

const unique = (scenarios: readonly Scenario[]): readonly Scenario[] => [
  ...new Map(scenarios.map((scenario) => [scenario.id, scenario])).values(),
]

async function choosePorts(count: number, { port, portBase }: PortOptions): Promise<readonly number[]> {
  if (port !== undefined && portBase !== undefined) {
    throw new MockmailError('INVALID_OPTION', 'A port and a port base cannot both be given.')
  }
  if (port !== undefined) {
    checkPort('port', port, { from: 0 })
    if (count === 1) return [port]
    throw new MockmailError(
      'INVALID_OPTION',
      `Port ${port} is for a single endpoint, and ${count} would be started. A port base (--port-base, portBase) serves several.`,
    )
  }
  if (portBase === undefined) return []
  const base = portBase === true ? await freeBlock(count) : checkPort('portBase', portBase, { from: 1 })
  if (base + count - 1 > 65_535) {
    throw new MockmailError('INVALID_OPTION', `Port base ${base} leaves no room for ${count} ports below 65536.`)
  }
  return Array.from({ length: count }, (_, index) => base + index)
}

/** Well-known development ports end below it, ephemeral ports of Linux begin above most of it. */
const firstBlock = 20_000

/** The first of `count` consecutive ports of which none is in use now, on any address of this machine. */
async function freeBlock(count: number): Promise<number> {
  let base = firstBlock
  for (let tries = 0; tries < 100 && base + count <= 65_536; tries++) {
    const busy = await firstBusy(base, count)
    if (busy === undefined) return base
    base = busy + 1
  }
  throw new MockmailError('PORT_IN_USE', `No block of ${count} free ports was found from ${firstBlock} on.`)
}

async function firstBusy(base: number, count: number): Promise<number | undefined> {
  for (let port = base; port < base + count; port++) {
    if ((await getPort({ port })) !== port) return port
  }
  return undefined
}
