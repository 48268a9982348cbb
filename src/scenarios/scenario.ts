import { MockmailError } from '../errors.ts'
import { didYouMean } from '../text/nearest.ts'
import { facetsOf, joinedRecipe, refuseConflicts } from './compose.ts'
import type { Needs, PresetEntry, QuirkEntry } from './entry.ts'
import { aliasesOfValues, withValue } from './recipe/parameter.ts'
import type { Recipe } from './recipe/recipe.ts'
import { catalogue, type Part } from './registry.ts'
import type { Expect, Mode, Protocol, Reason } from './vocabulary.ts'

/** A certificate or quirk of the user's own, made by `defineCertificate` or `defineQuirk`. */
export interface DefinedPart {
  readonly defined: true
  readonly kind: Part['kind']
  readonly id: string
  readonly entry: Part['entry']
}

/** What a scenario can be given as: an id, several joined by `+`, a part of one's own, or a list of these. */
export type ScenarioInput = string | DefinedPart | readonly (string | DefinedPart)[]

/** A part with the connection from which it counts. */
export type ScenarioPart = Part & {
  readonly from: number
  /** The id of the entry: without the value that stands behind a colon. */
  readonly base: string
}

/** What a strict client does, and why. */
export interface Expectation {
  readonly expect: Expect
  readonly because: string
  /** The reasons that a correct refusal may give; empty where any will do. */
  readonly reasons: readonly Reason[]
  readonly needs: Needs | null
}

/** What one connection of a scenario meets. */
export interface ConnectionParts {
  readonly certificate: {
    /** Names the identity in the PKI: the certificate parts, and a preset that has facets, as typed; or `good`. */
    readonly id: string
    readonly recipe: Recipe
    /** Whether it is another than the one that a server without faults would show. */
    readonly faulty: boolean
    /** What a strict client does when nothing else is wrong than this certificate. */
    readonly expect: Expect
  }
  /** Defaults, of which the quirks take the place. */
  readonly preset?: { readonly id: string; readonly entry: PresetEntry }
  readonly quirks: readonly { readonly id: string; readonly entry: QuirkEntry }[]
  readonly expectation: Expectation
}

/** What a user asked for, checked and resolved. */
export interface Scenario {
  /** As typed, with aliases resolved. */
  readonly id: string
  readonly parts: readonly ScenarioPart[]
  readonly expectation: Expectation
  /** How many connections it takes to show. */
  readonly runs: number
  readonly observable: 'server' | 'client'
  /** The same scenario without what it injects, where it injects. */
  readonly twin: Scenario | undefined
  /** Why it cannot show there, or undefined when it can. */
  unservable(protocol: Protocol, mode: Mode): string | undefined
  /** What the n-th connection meets, 1 being the first. */
  forConnection(nth: number): ConnectionParts
}

/** A part by a name of it, with the value that the name stands for. */
interface Named {
  readonly part: Part
  readonly value?: string
}

const names = new Map<string, Named>(
  catalogue.flatMap((part): [string, Named][] => [
    ...[part.id, ...(part.entry.aliases ?? [])].map((name): [string, Named] => [name, { part }]),
    ...aliasesOfValues(part.entry).map(([name, value]): [string, Named] => [name, { part, value }]),
  ]),
)

/** Every name that is understood, aliases included. */
export const scenarioNames: readonly string[] = [...names.keys()]

/**
 * @param own parts that are understood by their ids beside the catalogue's
 * @throws {MockmailError} UNKNOWN_SCENARIO, CONFLICT, INVALID_OPTION (a moment or connection number that makes no sense)
 */
export function resolveScenario(input: ScenarioInput, own: readonly DefinedPart[] = []): Scenario {
  checkInput(input)
  const parts = (Array.isArray(input) ? input : [input as string | DefinedPart]).flatMap((one) =>
    typeof one === 'string'
      ? one.split('+').map((text) => parsePart(text, own))
      : [{ ...valued(one as Part), from: 1 } as ScenarioPart],
  )
  if (parts.length === 0) throw new MockmailError('UNKNOWN_SCENARIO', "An empty list names no scenario. 'good' is one.")
  refuseConflicts(parts)
  return buildScenario(parts)
}

function checkInput(input: unknown): void {
  const wrong = [input].flat().find((one) => typeof one !== 'string' && (one as DefinedPart | null)?.defined !== true)
  if (wrong === undefined && input !== undefined) return
  throw new MockmailError(
    'INVALID_OPTION',
    `'${wrong}' names no scenario. Allowed: an id, several joined by +, what defineCertificate or defineQuirk returned, or a list of these; 'mockmail list' shows the ids.`,
  )
}

const partPattern = /^(?<name>[^@:]*)(?::(?<value>[^@]*))?(?:@(?<moment>[a-z-]+))?(?:@(?<nth>\d+)(?:st|nd|rd|th))?$/

function parsePart(text: string, own: readonly DefinedPart[]): ScenarioPart {
  const match = partPattern.exec(text)
  const name = match?.groups?.['name'] ?? text.replace(/[@:].*/s, '')
  const ofOwn = own.find(({ id }) => id === name) as Part | undefined
  const found = ofOwn ? { part: ofOwn } : names.get(name)
  if (!found) {
    throw new MockmailError(
      'UNKNOWN_SCENARIO',
      `There is no scenario '${name}'.${didYouMean(name, [...own.map(({ id }) => id), ...scenarioNames])} 'mockmail list' shows them all.`,
    )
  }
  const { part } = found
  if (!match || match.groups?.['moment'] !== undefined) {
    throw new MockmailError(
      'INVALID_OPTION',
      `'${text}': '${part.id}' happens at no chosen moment; only a connection number may follow, as in '${part.id}@2nd'.`,
    )
  }
  const from = Number(match.groups?.['nth'] ?? 1)
  if (from < 1) throw new MockmailError('INVALID_OPTION', `'${text}': connections are counted from 1st.`)
  const value = match.groups?.['value']
  if (value !== undefined && 'value' in found) {
    throw new MockmailError(
      'INVALID_OPTION',
      `'${text}': '${name}' stands for '${part.id}:${found.value}', so no other value may follow.`,
    )
  }
  return { ...valued(part, value ?? found.value), from } as ScenarioPart
}

/** A part with a value in place of its parameter; its id has the value where it was said. */
const valued = (part: Part, value?: string): Part & Pick<ScenarioPart, 'base'> =>
  ({
    ...part,
    id: value === undefined ? part.id : `${part.id}:${value}`,
    base: part.id,
    entry: withValue<Part['entry']>(part.id, part.entry, value),
  }) as Part & Pick<ScenarioPart, 'base'>

function buildScenario(parts: readonly ScenarioPart[]): Scenario {
  const byTurn = new Map<number, ConnectionParts>()
  let twin: Scenario | undefined
  const turns = [...new Set([1, ...parts.flatMap((part) => [part.from, changeOf(part) ?? part.from])])].sort(
    (a, b) => b - a,
  )
  const id = parts.map(({ id, from }) => (from === 1 ? id : `${id}@${ordinal(from)}`)).join('+')
  return {
    id,
    parts,
    expectation: expectationOf(parts),
    runs: Math.max(...parts.map(({ from, entry }) => Math.max(from, entry.runs ?? 1))),
    observable: parts.some(({ entry }) => entry.observable === 'client') ? 'client' : 'server',
    get twin() {
      twin ??= twinOf(parts)
      return twin
    },
    unservable: (protocol, mode) => unservable(parts, protocol, mode),
    forConnection(nth) {
      // Connections between two turns meet the same; one object per turn lets endpoints share by identity.
      const turn = turns.find((from) => from <= nth) ?? 1
      const known = byTurn.get(turn)
      if (known) return known
      const met = partsMet(
        parts.filter(({ from }) => from <= turn),
        turn,
      )
      byTurn.set(turn, met)
      return met
    },
  }
}

function partsMet(parts: readonly ScenarioPart[], turn: number): ConnectionParts {
  const certificates = parts.filter((part) => part.kind === 'certificate')
  const preset = parts.find((part) => part.kind === 'preset')
  const id = identityOf(parts)
  const changes = certificates.map(changeOf).filter((change) => change !== undefined)
  const changed = changes.some((change) => change <= turn)
  const expectation = expectationOf(parts)
  const ofCertificate = expectationOf(certificates).expect
  return {
    certificate: {
      id: changed ? `${id}@${ordinal(turn)}` : id,
      recipe: joinedRecipe([...(preset ? [preset.entry] : []), ...certificates.map(({ entry }) => entry)]),
      faulty: certificates.some(({ entry }) => facetsOf(entry).length > 0 || entry.dial !== undefined),
      expect: changes.length === 0 || changed ? ofCertificate : beforeChange.expect,
    },
    ...(preset && { preset: { id: preset.id, entry: preset.entry } }),
    quirks: parts.flatMap((part) => (part.kind === 'quirk' ? [{ id: part.id, entry: part.entry }] : [])),
    expectation: changes.length === 0 || changed ? expectation : { ...expectation, ...beforeChange },
  }
}

/** Every part that injects gives way to its twin, and the twin is in it once. */
function twinOf(parts: readonly ScenarioPart[]): Scenario | undefined {
  const twins = parts.map((part) => {
    const id = part.kind === 'quirk' ? part.entry.twin : undefined
    return id === undefined ? part : { ...parsePart(id, []), from: part.from }
  })
  if (twins.every((part, index) => part === parts[index])) return undefined
  return buildScenario(twins.filter(({ id }, index) => twins.findIndex((other) => other.id === id) === index))
}

const identityOf = (parts: readonly ScenarioPart[]): string =>
  parts
    .filter((part) => part.kind === 'certificate' || (part.kind === 'preset' && facetsOf(part.entry).length > 0))
    .map(({ id }) => id)
    .join('+') || 'good'

/** The connection from which a part serves another certificate. */
const changeOf = (part: ScenarioPart): number | undefined =>
  part.kind === 'certificate' ? part.entry.changesAt : undefined

const beforeChange = { expect: 'either', because: 'the user may have chosen to trust this certificate' } as const

const strictness: Readonly<Record<Expect, number>> = { reject: 2, either: 1, accept: 0 }

function expectationOf(parts: readonly ScenarioPart[]): Expectation {
  const strictest = Math.max(0, ...parts.map(({ entry }) => strictness[entry.expect]))
  const deciding = parts.filter(({ entry }) => strictness[entry.expect] === strictest).map(({ entry }) => entry)
  const [first] = deciding
  if (!first) return { expect: 'accept', because: 'nothing is wrong', reasons: [], needs: null }
  return {
    expect: first.expect,
    because: deciding.map(({ because }) => because).join('; '),
    reasons: [...new Set(deciding.flatMap(({ reason }) => reason ?? []))],
    needs: needsOf(deciding.map(({ needs }) => needs)),
  }
}

/** Where each takes another kind of checking, whoever checks in any way sees one of them. */
function needsOf(needs: readonly (Needs | undefined)[]): Needs | null {
  const kinds = new Set(needs)
  if (kinds.has(undefined)) return null
  const [only] = kinds
  return kinds.size === 1 && only !== undefined ? only : 'revocation-checking'
}

function unservable(parts: readonly ScenarioPart[], protocol: Protocol, mode: Mode): string | undefined {
  for (const part of parts) {
    if (part.kind !== 'certificate') {
      if (!part.entry.protocols.includes(protocol)) return `${part.id} is of ${part.entry.protocols.join(', ')} only`
      if (!part.entry.modes.includes(mode)) return `${part.id} is of mode ${part.entry.modes.join(', ')} only`
    } else if (mode === 'plain' && part.id !== 'good') {
      return `${part.id} is a certificate, and mode plain shows none`
    }
  }
  return undefined
}

function ordinal(count: number): string {
  const teen = count % 100 >= 11 && count % 100 <= 13
  const suffix = teen ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')
  return `${count}${suffix}`
}
