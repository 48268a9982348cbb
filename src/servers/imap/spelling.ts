import type { Action } from '../../scenarios/vocabulary.ts'
import type { CommandResult } from '../core/command-result.ts'
import { reply } from '../core/command-result.ts'
import type { SpelledAnswer } from '../core/dialect.ts'

/** A tagged reply: a status, an optional response code, and the text that RFC 9051 §7.1 wants behind them. */
export function tagged(tag: string, status: 'OK' | 'NO' | 'BAD' | 'PREAUTH', text: string, code?: string): string {
  return `${tag || '*'} ${status} ${code ? `[${code}] ` : ''}${text}\r\n`
}

/** What a correct server would say to a command that nobody has sent yet, in as few words as it can. */
export function spell(action: Action, { tag, capabilities, message = '' }: SpelledAnswer): string {
  const untagged = untaggedOf(action, capabilities ?? ['IMAP4rev1', 'AUTH=PLAIN'], message)
  return `${untagged}${tagged(tag, 'OK', 'injected')}`
}

function untaggedOf(action: Action, capabilities: readonly string[], message: string): string {
  switch (action) {
    case 'capabilities':
      return `* CAPABILITY ${capabilities.join(' ')}\r\n`
    case 'select':
      return '* FLAGS (\\Seen \\Deleted)\r\n* 1 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 1] injected\r\n'
    case 'list':
      return '* LIST () "/" INBOX\r\n'
    case 'search':
      return '* SEARCH 1\r\n'
    case 'fetch':
      return `* 1 FETCH (UID 1 FLAGS () BODY[] {${message.length}}\r\n${message})\r\n`
    default:
      return ''
  }
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
