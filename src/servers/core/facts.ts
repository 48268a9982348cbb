import { maxText } from '../../record/bounds.ts'
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

/** Cuts the texts of a fact to their bound. The octets that it takes, about. */
export function shorten(fact: object, onCut: () => void): number {
  const values = fact as Record<string, unknown>
  let octets = factOctets
  for (const name in values) {
    let value = values[name]
    if (typeof value === 'string' && value.length > maxText) {
      onCut()
      // A copy, or all of it would be kept behind the part.
      values[name] = value = Buffer.from(value.slice(0, maxText)).toString()
    }
    if (typeof value === 'string') octets += value.length
    else if (Array.isArray(value)) octets += value.join().length
  }
  return octets
}
