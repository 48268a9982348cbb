import type { Phase } from '../../record/record.ts'
import type { Effects } from '../../scenarios/effects.ts'
import type { CapabilityChange, SaslWords, StartWords, TlsProfile } from '../../scenarios/quirk-words.ts'
import type { Hook } from '../../scenarios/vocabulary.ts'
import type { Capability } from './dialect.ts'

/** Effects at one hook, and the part of the scenario that they belong to. */
export interface Attached {
  readonly part: string
  readonly effects: Effects
}

export interface AttachedChange extends CapabilityChange {
  readonly part: string
}

/** What the quirks of a scenario make of one connection: the sum of its parts, in which nothing conflicts. */
export interface Behaviour {
  /** Whether anybody listens. */
  readonly listens: boolean
  readonly start: StartWords
  readonly sasl: SaslWords
  /** The parts that set one of these: they show in the greeting, or when somebody logs in. */
  readonly startParts: readonly string[]
  readonly saslParts: readonly string[]
  /** How many connections are served at a time, and by which part. */
  readonly concurrent?: { readonly part: string; readonly most: number }
  readonly tls: TlsProfile
  /** Whether a strict client may break the handshake off, so that what is then said in clear below TLS must be heard. */
  readonly hearsBelow: boolean
  /** The parts that set TLS parameters: they show when a ClientHello is answered. */
  readonly tlsParts: readonly string[]
  readonly capabilities: readonly AttachedChange[]
  /** By moment; what has a condition comes first. */
  readonly at: ReadonlyMap<Hook, readonly Attached[]>
}

/** A capability list after the quirks, and which parts of the scenario really changed it. */
export function changeCapabilities(
  capabilities: readonly Capability[],
  changes: readonly AttachedChange[],
  phase: Phase,
  where?: CapabilityChange['in'],
): { readonly shown: readonly Capability[]; readonly changedBy: readonly string[] } {
  let shown = capabilities
  const changedBy: string[] = []
  for (const change of changes) {
    if (change.phase && change.phase !== phase) continue
    if (change.in && change.in !== where) continue
    const next = changed(shown, change)
    if (next.length !== shown.length || next.some(({ text }, index) => text !== shown[index]?.text))
      changedBy.push(change.part)
    shown = next
  }
  return { shown, changedBy }
}

function changed(
  shown: readonly Capability[],
  { only, add = [], remove = [], replace = {}, order = [], spell }: CapabilityChange,
): readonly Capability[] {
  const left = only ? only.flatMap((name) => allOf(shown, name) ?? added(name)) : shown
  const next = inOrder(order, [
    ...left
      .filter(({ name }) => !remove.includes(name))
      // A name may stand for several lines, such as the mechanisms of 'auth'; all of them are replaced by one.
      .filter(({ name }, index, all) => !replace[name] || all.findIndex((one) => one.name === name) === index)
      .map(({ name, text }) => ({ name, text: replace[name] ?? text })),
    ...add.filter((name) => allOf(left, name) === undefined).flatMap(added),
  ])
  return spell ? spelled(next, spell) : next
}

/** What stands under a name in a list, undefined where nothing does. */
function allOf(list: readonly Capability[], wanted: string): readonly Capability[] | undefined {
  const found = list.filter(({ name, text }) => name === wanted || text === wanted)
  return found.length > 0 ? found : undefined
}

const added = (name: string): readonly Capability[] => (neutralNames.has(name) ? [] : [{ name, text: name }])

function spelled(list: readonly Capability[], how: NonNullable<CapabilityChange['spell']>): readonly Capability[] {
  if (how === 'twice') return [...list, ...list]
  return list.map(({ name, text }) => ({ name, text: spellings[how](text) }))
}

const spellings: Readonly<Record<'lower' | 'tabs' | 'trailing', (text: string) => string>> = {
  lower: (text) => text.toLowerCase(),
  tabs: (text) => text.replaceAll(' ', '\t'),
  trailing: (text) => `${text} `,
}

/** What a dialect spells itself, where it offers it. */
const neutralNames: ReadonlySet<string> = new Set(['starttls', 'auth'])

/** What is named first, in that order; the rest behind it, as it was. */
const inOrder = (order: readonly string[], capabilities: readonly Capability[]): readonly Capability[] => {
  const rank = ({ name }: Capability): number => (order.includes(name) ? order.indexOf(name) : order.length)
  return capabilities.toSorted((a, b) => rank(a) - rank(b))
}

/** Whether the quirks take this capability away in this phase, wherever a list of it stands. */
export const takesAway = (changes: readonly AttachedChange[], name: string, phase: Phase): boolean =>
  changes.some(
    ({ remove, only, in: where, ...change }) =>
      (!change.phase || change.phase === phase) &&
      where === undefined &&
      (remove?.includes(name) || (only !== undefined && !mentions(only, name))),
  )

/** Whether the quirks add this capability in this phase. */
export const adds = (changes: readonly AttachedChange[], name: string, phase: Phase): boolean =>
  changes.some(
    ({ add, only, ...change }) =>
      (!change.phase || change.phase === phase) &&
      (add?.includes(name) || (only !== undefined && mentions(only, name))),
  )

/** How protocols spell what is neutral. */
const spellingsOf: Readonly<Record<string, RegExp>> = {
  auth: /^(?:AUTH|SASL|USER)/i,
  starttls: /^(?:STARTTLS|STLS)$/i,
}

const mentions = (names: readonly string[], wanted: string): boolean =>
  names.some((name) => name === wanted || spellingsOf[wanted]?.test(name))
