import type { StoredMessage } from '../mailbox.ts'
import { bodyOf, readValues } from './mime/headers.ts'
import { searchableBody } from './mime/text.ts'
import { months } from './spelling.ts'
import type { Numbered, View } from './view.ts'

/** Decodes encoded words, RFC 2047. */
export type DecodeWords = (text: string) => string

/** A message that a search looks at. What has to be decoded is decoded when a key first asks for it, and then kept. */
export class Candidate {
  readonly number: number
  readonly message: StoredMessage
  readonly view: View
  readonly #decodeWords: DecodeWords
  readonly #values = new Map<string, readonly string[]>()
  #header: string | undefined
  #body: string | undefined
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
    const known = this.#values.get(field)
    if (known) return known
    const { raw } = this.message
    const header = { start: 0, end: bodyOf(raw) }
    const values = (readValues(raw, header, new Set([field])).get(field) ?? []).map((value) => this.#decode(value))
    this.#values.set(field, values)
    return values
  }

  /** The whole header, decoded, lower case. */
  get header(): string {
    const { raw } = this.message
    this.#header ??= this.#decode(raw.toString('latin1', 0, bodyOf(raw)))
    return this.#header
  }

  /** The body, its text parts decoded, lower case. */
  get body(): string {
    this.#body ??= searchableBody(this.message.raw).toLowerCase()
    return this.#body
  }

  /** The day in the Date field at midnight UTC, its time and zone left out, RFC 9051 §6.4.4; NaN where there is none. */
  get sentOn(): number {
    this.#sentOn ??= parseDay(this.values('date')[0] ?? '')
    return this.#sentOn
  }

  #decode(text: string): string {
    // Raw UTF-8 in a header, RFC 6532, next to encoded words, RFC 2047.
    return this.#decodeWords(Buffer.from(text, 'latin1').toString()).toLowerCase()
  }
}

function parseDay(value: string): number {
  const [, day, month, year = ''] = /(\d{1,2})\s+([a-z]{3})[a-z]*\s+(\d{2,4})/.exec(value) ?? []
  const index = months.findIndex((name) => name.toLowerCase() === month)
  const century = year.length === 2 ? (Number(year) < 50 ? 2000 : 1900) : 0
  return index < 0 ? Number.NaN : Date.UTC(Number(year) + century, index, Number(day))
}
