import type { Phase } from '../../record/record.ts'
import type { Effects } from '../../scenarios/effects.ts'
import type { TlsProfile } from '../../scenarios/entry.ts'
import type { Hook, Protocol } from '../../scenarios/vocabulary.ts'
import type { Capability } from './dialect.ts'

/** Effects at one hook, and the part of the scenario that they belong to. */
export interface Attached {
  readonly part: string
  readonly effects: Effects
}

export interface AttachedChange {
  readonly part: string
  readonly add: readonly string[]
  readonly remove: readonly string[]
  readonly replace: Readonly<Record<string, string>>
  readonly order: readonly string[]
  readonly protocols?: readonly Protocol[]
  readonly phase?: 'clear' | 'tls'
}

/** What the quirks of a scenario make of one connection: the sum of its parts, in which nothing conflicts. */
export interface Behaviour {
  /** What the port speaks from the first byte, where that is not what its mode promises. */
  readonly speaks?: { readonly part: string; readonly what: 'clear' | 'tls' | 'nothing' }
  readonly tls: TlsProfile
  /** Whether a strict client may break the handshake off, so that what is then said in clear below TLS must be heard. */
  readonly hearsBelow: boolean
  /** The parts that set TLS parameters: they show when a ClientHello is answered. */
  readonly tlsParts: readonly string[]
  readonly capabilities: readonly AttachedChange[]
  readonly at: ReadonlyMap<Hook, Attached>
}

/** A capability list after the quirks, and which parts of the scenario really changed it. */
export function changeCapabilities(
  capabilities: readonly Capability[],
  changes: readonly AttachedChange[],
  phase: Phase,
): { readonly shown: readonly Capability[]; readonly changedBy: readonly string[] } {
  let shown = capabilities
  const changedBy: string[] = []
  for (const change of changes) {
    if (change.phase && change.phase !== phase) continue
    const next = inOrder(change.order, [
      ...shown
        .filter(({ name }) => !change.remove.includes(name))
        // A name may stand for several lines, such as the mechanisms of 'auth'; all of them are replaced by one.
        .filter(({ name }, index, all) => !change.replace[name] || all.findIndex((one) => one.name === name) === index)
        .map(({ name, text }) => ({ name, text: change.replace[name] ?? text })),
      ...change.add
        .filter((added) => !neutralNames.has(added))
        .filter((added) => !shown.some(({ name, text }) => name === added || text === added))
        .map((added) => ({ name: added, text: added })),
    ])
    if (next.length !== shown.length || next.some(({ text }, index) => text !== shown[index]?.text))
      changedBy.push(change.part)
    shown = next
  }
  return { shown, changedBy }
}

/** What a dialect spells itself, where it offers it. */
const neutralNames: ReadonlySet<string> = new Set(['starttls', 'auth'])

/** What is named first, in that order; the rest behind it, as it was. */
const inOrder = (order: readonly string[], capabilities: readonly Capability[]): readonly Capability[] => {
  const rank = ({ name }: Capability): number => (order.includes(name) ? order.indexOf(name) : order.length)
  return capabilities.toSorted((a, b) => rank(a) - rank(b))
}

/** Whether the quirks take this capability away in this phase. */
export const takesAway = (changes: readonly AttachedChange[], name: string, phase: Phase): boolean =>
  changes.some((change) => (!change.phase || change.phase === phase) && change.remove.includes(name))

/** Whether the quirks add this capability in this phase. */
export const adds = (changes: readonly AttachedChange[], name: string, phase: Phase): boolean =>
  changes.some((change) => (!change.phase || change.phase === phase) && change.add.includes(name))
