import type { CommandResult } from '../core/command-result.ts'
import { reply } from '../core/command-result.ts'

/** A tagged reply: a status, an optional response code, and the text that RFC 9051 §7.1 wants behind them. */
export function tagged(tag: string, status: 'OK' | 'NO' | 'BAD', text: string, code?: string): string {
  return `${tag || '*'} ${status} ${code ? `[${code}] ` : ''}${text}\r\n`
}

/** The command failed, RFC 9051 §7.1.2. */
export const no = (tag: string, text: string, code?: string): CommandResult => reply(tagged(tag, 'NO', text, code))

/** The command was not understood, RFC 9051 §7.1.3. */
export const bad = (tag: string, text: string): CommandResult => reply(tagged(tag, 'BAD', text))

/** A string as the RFC's quoted form, or as a literal where that cannot carry it. */
export function formatString(text: string): string {
  if (/^[\t\x20-\x7e]*$/.test(text)) return `"${text.replace(/["\\]/g, '\\$&')}"`
  // NUL is not allowed in a literal either; other servers put 0x80 in its place.
  return `{${text.length}}\r\n${text.replaceAll('\0', '\x80')}`
}

export const formatNstring = (text: string | undefined): string => (text === undefined ? 'NIL' : formatString(text))

export const formatFlags = (flags: Iterable<string>): string => `(${[...flags].join(' ')})`

export const months: readonly string[] = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
]

/** RFC 9051 §9 date-time, in UTC: only the instant is stored. */
export function formatDateTime(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2)
  const time = date.toISOString().slice(11, 19)
  return `"${day}-${months[date.getUTCMonth()]}-${String(date.getUTCFullYear()).padStart(4, '0')} ${time} +0000"`
}

/** Octets of a message. */
export function formatLiteral(bytes: Buffer): readonly (string | Buffer)[] {
  return [`{${bytes.length}}\r\n`, bytes]
}
