import type { Phase } from '../../record/record.ts'

/** Octets that a fact takes beside its texts, about. */
const factOctets = 250

/** What a client does in clear that it is judged by: everything but what asks, waits and leaves. */
export function givesAway(fact: { readonly phase?: Phase; readonly action?: string }): boolean {
  return fact.phase === 'clear' && !harmless.has(fact.action ?? '')
}

const harmless: ReadonlySet<string> = new Set(['capabilities', 'starttls', 'quit', 'noop', 'reset', 'other'])

/** What a fact takes of a record's bounds, about. */
export const octetsOf = (fact: object): number =>
  Object.values(fact).reduce(
    (sum: number, value) =>
      sum + (typeof value === 'string' ? value.length : Array.isArray(value) ? value.join().length : 0),
    factOctets,
  )
