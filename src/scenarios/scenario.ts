import { MockmailError } from '../errors.ts'
import { didYouMean } from '../text/nearest.ts'
import { facetsOf, mergeFacets, refuseConflicts } from './compose.ts'
import type { CertificateFacets, PresetEntry, QuirkEntry } from './entry.ts'
import { atMoment, deadEndOf, depthOfEnd, depthOfPart, needsScript } from './moments.ts'
import type { Companion } from './quirk-words.ts'
import { catalogue, type Part } from './registry.ts'
import { doTheSame, injects, withoutInjection } from './twins.ts'
import type { Expect, Mode, Moment, Protocol, Reason } from './vocabulary.ts'

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
export type ScenarioPart = Part & { readonly from: number }

/** What a strict client does, and why. */
export interface Expectation {
  readonly expect: Expect
  readonly because: string
  /** The reasons that a correct refusal may give; empty where any will do. */
  readonly reasons: readonly Reason[]
  readonly needs: 'revocation-checking' | null
}

/** What one connection of a scenario meets. */
export interface ConnectionParts {
  readonly certificate: {
    /** Names the identity in the PKI: the certificate parts, and a preset that has facets, as typed; or `good`. */
    readonly id: string
    readonly facets: CertificateFacets
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
  /** Further endpoints that belong to every endpoint of it. */
  readonly companions: readonly Companion[]
  /** The same scenario without what it injects, where it injects. */
  readonly twin: Scenario | undefined
  /** Why it cannot show there, or undefined when it can. */
  unservable(protocol: Protocol, mode: Mode): string | undefined
  /** What the n-th connection meets, 1 being the first. */
  forConnection(nth: number): ConnectionParts
}

const names = new Map<string, Part>(
  catalogue.flatMap((part) => [part.id, ...(part.entry.aliases ?? [])].map((name) => [name, part] as const)),
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
      : [{ ...atDefault(one as Part), from: 1 } as ScenarioPart],
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

const partPattern = /^(?<name>[^@]*)(?:@(?<moment>[a-z-]+))?(?:@(?<nth>\d+)(?:st|nd|rd|th))?$/

function parsePart(text: string, own: readonly DefinedPart[]): ScenarioPart {
  const match = partPattern.exec(text)
  const name = match?.groups?.['name'] ?? text.replace(/@.*/s, '')
  const part = (own.find(({ id }) => id === name) as Part | undefined) ?? names.get(name)
  if (!part) {
    throw new MockmailError(
      'UNKNOWN_SCENARIO',
      `There is no scenario '${name}'.${didYouMean(name, [...own.map(({ id }) => id), ...scenarioNames])} 'mockmail list' shows them all.`,
    )
  }
  const moment = match?.groups?.['moment']
  const from = Number(match?.groups?.['nth'] ?? 1)
  const chosen = moment === 'twin' ? calm(part) : moment === undefined ? atDefault(part) : atChosen(part, moment, text)
  if (!match || !chosen) throw misplaced(part, text)
  if (from < 1) throw new MockmailError('INVALID_OPTION', `'${text}': connections are counted from 1st.`)
  return { ...chosen, from } as ScenarioPart
}

const momentsFor = (part: Part): readonly Moment[] => (part.kind === 'quirk' ? (part.entry.moments ?? []) : [])

/** With the first of its moments, where it has a choice of them. */
function atDefault(part: Part): Part {
  const [first] = momentsFor(part)
  return part.kind === 'quirk' && first ? { ...part, entry: atMoment(part.entry, first) } : part
}

/** At the moment that was asked for; undefined where it happens at no chosen moment. */
function atChosen(part: Part, moment: string, text: string): Part | undefined {
  const moments = momentsFor(part)
  if (part.kind !== 'quirk' || moments.length === 0) return undefined
  if (!moments.includes(moment as Moment)) {
    throw new MockmailError(
      'INVALID_OPTION',
      `'${text}': '${part.id}' has no moment '${moment}'.${didYouMean(moment, moments)} Allowed: ${moments.join(', ')}.`,
    )
  }
  return { ...part, id: `${part.id}@${moment}`, entry: atMoment(part.entry, moment as Moment) }
}

/** The same without what it injects; undefined where it injects nothing, or nothing else. */
function calm(part: Part): Part | undefined {
  if (part.kind !== 'quirk' || !injects(part.entry)) return undefined
  const entry = withoutInjection(part.entry)
  return entry ? { ...part, id: `${part.id}@twin`, entry } : undefined
}

const misplaced = (part: Part, text: string): MockmailError =>
  new MockmailError(
    'INVALID_OPTION',
    momentsFor(part).length > 0
      ? `'${text}': a moment and a connection number may follow '${part.id}', as in '${part.id}@${momentsFor(part)[0]}@2nd'.`
      : `'${text}': '${part.id}' happens at no chosen moment; only a connection number may follow, as in '${part.id}@2nd'.`,
  )

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
  const id = identityOf(parts)
  const changes = certificates.map(changeOf).filter((change) => change !== undefined)
  const changed = changes.some((change) => change <= turn)
  const expectation = expectationOf(parts)
  const ofCertificate = expectationOf(certificates).expect
  return {
    certificate: {
      id: changed ? `${id}@${ordinal(turn)}` : id,
      facets: mergeFacets([...(preset ? [preset.entry] : []), ...certificates.map(({ entry }) => entry)]),
      faulty: certificates.some(({ entry }) => facetsOf(entry).length > 0),
      expect: changes.length === 0 || changed ? ofCertificate : beforeChange.expect,
    },
    ...(preset && { preset: { id: preset.id, entry: preset.entry } }),
    quirks: parts.flatMap((part) => (part.kind === 'quirk' ? [{ id: part.id, entry: part.entry }] : [])),
    expectation: changes.length === 0 || changed ? expectation : { ...expectation, ...beforeChange },
  }
}

/**
 * Every part gives way to its twin: the one that it names, the same without what it injects, or, where it has planted
 * something in another way, nothing. A twin that the catalogue has already bears its name.
 */
function twinOf(parts: readonly ScenarioPart[]): Scenario | undefined {
  const twins = parts.map((part) => twinOfPart(part))
  if (twins.every((part, index) => part === parts[index])) return undefined
  const left = twins.filter((part) => part !== undefined)
  return buildScenario(
    left.length === 0
      ? [parsePart('good', [])]
      : left.filter(({ id }, index) => left.findIndex((other) => other.id === id) === index),
  )
}

function twinOfPart(part: ScenarioPart): ScenarioPart | undefined {
  if (part.kind !== 'quirk') return part
  const { entry, from } = part
  if (entry.twin !== undefined) return { ...parsePart(entry.twin, []), from }
  if (!injects(entry)) return entry.plants ? undefined : part
  const twin = calm(part)
  if (twin?.kind !== 'quirk') return undefined
  const named = catalogue.find((other) => other.kind === 'quirk' && doTheSame(other.entry, twin.entry))
  return { ...(named ?? twin), from } as ScenarioPart
}

/** A canary is right in every respect: whoever comes to it has been sent there. */
const companionsOf = ({ canary, companions = [] }: QuirkEntry): readonly Companion[] => [
  ...(canary ? [{ scenario: 'good', role: 'canary' as const, ...canary }] : []),
  ...companions,
]

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
    reasons: [...new Set(deciding.flatMap(({ reason }) => (reason ? [reason] : [])))],
    needs: deciding.every(({ needs }) => needs === 'revocation-checking') ? 'revocation-checking' : null,
  }
}

function unservable(parts: readonly ScenarioPart[], protocol: Protocol, mode: Mode): string | undefined {
  for (const part of parts) {
    if (part.kind !== 'certificate') {
      if (!part.entry.protocols.includes(protocol)) return `${part.id} is of ${part.entry.protocols.join(', ')} only`
      if (!part.entry.modes.includes(mode)) return `${part.id} is of mode ${part.entry.modes.join(', ')} only`
    } else if (mode === 'plain' && part.id !== 'good') {
      return `${part.id} is a certificate, and mode plain shows none`
    }
    const script = part.kind === 'quirk' ? needsScript(part.entry) : null
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
