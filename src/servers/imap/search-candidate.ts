import type { StoredMessage } from '../mailbox/folder.ts'
import { parseAddresses } from './mime/addresses.ts'
import { bodyOf, maxRead, readFields, readValues } from './mime/headers.ts'
import { bodyHas } from './mime/text.ts'
import { months } from './spelling.ts'
import type { Numbered, View } from './view.ts'

/** Decodes encoded words, RFC 2047. */
export type DecodeWords = (text: string) => string

/** Characters among which encoded words are looked for: no field that is a text has more. */
const mostDecoded = 16 * 1024

/** A message that a search looks at. What has to be decoded is decoded when a key first asks for it, and then kept. */
export class Candidate {
  readonly number: number
  readonly message: StoredMessage
  readonly view: View
  readonly #decodeWords: DecodeWords
  #values: Map<string, readonly string[]> | undefined
  #addresses: Map<string, string[]> | undefined
  #allFields: ReadonlyMap<string, readonly string[]> | undefined
  #sentOn: number | undefined

  constructor({ number, message }: Numbered, view: View, decodeWords: DecodeWords) {
    this.number = number
    this.message = message
    this.view = view
    this.#decodeWords = decodeWords
  }

  get recent(): boolean {
    return this.view.isRecent(this.message)
  }

  /** Values of a header field, decoded, lower case. */
  values(field: string): readonly string[] {
    const known = this.#values?.get(field)
    if (known) return known
    const values = (this.#fields.get(field) ?? []).map((value) => this.#decode(value))
    this.#values ??= new Map()
    this.#values.set(field, values)
    return values
  }

  /**
   * Whether one of the addresses in a header field has a text, as ENVELOPE tells them apart, RFC 3501 §6.4.4: in names,
   * source routes and `user@host`, decoded, lower case.
   */
  *addressesHave(field: string, wanted: string): Generator<string, boolean> {
    let texts = this.#addresses?.get(field)
    if (!texts) {
      texts = []
      for (const { name, route, mailbox = '', host } of yield* parseAddresses(
        this.#fields.get(field)?.join(', ') ?? '',
      )) {
        for (const text of [name, route, host ? `${mailbox}@${host}` : mailbox]) {
          if (text !== undefined) texts.push(this.#decode(text))
        }
        yield ''
      }
      this.#addresses ??= new Map()
      this.#addresses.set(field, texts)
    }
    return texts.some((text) => text.includes(wanted))
  }

  /** Whether the header, as far as it is looked at, has a text. */
  *headerHas(wanted: string): Generator<string, boolean> {
    const { raw } = this.message
    for (const { start, end } of readFields(raw, { start: 0, end: Math.min(maxRead, bodyOf(raw)) })) {
      if (this.#decode(raw.toString('latin1', start, end)).includes(wanted)) return true
      yield ''
    }
    return false
  }

  /** Whether the body has a text. */
  bodyHas(wanted: string): Generator<string, boolean> {
    return bodyHas(this.message.raw, wanted)
  }

  /** The day in the Date field at midnight UTC, its time and zone left out, RFC 9051 §6.4.4; NaN where there is none. */
  get sentOn(): number {
    this.#sentOn ??= parseDay(this.values('date')[0] ?? '')
    return this.#sentOn
  }

  /** As they stand. */
  get #fields(): ReadonlyMap<string, readonly string[]> {
    const { raw } = this.message
    this.#allFields ??= readValues(raw, { start: 0, end: bodyOf(raw) })
    return this.#allFields
  }

  #decode(text: string): string {
    // Raw UTF-8 in a header, RFC 6532, next to encoded words, RFC 2047.
    const decoded = Buffer.from(text, 'latin1').toString()
    return (decoded.length > mostDecoded ? decoded : this.#decodeWords(decoded)).toLowerCase()
  }
}

function parseDay(value: string): number {
  const [, day, month, year = ''] = /(\d{1,2})\s+([a-z]{3})[a-z]*\s+(\d{2,4})/.exec(value) ?? []
  const index = months.findIndex((name) => name.toLowerCase() === month)
  const century = year.length === 2 ? (Number(year) < 50 ? 2000 : 1900) : 0
  return index < 0 ? Number.NaN : Date.UTC(Number(year) + century, index, Number(day))
}
