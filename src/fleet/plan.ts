import { MockmailError } from '../errors.ts'
import { profileProblem } from '../scenarios/availability.ts'
import type { Companion } from '../scenarios/quirk-words.ts'
import { resolveScenario, type Scenario } from '../scenarios/scenario.ts'
import type { Mode, Protocol } from '../scenarios/vocabulary.ts'
import { behaviourOf } from './behaviour-of.ts'
import { assignPorts, type PortOptions } from './ports.ts'

/** One endpoint to be. */
export interface PlannedEndpoint {
  readonly scenario: Scenario
  readonly protocol: Protocol
  readonly mode: Mode
  readonly port: number
  /** Set where nobody asked for it. */
  readonly role?: 'twin' | Companion['role']
  /** The endpoint whose companion it is, by its place in the plan; companions stand behind all others. */
  readonly of?: number
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
  /** Whether what injects comes with its twin, on any free port. */
  readonly twins: boolean
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
        const why = scenario.unservable(protocol, mode) ?? (mode === 'plain' ? undefined : tlsProblem(scenario))
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
  const numbered = await assignPorts(endpoints, ports)
  return { endpoints: withCompanions(wanted.twins ? [...numbered, ...twinsOf(numbered)] : numbered), leftOut }
}

/** The same with what accompanies them, behind all of them. */
export const withCompanions = (endpoints: readonly PlannedEndpoint[]): readonly PlannedEndpoint[] => [
  ...endpoints,
  ...endpoints.flatMap(companionsOf),
]

/** Why this machine cannot do the TLS of a scenario, on whichever of its connections. */
function tlsProblem(scenario: Scenario): string | undefined {
  for (let nth = 1; nth <= scenario.runs; nth++) {
    const problem = profileProblem(behaviourOf(scenario.forConnection(nth)).tls)
    if (problem !== null) return problem
  }
  return undefined
}

/** Endpoints of its own for each endpoint whose scenario wants some: what comes to them is this one's affair. */
export const companionsOf = (
  { scenario, protocol, mode }: Omit<PlannedEndpoint, 'port'>,
  of: number,
): readonly PlannedEndpoint[] =>
  scenario.companions.map((companion) => ({
    scenario: resolveScenario(companion.scenario),
    protocol: companion.protocol ?? protocol,
    mode: companion.mode ?? mode,
    port: 0,
    role: companion.role,
    of,
  }))

/** An endpoint for each twin that is not there. */
function twinsOf(endpoints: readonly PlannedEndpoint[]): readonly PlannedEndpoint[] {
  const place = ({ scenario, protocol, mode }: PlannedEndpoint): string => `${scenario.id} ${protocol} ${mode}`
  const there = new Set(endpoints.map(place))
  return endpoints.flatMap((endpoint) => {
    const twin = endpoint.scenario.twin && {
      ...endpoint,
      scenario: endpoint.scenario.twin,
      port: 0,
      role: 'twin' as const,
    }
    if (!twin || there.has(place(twin))) return []
    there.add(place(twin))
    return [twin]
  })
}

const unique = (scenarios: readonly Scenario[]): readonly Scenario[] => [
  ...new Map(scenarios.map((scenario) => [scenario.id, scenario])).values(),
]
