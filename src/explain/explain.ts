import { MockmailError } from '../errors.ts'
import { type ListedEntry, listEntry, scenarios } from '../scenarios/listing.ts'
import { didYouMean } from '../scenarios/nearest.ts'
import { coreSet } from '../scenarios/registry.ts'
import { resolveScenario, type Scenario, scenarioNames } from '../scenarios/scenario.ts'
import { type Expect, type Mode, modes, type Protocol, protocols, type Reason } from '../scenarios/vocabulary.ts'
import { reasonsOf, toldBy } from '../verdicts/reasons.ts'
import { type Reading, readingsOf } from './codes.ts'
import { type Acceptance, acceptances, type ErrorText, errorTexts } from './errors.ts'
import { rowsFor } from './match.ts'
import { meanings } from './meanings.ts'
import { scenariosAbout, withReasons } from './related.ts'

/** One part of a scenario, with what is known of it. */
export interface PartExplanation extends ListedEntry {
  /** The connection from which it counts. */
  readonly from: number
  /** What each ecosystem reports, measurements first. */
  readonly said: readonly ErrorText[]
  /** Who goes on with it and says nothing. */
  readonly accepted: readonly Acceptance[]
}

/** What `explain` tells of a scenario. */
export interface ScenarioExplanation {
  readonly schema: 1
  readonly kind: 'scenario'
  readonly id: string
  readonly expect: Expect
  readonly because: string
  readonly reasons: readonly Reason[]
  readonly needs: 'revocation-checking' | null
  /** Connections that it takes to show. */
  readonly runs: number
  /** The same without what it injects: what a client does counts only if it does not do it there as well. */
  readonly twin: string | null
  readonly protocols: readonly Protocol[]
  readonly modes: readonly Mode[]
  readonly parts: readonly PartExplanation[]
  /** What is said of the parts together, where that was measured. */
  readonly together: readonly ErrorText[]
  /** Command lines that show it. */
  readonly commands: readonly string[]
}

/** A scenario that makes clients report an error. */
export interface Candidate {
  readonly id: string
  readonly summary: string
  readonly expect: Expect
  readonly because: string
  /**
   * How sure it is: clients were measured to say so, it is written down somewhere, the text gives the scenario's reason,
   * or they only have words in common.
   */
  readonly evidence: 'measured' | 'sourced' | 'reason' | 'words'
  readonly said: readonly ErrorText[]
  /** What the same ecosystem says of fewer other scenarios, where the text is said of many. */
  readonly closer: ErrorText | null
}

/** What `explain` tells of an error text or code. */
export interface ErrorExplanation {
  readonly schema: 1
  readonly kind: 'error'
  readonly input: string
  readonly reasons: readonly { readonly reason: Reason; readonly meaning: string }[]
  /** What it stands for as a code, in the order in which it is meant. */
  readonly readings: readonly Reading[]
  /** Surest first. */
  readonly scenarios: readonly Candidate[]
  readonly commands: readonly string[]
}

export type Explanation = ScenarioExplanation | ErrorExplanation

/**
 * What is known of a scenario, given by its id, an alias or several joined by `+`; or of an error, given by its text or
 * code in any ecosystem.
 *
 * @throws {MockmailError} UNKNOWN_SCENARIO when nothing matches, CONFLICT, INVALID_OPTION
 */
export function explain(input: string): Explanation {
  const text = input.trim()
  if (namesScenario(text)) return explainScenario(resolveScenario(text))
  const explanation = explainError(text)
  const { scenarios: found, readings, reasons } = explanation
  if (found.length + readings.length + reasons.length > 0) return explanation
  throw new MockmailError(
    'UNKNOWN_SCENARIO',
    `Nothing is known of '${text}'.${didYouMean(text, scenarioNames)} It is no scenario ('mockmail list' shows them) and no error text that was measured or found.`,
  )
}

/** An id, or something joined by `+` of which at least one part is one. */
const namesScenario = (text: string): boolean =>
  text.split('+').some((part) => scenarioNames.includes(part.replace(/@.*$/, '')))

function explainScenario(scenario: Scenario): ScenarioExplanation {
  const { id, expectation, runs } = scenario
  const places = protocols.flatMap((protocol) =>
    modes
      .filter((mode) => scenario.unservable(protocol, mode) === undefined)
      .map((mode): readonly [Protocol, Mode] => [protocol, mode]),
  )
  return {
    schema: 1,
    kind: 'scenario',
    id,
    ...expectation,
    runs,
    twin: scenario.twin?.id ?? null,
    protocols: protocols.filter((protocol) => places.some(([one]) => one === protocol)),
    modes: modes.filter((mode) => places.some(([, one]) => one === mode)),
    parts: scenario.parts.map((part) => ({ ...listEntry(part), from: part.from, ...knownOf(part.id) })),
    together:
      scenario.parts.length > 1 ? errorTexts.filter((row) => row.scenarios.some((one) => sameParts(one, id))) : [],
    commands: commandsFor(id, places),
  }
}

const knownOf = (id: string): Pick<PartExplanation, 'said' | 'accepted'> => ({
  said: errorTexts.filter((row) => row.scenarios.includes(id)),
  accepted: acceptances.filter((row) => row.scenarios.includes(id)),
})

const sameParts = (one: string, other: string): boolean =>
  one.split('+').sort().join('+') === other.split('+').sort().join('+')

function explainError(input: string): ErrorExplanation {
  const readings = readingsOf(input)
  const rows = rowsFor(input)
  const found = [...candidatesFrom(rows), ...alike(input, readings, rows)]
  const candidates = found.length > 0 ? found : scenariosAbout(input).map((id) => candidate(id, 'words', []))
  return {
    schema: 1,
    kind: 'error',
    input,
    reasons: reasonsOf(input).map((reason) => ({ reason, meaning: meanings[reason] })),
    readings,
    scenarios: candidates,
    commands: candidates.slice(0, 1).map(({ id }) => `mockmail up ${id}`),
  }
}

/** Scenarios of which nobody was heard to say so, and which have the reason that the text gives. */
function alike(input: string, readings: readonly Reading[], rows: readonly ErrorText[]): readonly Candidate[] {
  const told = toldBy(input).flatMap(({ reason, or = [] }) => [reason, ...or])
  const meant = withReasons(told)
  // A number means the first thing that anything here is about.
  const coded = rows.length > 0 ? [] : readings.map(({ reasons }) => withReasons(reasons))
  const ids = meant.length > 0 ? meant : (coded.find((one) => one.length > 0) ?? [])
  const named = new Set(rows.flatMap(({ scenarios }) => scenarios))
  return ids.filter((id) => !named.has(id) && !saysOtherwise(id, rows)).map((id) => candidate(id, 'reason', []))
}

/** The ecosystem that says so was measured with this scenario too, and said something else. */
function saysOtherwise(id: string, rows: readonly ErrorText[]): boolean {
  const heard = new Set(rows.filter(({ evidence }) => evidence === 'measured').map(({ ecosystem }) => ecosystem))
  return errorTexts.some(
    ({ evidence, ecosystem, scenarios }) => evidence === 'measured' && heard.has(ecosystem) && scenarios.includes(id),
  )
}

/** Surest first: what was measured, what more of the matching rows are about, single faults before combinations. */
function candidatesFrom(rows: readonly ErrorText[]): readonly Candidate[] {
  const ids = [...new Set(rows.flatMap(({ scenarios }) => scenarios))].filter(exists)
  const parts = (id: string): number => id.split('+').length
  return ids
    .map((id) => {
      const said = rows.filter(({ scenarios }) => scenarios.includes(id))
      return candidate(id, said.some(({ evidence }) => evidence === 'measured') ? 'measured' : 'sourced', said)
    })
    .sort(
      (a, b) =>
        a.evidence.localeCompare(b.evidence) ||
        parts(a.id) - parts(b.id) ||
        rarity(a.id) - rarity(b.id) ||
        b.said.length - a.said.length ||
        position(a.id) - position(b.id),
    )
}

/** What everybody meets is in the core set. */
const rarity = (id: string): number => (id.split('+').every((part) => coreSet.includes(part)) ? 0 : 1)

/** In the catalogue. */
const position = (id: string): number => scenarios.findIndex((entry) => entry.id === id.split('+')[0])

/** A row may be about a scenario that this catalogue has not, or has no more. */
const exists = (id: string): boolean => id.split('+').every((part) => scenarioNames.includes(part))

function candidate(id: string, evidence: Candidate['evidence'], said: readonly ErrorText[]): Candidate {
  const { parts, expectation } = resolveScenario(id)
  const { expect, because } = expectation
  const summary = parts.map(({ entry }) => entry.summary).join(' ')
  return { id, summary, expect, because, evidence, said, closer: closerThan(said, id) }
}

function closerThan(said: readonly ErrorText[], id: string): ErrorText | null {
  const ecosystems = new Set(said.map(({ ecosystem }) => ecosystem))
  const least = Math.min(...said.map(({ scenarios }) => scenarios.length))
  const closer = errorTexts
    .filter(({ evidence, ecosystem }) => evidence === 'measured' && ecosystems.has(ecosystem))
    .filter((row) => row.scenarios.includes(id) && row.scenarios.length < least && reasonsOf(row.text).length > 0)
    .sort((a, b) => a.scenarios.length - b.scenarios.length)
  return closer[0] ?? null
}

function commandsFor(id: string, places: readonly (readonly [Protocol, Mode])[]): readonly string[] {
  const [first] = places
  return first
    ? [`mockmail up ${id}`, `mockmail up ${id} --protocol ${first[0]} --mode ${first[1]} -v`]
    : [`mockmail up ${id}`]
}
