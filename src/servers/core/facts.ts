import type { ConnectionRecord, Phase } from '../../record/record.ts'

/** Octets that a fact takes beside its texts, about. */
const factOctets = 250

/** Whether the list of capabilities that is newest has the mechanism; null where none was shown. */
export function isOffered(
  { protocol, capabilities }: Pick<ConnectionRecord, 'protocol' | 'capabilities'>,
  phase: Phase,
  mechanism: string,
): boolean | null {
  const shown = capabilities[phase]
  // APOP is offered by the greeting.
  if (!shown || mechanism === 'APOP') return null
  if (protocol === 'pop3' && mechanism === 'USER/PASS') return shown.includes('USER')
  if (protocol === 'imap' && mechanism === 'LOGIN') return !shown.includes('LOGINDISABLED')
  return shown.some((text) => /^(?:AUTH|SASL)[ =]/.test(text) && text.split(/[ =]/).includes(mechanism))
}

/** What a client does in clear that it is judged by: everything but what asks, waits and leaves. */
export function givesAway(fact: { readonly phase?: Phase; readonly action?: string }): boolean {
  return fact.phase === 'clear' && !harmless.has(fact.action ?? '')
}

const harmless: ReadonlySet<string> = new Set(['capabilities', 'starttls', 'quit', 'noop', 'reset', 'other'])

/** What a fact takes of the octets that a process may keep. */
export const octetsOf = (fact: object): number =>
  Object.values(fact).reduce(
    (sum: number, value) =>
      sum + (typeof value === 'string' ? value.length : Array.isArray(value) ? value.join().length : 0),
    factOctets,
  )
