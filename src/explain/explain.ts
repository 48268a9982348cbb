import { MockmailError } from '../errors.ts'
import type { Needs } from '../scenarios/entry.ts'
import { type ListedEntry, listEntry } from '../scenarios/listing.ts'
import { resolveScenario, type Scenario, scenarioNames } from '../scenarios/scenario.ts'
import { type Expect, type Mode, modes, type Protocol, protocols, type Reason } from '../scenarios/vocabulary.ts'
import { didYouMean } from '../text/nearest.ts'
import type { Reading } from './codes.ts'
import { explainError } from './error.ts'
import { type Acceptance, acceptances, type ErrorText, errorTexts } from './errors.ts'

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
  readonly needs: Needs | null
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
  /** How sure it is: clients were measured to say so, it is written down somewhere, or the text gives its reason. */
  readonly evidence: 'measured' | 'sourced' | 'reason'
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
  /** What else is to be said of it: whose judgement an alert is, why no scenario shows it. */
  readonly notes: readonly string[]
  /** Surest first; none where the catalogue has nothing that makes a client say so. */
  readonly scenarios: readonly Candidate[]
  readonly commands: readonly string[]
}

export type Explanation = ScenarioExplanation | ErrorExplanation

/**
 * What is known of a scenario, given by its id, an alias or several joined by `+`; or of an error, given by its text or
 * code in any ecosystem. Of a text that nobody knows everything is empty.
 *
 * @throws {MockmailError} INVALID_OPTION when nothing is given, UNKNOWN_SCENARIO for one word that is written like an id
 *   and of which nothing is known, CONFLICT
 */
export function explain(input: string): Explanation {
  const text = input.trim()
  if (text === '') {
    throw new MockmailError(
      'INVALID_OPTION',
      "Nothing was given to explain. Allowed: a scenario ('mockmail list' shows them), or an error text or code of any client.",
    )
  }
  if (namesScenario(text)) return explainScenario(resolveScenario(text))
  const explanation = explainError(withinBounds(text))
  if (!isWrittenLikeAnId(text) || isKnown(explanation)) return explanation
  throw new MockmailError(
    'UNKNOWN_SCENARIO',
    `There is no scenario '${text}', and no client is known to say so.${didYouMean(text, scenarioNames)} 'mockmail list' shows them all.`,
  )
}

/** Of a log that is longer, its two ends are read: the patterns take their time. */
const longest = 16_384

const withinBounds = (text: string): string =>
  text.length <= longest ? text : `${text.slice(0, longest / 2)}\n…\n${text.slice(-longest / 2)}`

/** Whether anything is known of an error. */
export const isKnown = ({ scenarios, readings, reasons }: ErrorExplanation): boolean =>
  scenarios.length + readings.length + reasons.length > 0

const isWrittenLikeAnId = (text: string): boolean => /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:@\w+)?$/.test(text)

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

function commandsFor(id: string, places: readonly (readonly [Protocol, Mode])[]): readonly string[] {
  const [first] = places
  return first
    ? [`mockmail up ${id}`, `mockmail up ${id} --protocol ${first[0]} --mode ${first[1]} -v`]
    : [`mockmail up ${id}`]
}
