const LF = 0x0a
const CR = 0x0d
const colon = 0x3a

/** Octets of a field name worth looking at. */
const maxFieldName = 200

/** Octets of a header; where it has not ended by then, the rest is body. */
const maxHeader = 512 * 1024

/** Octets of a message's header whose values are taken apart, as in other servers; the header itself is served whole. */
export const maxRead = 128 * 1024

/** Fields of one header that are looked at. */
const maxFields = 10_000

/** Fields of one name. */
const maxValues = 100

/** Part of a message, as octets from `start` up to, not including, `end`. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** A header field with its folded lines and its line end. */
export interface Field extends Range {
  /** Lower case; '' for a line that is no field. */
  readonly name: string
  readonly valueStart: number
}

const bodies = new WeakMap<Buffer, number>()

/** Where the body of a whole message begins; its octets never change, so it is found out once. */
export function bodyOf(raw: Buffer): number {
  const known = bodies.get(raw)
  if (known !== undefined) return known
  const body = findBody(raw, { start: 0, end: raw.length })
  bodies.set(raw, body)
  return body
}

/**
 * Where the body begins: behind the first empty line, or at the end.
 *
 * @param most octets of header that are looked at
 */
export function findBody(raw: Buffer, { start, end: last }: Range, most = maxHeader): number {
  const end = Math.min(last, start + most)
  if (start >= end || isEmptyLine(raw, start)) return nextLine(raw, start, end)
  const part = raw.subarray(start, end)
  const crlf = part.indexOf('\n\r\n')
  const bare = (crlf < 0 ? part : part.subarray(0, crlf + 1)).indexOf('\n\n')
  if (bare >= 0) return start + bare + 2
  return crlf >= 0 ? start + crlf + 3 : end
}

/** The fields between two places, one by one, up to the 10,000th where nothing else is said. */
export function* readFields(raw: Buffer, { start, end }: Range, most = maxFields): Generator<Field> {
  let at = start
  for (let count = 0; count < most && at < end && !isEmptyLine(raw, at); count++) {
    const from = at
    at = fieldEnd(raw, from, end)
    const mark = raw.subarray(from, Math.min(at, from + maxFieldName)).indexOf(colon)
    yield mark < 0
      ? { name: '', start: from, end: at, valueStart: from }
      : { name: nameOf(raw, from, from + mark), start: from, end: at, valueStart: from + mark + 1 }
  }
}

/** The value as latin1, unfolded, RFC 5322 §2.2.3. */
export function fieldValue(raw: Buffer, { valueStart, end }: Field): string {
  return raw.toString('latin1', valueStart, end).replace(/\r?\n/g, '').trim()
}

/** Values of the named fields, the first 100 of each, in order; of all fields where no names are given. */
export function readValues(raw: Buffer, { start, end }: Range, names?: ReadonlySet<string>): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const field of readFields(raw, { start, end: Math.min(end, start + maxRead) })) {
    if (names && !names.has(field.name)) continue
    const present = values.get(field.name)
    if (!present) values.set(field.name, [fieldValue(raw, field)])
    else if (present.length < maxValues) present.push(fieldValue(raw, field))
  }
  return values
}

/** A value with parameters, RFC 2045 §5.1: `attachment; filename="a b"`. */
export interface Parameterized {
  readonly value: string
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

export function parseParameterized(text: string): Parameterized {
  const [value = '', ...rest] = splitAt(text, ';')
  const parameters = rest.flatMap((parameter): [string, string][] => {
    const mark = parameter.indexOf('=')
    const name = parameter.slice(0, mark).trim()
    return mark < 0 || name === '' ? [] : [[name, unquote(parameter.slice(mark + 1).trim())]]
  })
  return { value: value.trim(), parameters }
}

/** The pieces between separators that stand outside quotes and comments; comments are dropped, RFC 5322 §3.2.2. */
export function splitAt(text: string, separator: string): readonly string[] {
  const pieces: string[] = []
  let piece = ''
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const symbol = text.charAt(at)
    if (symbol === '\\' && (quoted || depth > 0)) {
      const escaped = text.slice(at, at + 2)
      at++
      if (depth === 0) piece += escaped
    } else if (depth > 0) {
      if (symbol === '(') depth++
      else if (symbol === ')') depth--
    } else if (symbol === '"') {
      quoted = !quoted
      piece += symbol
    } else if (quoted) piece += symbol
    else if (symbol === '(') depth = 1
    else if (symbol === separator) {
      pieces.push(piece)
      piece = ''
    } else piece += symbol
  }
  pieces.push(piece)
  return pieces
}

/** What stands in a quoted string, or the text itself. */
export const unquote = (text: string): string =>
  text.startsWith('"') ? text.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1') : text

const nameOf = (raw: Buffer, from: number, to: number): string =>
  raw.toString('latin1', from, to).trimEnd().toLowerCase()

/** Behind the line end that no folded line follows. */
function fieldEnd(raw: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    if (raw[at] === LF && (at + 1 >= end || !isFolded(raw[at + 1]))) return at + 1
  }
  return end
}

const isFolded = (octet: number | undefined): boolean => octet === 0x20 || octet === 0x09

const isEmptyLine = (raw: Buffer, at: number): boolean => raw[at] === LF || (raw[at] === CR && raw[at + 1] === LF)

function nextLine(raw: Buffer, at: number, end: number): number {
  const found = raw.indexOf(LF, at)
  return found < 0 || found >= end ? end : found + 1
}
