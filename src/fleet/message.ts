import type { ConnectionRecord, Phase } from '../record/record.ts'
import type { AcceptedMessage } from '../servers/core/dialect.ts'
import { findBody, readFields } from '../servers/imap/mime/headers.ts'

/** One mailbox of an address field, or a group of them. */
export interface ParsedAddress {
  /** Decoded display name, or an empty string. */
  readonly name: string
  /** Absent for a group. */
  readonly address?: string | undefined
  /** The members of a group, each of which has an address. */
  readonly group?: readonly ParsedAddress[] | undefined
}

/** A part of a message that is not shown as its text. */
export interface ParsedAttachment {
  readonly filename: string | null
  /** Lower case. */
  readonly mimeType: string
  readonly disposition: string | null
  /** Angle brackets included. */
  readonly contentId?: string | undefined
  /** Whether the HTML refers to it. */
  readonly related?: boolean | undefined
  readonly content: ArrayBuffer | Uint8Array | string
}

/**
 * A decoded message, as postal-mime reads it. Spelled out here, because the types of postal-mime need a browser's library
 * and a newer compiler than ours.
 */
export interface ParsedMessage {
  /** In document order; names in lower case. */
  readonly headers: readonly { readonly key: string; readonly originalKey: string; readonly value: string }[]
  readonly from?: ParsedAddress | undefined
  readonly sender?: ParsedAddress | undefined
  readonly replyTo?: readonly ParsedAddress[] | undefined
  readonly to?: readonly ParsedAddress[] | undefined
  readonly cc?: readonly ParsedAddress[] | undefined
  readonly bcc?: readonly ParsedAddress[] | undefined
  readonly subject?: string | undefined
  readonly messageId?: string | undefined
  readonly inReplyTo?: string | undefined
  readonly references?: string | undefined
  /** ISO 8601, or the header's own text where it is no date. */
  readonly date?: string | undefined
  readonly text?: string | undefined
  readonly html?: string | undefined
  readonly attachments: readonly ParsedAttachment[]
}

/** A message that a client sent in. */
export interface ReceivedMessage {
  /** Its name in events and in the control API. */
  readonly id: string
  /** The octets, dot-stuffing removed. */
  readonly raw: Buffer
  /** The whole source, read as UTF-8. */
  readonly text: string
  readonly envelope: { readonly from: string; readonly to: readonly string[] }
  /** By lower-case name, unfolded, in order of appearance. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  /** Whether it came through TLS. */
  readonly secure: boolean
  /** The connection that brought it. */
  readonly connection: ConnectionRecord
  /** Decoded headers, text, HTML and attachments, by postal-mime. */
  parsed(): Promise<ParsedMessage>
}

/** What a message must have to be waited for. A string must be contained, a pattern must match. */
export interface MessageFilter {
  readonly from?: string | RegExp
  /** Any recipient of the envelope. */
  readonly to?: string | RegExp
  readonly subject?: string | RegExp
}

let messages = 0

/** A message as the library shows it. */
export function receive(
  { raw, from, to }: AcceptedMessage,
  connection: ConnectionRecord,
  phase: Phase,
  id: string = `m${++messages}`,
): ReceivedMessage {
  let headers: ReadonlyMap<string, readonly string[]> | undefined
  return {
    id,
    raw,
    envelope: { from: from ?? '', to: to ?? [] },
    secure: phase === 'tls',
    connection,
    get text() {
      return raw.toString('utf8')
    },
    get headers() {
      headers ??= parseHeaders(raw)
      return headers
    },
    async parsed() {
      const { default: PostalMime } = await import('postal-mime')
      return PostalMime.parse(raw)
    },
  }
}

/** RFC 5322 §2.2: names in lower case, values unfolded. A client may send bare LF, all through or here and there. */
function parseHeaders(raw: Buffer): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>()
  const whole = { start: 0, end: raw.length }
  const header = { start: 0, end: findBody(raw, whole, raw.length) }
  for (const { name, valueStart, end } of readFields(raw, header, Number.POSITIVE_INFINITY)) {
    if (name === '') continue
    const value = raw.toString('utf8', valueStart, end).replace(/\r?\n/g, '').trim()
    const values = headers.get(name)
    if (values) values.push(value)
    else headers.set(name, [value])
  }
  return headers
}

/** Whether a message has what it must have. */
export function matches({ envelope, headers }: ReceivedMessage, { from, to, subject }: MessageFilter): boolean {
  return fits(from, [envelope.from]) && fits(to, envelope.to) && fits(subject, headers.get('subject') ?? [])
}

function fits(wanted: string | RegExp | undefined, values: readonly string[]): boolean {
  if (wanted === undefined) return true
  return values.some((value) => (typeof wanted === 'string' ? value.includes(wanted) : value.search(wanted) >= 0))
}
