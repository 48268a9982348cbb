import { decodeText } from '../core/sasl/text.ts'
import { parseSequenceSet, type SequenceSet } from './sets.ts'
import { months } from './spelling.ts'

/** Items of one parenthesised list. */
const maxItems = 1000

/** Octets of a literal that is read as a string. */
const maxString = 64 * 1024

/** RFC 9051 §9, with octets above 127 let through in strings: what a client sends is a fact. */
const patterns = {
  spaces: / +/y,
  atom: /[!#$&'+-[^-z|-~\x80-\xff]+/y,
  astring: /[!#$&'+-[\]-z|-~\x80-\xff]+/y,
  listMailbox: /[!#-'*-[\]-z|-~\x80-\xff]+/y,
  /** A data item or search key: up to a bracket, parenthesis or space. */
  name: /[A-Za-z0-9.-]+/y,
  quoted: /"(?:[\t -!#-[\]-\xff]|\\["\\])*"/y,
  literal: /\{\d+\+?\}\r\n/y,
  number: /\d{1,19}/y,
  flag: /\\?[!#$&'+-[^-z|-~]+/y,
  set: /[\d*:,]+/y,
  date: /"?(\d{1,2})-([A-Za-z]{3})-(\d{4})"?/y,
  dateTime: /"([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"/y,
}

/**
 * Reads the arguments of one command in order. The first failure sticks: whatever is read behind it is a harmless
 * default, and `problem` says what was wrong, so that a command is read without a check at every step.
 */
export class Arguments {
  readonly #text: string
  readonly #literals: readonly Buffer[]
  #at = 0
  #literalsRead = 0
  #problem: string | undefined

  /** A literal stands in `text` as `{size}` and CRLF; its octets are the next of `literals`. */
  constructor(text: string, literals: readonly Buffer[] = []) {
    this.#text = text
    this.#literals = literals
  }

  /** What was wrong, or undefined. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Everything there is, as latin1, each literal in the place of its marker. */
  get whole(): string {
    let at = 0
    return this.#text.replace(/\{\d+\+?\}\r\n/g, () => this.#literals[at++]?.toString('latin1') ?? '')
  }

  fail(problem: string): void {
    this.#problem ??= problem
    this.#at = this.#text.length
  }

  /** The next character, or '' at the end. */
  get next(): string {
    return this.#text.charAt(this.#at)
  }

  /** Takes exactly these characters, in any case, if they come next. */
  take(expected: string): boolean {
    const found = this.#text.slice(this.#at, this.#at + expected.length)
    if (expected === '' || found.toUpperCase() !== expected.toUpperCase()) return false
    this.#at += expected.length
    return true
  }

  expect(expected: string): this {
    if (!this.take(expected)) this.fail(`Expected ${expected}`)
    return this
  }

  /** One space; more are let through, as other servers do. */
  space(): this {
    if (this.#match(patterns.spaces) === undefined) this.fail('Missing argument')
    return this
  }

  /** Whether more arguments follow: takes the space before them. */
  more(): boolean {
    this.#match(patterns.spaces)
    return this.next !== ''
  }

  /** Passes over whatever is left. */
  skip(): void {
    this.#at = this.#text.length
  }

  end(): void {
    this.#match(patterns.spaces)
    if (this.next !== '') this.fail('Too many arguments')
  }

  /** Upper case. */
  keyword(): string {
    return this.#expect(patterns.atom, 'Expected an atom').toUpperCase()
  }

  /** Name of a data item or search key, upper case. */
  name(): string {
    return this.#expect(patterns.name, 'Expected a name').toUpperCase()
  }

  /** Atom, quoted string or literal, as latin1. */
  astring(): string {
    return this.isString() ? this.string() : this.#expect(patterns.astring, 'Expected a string')
  }

  /** As {@link astring}, as text: for names and passwords. */
  text(): string {
    return decodeText(Buffer.from(this.astring(), 'latin1'))
  }

  nstring(): string | undefined {
    if (this.isString()) return this.string()
    this.expect('NIL')
    return undefined
  }

  /** A mailbox name with `*` and `%`. */
  listMailbox(): string {
    return this.isString() ? this.string() : this.#expect(patterns.listMailbox, 'Expected a mailbox name')
  }

  isString(): boolean {
    return this.next === '"' || this.next === '{'
  }

  /** Quoted string or literal, as latin1. */
  string(): string {
    if (this.next === '{') {
      const bytes = this.literal()
      if (bytes.length > maxString) this.fail('Literal too long for a string')
      return bytes.length > maxString ? '' : bytes.toString('latin1')
    }
    return this.#expect(patterns.quoted, 'Expected a string').slice(1, -1).replace(/\\(.)/g, '$1')
  }

  literal(): Buffer {
    const marker = this.#match(patterns.literal)
    const bytes = marker === undefined ? undefined : this.#literals[this.#literalsRead++]
    if (!bytes) this.fail('Expected a literal')
    return bytes ?? Buffer.alloc(0)
  }

  /** Up to 63 bits, RFC 9051 §9 number64. */
  number(): number {
    const value = Number(this.#expect(patterns.number, 'Expected a number'))
    if (value > Number.MAX_SAFE_INTEGER) this.fail('Number too large')
    return value
  }

  sequenceSet(): SequenceSet {
    const set = parseSequenceSet(this.#expect(patterns.set, 'Expected a sequence set'))
    if (!set) this.fail('Invalid sequence set')
    return set ?? []
  }

  /** Whether a sequence set may come next. */
  isSet(): boolean {
    return /^[\d*]/.test(this.next)
  }

  list<T>(item: () => T): readonly T[] {
    this.expect('(')
    const items: T[] = []
    if (this.take(')')) return items
    while (this.#problem === undefined) {
      items.push(item())
      if (this.take(')')) return items
      if (items.length >= maxItems) this.fail('Too many items')
      this.space()
    }
    return items
  }

  /** System flags in the RFC's spelling, keywords as they come. `\Recent` cannot be set: undefined. */
  flag(): string | undefined {
    const flag = this.#expect(patterns.flag, 'Expected a flag')
    if (!flag.startsWith('\\')) return flag
    const known = systemFlags.find((name) => name.toUpperCase() === flag.toUpperCase())
    if (!known && flag.toUpperCase() !== '\\RECENT') this.fail('Unknown system flag')
    return known
  }

  flagList(): readonly string[] {
    return this.list(() => this.flag()).filter((flag) => flag !== undefined)
  }

  /** `1-Feb-1994`, as midnight UTC. */
  date(): number {
    this.#expect(patterns.date, 'Expected a date')
    const [, day = '', month = '', year = ''] = this.#groups
    return this.#instant(Date.UTC(Number(year), monthOf(month), Number(day)), Number(day))
  }

  /** `" 7-Feb-1994 21:52:25 -0800"`. */
  dateTime(): Date {
    this.#expect(patterns.dateTime, 'Expected a date-time')
    const [, day = '', month = '', year = '', hours = '', minutes = '', seconds = '', sign, east = '', and = ''] =
      this.#groups
    const local = Date.UTC(Number(year), monthOf(month), Number(day), Number(hours), Number(minutes), Number(seconds))
    const offset = (Number(east) * 60 + Number(and)) * 60_000
    return new Date(this.#instant(local, Number(day)) - (sign === '-' ? -offset : offset))
  }

  #groups: readonly string[] = []

  #instant(time: number, day: number): number {
    if (this.#problem !== undefined) return 0
    if (!Number.isNaN(time) && new Date(time).getUTCDate() === day) return time
    this.fail('Invalid date')
    return 0
  }

  #expect(pattern: RegExp, problem: string): string {
    const found = this.#match(pattern)
    if (found === undefined) this.fail(problem)
    return found ?? ''
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (!match) return undefined
    this.#at += match[0].length
    this.#groups = match
    return match[0]
  }
}

/** Flags that can be stored, RFC 9051 §2.3.2. */
export const systemFlags: readonly string[] = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft']

const monthOf = (name: string): number => {
  const index = months.findIndex((month) => month.toUpperCase() === name.toUpperCase())
  return index < 0 ? Number.NaN : index
}
