import type { StoredMessage } from '../folder.ts'
import { parseAddresses } from './mime/addresses.ts'
import { bodyOf, maxRead, readValues } from './mime/headers.ts'
import { bodyHas } from './mime/text.ts'
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
  readonly #addresses = new Map<string, readonly string[]>()
  #allFields: ReadonlyMap<string, readonly string[]> | undefined
  #header: string | undefined
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
    return remember(this.#values, field, () => (this.#fields.get(field) ?? []).map((value) => this.#decode(value)))
  }

  /**
   * The addresses in a header field as ENVELOPE tells them apart, RFC 3501 §6.4.4: names, source routes and `user@host`,
   * decoded, lower case.
   */
  addresses(field: string): readonly string[] {
    return remember(this.#addresses, field, () =>
      parseAddresses(this.#fields.get(field)?.join(', ') ?? '').flatMap(({ name, route, mailbox = '', host }) =>
        [name, route, host ? `${mailbox}@${host}` : mailbox].flatMap((text) =>
          text === undefined ? [] : this.#decode(text),
        ),
      ),
    )
  }

  /** The header as far as it is looked at, decoded, lower case. */
  get header(): string {
    const { raw } = this.message
    this.#header ??= this.#decode(raw.toString('latin1', 0, Math.min(maxRead, bodyOf(raw))))
    return this.#header
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
    return this.#decodeWords(Buffer.from(text, 'latin1').toString()).toLowerCase()
  }
}

function remember<V>(known: Map<string, V>, key: string, make: () => V): V {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}

function parseDay(value: string): number {
  const [, day, month, year = ''] = /(\d{1,2})\s+([a-z]{3})[a-z]*\s+(\d{2,4})/.exec(value) ?? []
  const index = months.findIndex((name) => name.toLowerCase() === month)
  const century = year.length === 2 ? (Number(year) < 50 ? 2000 : 1900) : 0
  return index < 0 ? Number.NaN : Date.UTC(Number(year) + century, index, Number(day))
}
