import { MockmailError } from '../errors.ts'
import { facetsOf, joinedRecipe, refuseConflicts } from './compose.ts'
import type { Needs, PresetEntry, QuirkEntry } from './entry.ts'
import { deadEndOf, depthOfEnd, depthOfPart, scriptNeeds } from './moments.ts'
import { parsePart, twinOfPart, usual } from './named-parts.ts'
import type { Companion } from './quirk-words.ts'
import type { Recipe } from './recipe/recipe.ts'
import type { Part } from './registry.ts'
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

export { scenarioNames } from './named-parts.ts'

/** What a user asked for, checked and resolved. */
export interface Scenario {
  /** As typed, with aliases resolved. */
  readonly id: string
  readonly parts: readonly ScenarioPart[]
  readonly expectation: Expectation
  /** How many connections it takes to show. */
  readonly runs: number
  readonly observable: 'server' | 'client'
  /** Further endpoints that belong to every endpoint of it. */
  readonly companions: readonly Companion[]
  /** The same scenario without what it injects, where it injects. */
  readonly twin: Scenario | undefined
  /** Why it cannot show there, or undefined when it can. */
  unservable(protocol: Protocol, mode: Mode): string | undefined
  /** What the n-th connection meets, 1 being the first. */
  forConnection(nth: number): ConnectionParts
}

/**
 * @param own parts that are understood by their ids beside the catalogue's
 * @throws {MockmailError} UNKNOWN_SCENARIO, CONFLICT, INVALID_OPTION (a moment or connection number that makes no sense)
 */
export function resolveScenario(input: ScenarioInput, own: readonly DefinedPart[] = []): Scenario {
  checkInput(input)
  const parts = (Array.isArray(input) ? input : [input as string | DefinedPart]).flatMap((one) =>
    typeof one === 'string'
      ? one.split('+').map((text) => parsePart(text, own))
      : [{ ...usual(one as Part), from: 1 } as ScenarioPart],
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
    companions: parts.flatMap((part) => (part.kind === 'quirk' ? companionsOf(part.entry) : [])),
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
  const quirks = parts.filter((part) => part.kind === 'quirk')
  const id = identityOf(parts)
  const changes = certificates.map(changeOf).filter((change) => change !== undefined)
  const changed = changes.some((change) => change <= turn)
  const expectation = expectationOf(parts)
  const ofCertificate = expectationOf(certificates).expect
  return {
    certificate: {
      id: changed ? `${id}@${ordinal(turn)}` : id,
      recipe: joinedRecipe([
        ...(preset ? [preset.entry] : []),
        ...[...quirks, ...certificates].map(({ entry }) => entry),
      ]),
      faulty: certificates.some(({ entry }) => facetsOf(entry).length > 0 || entry.dial !== undefined),
      expect: changes.length === 0 || changed ? ofCertificate : beforeChange.expect,
    },
    ...(preset && { preset: { id: preset.id, entry: preset.entry } }),
    quirks: quirks.map(({ id, entry }) => ({ id, entry })),
    expectation: changes.length === 0 || changed ? expectation : { ...expectation, ...beforeChange },
  }
}

/** Every part gives way to its twin, and each is in it once. */
function twinOf(parts: readonly ScenarioPart[]): Scenario | undefined {
  const twins = parts.map(twinOfPart)
  if (twins.every((part, index) => part === parts[index])) return undefined
  const left = twins.filter((part) => part !== undefined)
  return buildScenario(
    left.length === 0
      ? [parsePart('good', [])]
      : left.filter(({ id }, index) => left.findIndex((other) => other.id === id) === index),
  )
}

/** A canary is right in every respect: whoever comes to it has been sent there. */
const companionsOf = ({ canary, companions = [] }: QuirkEntry): readonly Companion[] => [
  ...(canary ? [{ scenario: 'good', role: 'canary' as const, ...canary }] : []),
  ...companions,
]

const identityOf = (parts: readonly ScenarioPart[]): string =>
  parts
    .filter((part) =>
      part.kind === 'quirk' ? part.entry.leaf : part.kind === 'certificate' || facetsOf(part.entry).length > 0,
    )
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
    const script = part.kind === 'quirk' ? scriptNeeds(part.entry) : null
    if (script !== null) return script
  }
  return unreachable(parts, mode)
}

/** What stands behind the end of every conversation can never be met. */
function unreachable(parts: readonly ScenarioPart[], mode: Mode): string | undefined {
  for (const part of parts) {
    if (part.kind !== 'quirk') continue
    const end = part.entry.listen === false ? 'accept' : deadEndOf(part.entry, mode)
    if (end === undefined) continue
    const behind = parts.find(
      (other) =>
        other !== part &&
        other.id !== 'good' &&
        other.from >= part.from &&
        depthOfPart(other, mode) > depthOfEnd(end, mode),
    )
    if (behind) return `${part.id} ends every connection at ${end}, and ${behind.id} can never show in mode ${mode}`
  }
  return undefined
}

function ordinal(count: number): string {
  const teen = count % 100 >= 11 && count % 100 <= 13
  const suffix = teen ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th')
  return `${count}${suffix}`
}
