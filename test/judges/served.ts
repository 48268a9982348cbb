import { type FineName, scenarios } from '../../src/index.ts'
import { listedValues } from '../../src/scenarios/recipe/parameter.ts'
import { catalogue, type Part } from '../../src/scenarios/registry.ts'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { modes, protocols } from '../../src/scenarios/vocabulary.ts'

/** A scenario of the catalogue as it is served here: what to type, whose it is, and what it can show. */
export interface Served {
  readonly scenario: string
  readonly entry: string
  readonly shows: readonly FineName[]
  /** With the default value, at the first moment. */
  readonly usual: boolean
}

/** Values of a list that differ in more than a number; of what is not a list, each value says what is different with it. */
const unlike: Readonly<Record<string, readonly string[]>> = {
  // One that no number can hold.
  'scram-iterations': ['1', '2147483647', '99999999999'],
  'scram-unproved': ['wrong', 'missing'],
  // One that comes before the ClientHello, and one behind it.
  'starttls-injected-later': ['10', '50'],
  'alpn-mismatch': ['refused', 'other'],
  // What says yes, what asks for more, what closes, what says no.
  'starttls-code': ['250', '354', '421', '530'],
}

const valuesOf = ({ id, entry }: Part): readonly string[] => {
  const { parameter } = entry
  if (!parameter) return []
  const { values } = parameter
  const says = !Array.isArray(values) && !('from' in values) && !('pattern' in values)
  return unlike[id] ?? (says ? listedValues(entry) : [String(parameter.default)])
}

/** Each value once, at the usual moment, and each moment once, with the usual value. */
function scenariosOf(part: Part): readonly string[] {
  const values = valuesOf(part)
  const [, ...moments] = part.kind === 'quirk' ? (part.entry.moments ?? []) : []
  return [
    ...(values.length === 0 ? [part.id] : values.map((value) => `${part.id}:${value}`)),
    ...moments.map((moment) => `${part.id}@${moment}`),
  ]
}

const listed = new Map(scenarios.map((entry) => [entry.id as string, entry]))

/** Nobody listens where the server sees nothing: `check` judges that from the client's end. */
const ofCatalogue: readonly Served[] = catalogue
  .filter(({ id }) => listed.get(id)?.observable === 'server')
  .flatMap((part) =>
    scenariosOf(part)
      .filter(isServable)
      .map((scenario) => {
        const [resolved] = resolveScenario(scenario).parts
        const ofQuirk = resolved?.kind === 'certificate' ? undefined : resolved?.entry.shows
        const expect = resolved?.entry.expect ?? 'accept'
        const usual =
          !scenario.includes('@') && scenario.replace(/^[^:]*:?/, '') === String(part.entry.parameter?.default ?? '')
        return { scenario, entry: part.id, usual, shows: ofQuirk ?? shownBy(part.id, expect) }
      }),
  )

/** The same without what is injected, where the catalogue has no such entry. */
const twins: readonly Served[] = ofCatalogue.flatMap(({ scenario, shows }) => {
  const twin = resolveScenario(scenario).twin?.id
  if (twin === undefined || ofCatalogue.some((other) => other.scenario === twin)) return []
  return [{ scenario: twin, entry: twin, usual: true, shows: shows.filter((name) => name !== 'acted-on-injected') }]
})

export const served: readonly Served[] = [...ofCatalogue, ...new Map(twins.map((one) => [one.scenario, one])).values()]

/** What only the scripted engine can serve has no server here yet. */
function isServable(scenario: string): boolean {
  const resolved = resolveScenario(scenario)
  return protocols.some((protocol) => modes.some((mode) => resolved.unservable(protocol, mode) === undefined))
}

/** What a certificate can show follows from what is expected there; a value of it may be judged in another way. */
function shownBy(id: string, expect: string): readonly FineName[] {
  const alike = scenarios.find((entry) => entry.kind === 'certificate' && entry.expect === expect)
  return (listed.get(id)?.expect === expect ? listed.get(id) : alike)?.shows ?? []
}
