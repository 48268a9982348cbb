import { Kept } from '../kept.ts'
import { findBody, type Parameterized, parseParameterized, type Range, readValues } from './headers.ts'

const LF = 0x0a
const CR = 0x0d
const dash = 0x2d

/** Bounds of one message's structure; what lies beyond them is one part without structure. */
const most = { depth: 20, parts: 1000, dashedLines: 100_000, boundary: 200, partHeader: 16 * 1024 } as const

/** A message or a part of one, RFC 2045 §2.4, as places in the message's octets: nothing is copied or decoded. */
export interface Entity extends Range {
  /** Where the header with its empty line ends. */
  readonly body: number
  /** Upper case. */
  readonly type: string
  readonly subtype: string
  readonly parameters: Parameterized['parameters']
  /** `content-…` fields, the first of each. */
  readonly fields: ReadonlyMap<string, string>
  /** Of a multipart, at least one. */
  readonly parts?: readonly Entity[]
  /** The message inside a message/rfc822. */
  readonly message?: Entity
}

const structures = new Kept<Entity>()

/** About what a part takes in memory. */
const octetsOfPart = 600

/** The structure of a message; the octets of a stored message never change, so it is seldom found out twice. */
export function* structureOf(raw: Buffer): Generator<string, Entity> {
  const known = structures.get(raw)
  if (known) return known
  const budget = { parts: most.parts, octets: 0 }
  const lines = yield* dashedLines(raw)
  const entity = yield* parseEntity({ start: 0, end: raw.length }, { raw, lines, budget, depth: 0 })
  structures.set(raw, entity, budget.octets)
  return entity
}

interface Budget {
  /** That may still come. */
  parts: number
  /** That it all takes, about. */
  octets: number
}

interface Context {
  readonly raw: Buffer
  /** Where lines begin that may be boundaries, in order. */
  readonly lines: readonly number[]
  /** Shared by all parts of one message. */
  readonly budget: Budget
  readonly depth: number
  readonly inDigest?: boolean
}

/** Octets that are looked at before others have their turn. */
const window = 64 * 1024

/** Where lines begin with two dashes. Found once: multiparts in multiparts would look at the same octets again. */
function* dashedLines(raw: Buffer): Generator<string, readonly number[]> {
  const lines = raw[0] === dash && raw[1] === dash ? [0] : []
  for (let start = 0; start < raw.length; start += window) {
    const part = raw.subarray(start, start + window + 2)
    for (let at = part.indexOf('\n--'); at >= 0 && at < window; at = part.indexOf('\n--', at + 1)) {
      lines.push(start + at + 1)
      if (lines.length >= most.dashedLines) return lines
    }
    yield ''
  }
  return lines
}

const contentFields: ReadonlySet<string> = new Set([
  'content-type',
  'content-transfer-encoding',
  'content-id',
  'content-description',
  'content-disposition',
  'content-language',
  'content-location',
  'content-md5',
])

function* parseEntity(range: Range, context: Context): Generator<string, Entity> {
  yield ''
  const { raw, lines, budget, depth } = context
  const body = findBody(raw, range)
  const headerEnd = depth === 0 ? body : Math.min(body, range.start + most.partHeader)
  const values = readValues(raw, { start: range.start, end: headerEnd }, contentFields)
  budget.octets += octetsOfPart + headerEnd - range.start
  const fields = new Map([...values].map(([name, [first = '']]) => [name, first]))
  const media = mediaTypeOf(fields.get('content-type'), context)
  const entity: Entity = { ...range, body, fields, ...media }
  const inside = { raw, lines, budget, depth: depth + 1 }
  if (media.type === 'MULTIPART') {
    const boundary = media.parameters.find(([name]) => name.toUpperCase() === 'BOUNDARY')?.[1] ?? ''
    const ranges = depth < most.depth ? splitParts({ start: body, end: range.end }, boundary, context) : []
    // A multipart has parts, RFC 9051 §9 body-type-mpart; a broken one gets an empty one.
    if (ranges.length === 0) ranges.push({ start: range.end, end: range.end })
    const inDigest = media.subtype === 'DIGEST'
    const parts: Entity[] = []
    for (const part of ranges) parts.push(yield* parseEntity(part, { ...inside, inDigest }))
    return { ...entity, parts }
  }
  if (media.type !== 'MESSAGE' || media.subtype !== 'RFC822') return entity
  if (depth >= most.depth) return { ...entity, type: 'APPLICATION', subtype: 'OCTET-STREAM', parameters: [] }
  return { ...entity, message: yield* parseEntity({ start: body, end: range.end }, inside) }
}

function mediaTypeOf(
  field: string | undefined,
  { inDigest }: Context,
): { readonly type: string; readonly subtype: string; readonly parameters: Parameterized['parameters'] } {
  const { value, parameters } = parseParameterized(field ?? '')
  const [, type, subtype] = /^([^\s/]+)\s*\/\s*([^\s/]+)$/.exec(value) ?? []
  if (type && subtype) {
    const media = { type: type.toUpperCase(), subtype: subtype.toUpperCase() }
    const lacksCharset = media.type === 'TEXT' && !parameters.some(([name]) => name.toUpperCase() === 'CHARSET')
    return { ...media, parameters: lacksCharset ? [['CHARSET', 'US-ASCII'], ...parameters] : parameters }
  }
  // RFC 2046 §5.1.5, RFC 2045 §5.2.
  if (inDigest) return { type: 'MESSAGE', subtype: 'RFC822', parameters: [] }
  return { type: 'TEXT', subtype: 'PLAIN', parameters: [['CHARSET', 'US-ASCII']] }
}

/** What lies between the lines that begin with the boundary, RFC 2046 §5.1.1. */
function splitParts({ start, end }: Range, boundary: string, { raw, lines, budget }: Context): Range[] {
  const parts: Range[] = []
  if (boundary === '' || boundary.length > most.boundary) return parts
  const delimiter = Buffer.from(`--${boundary}`, 'latin1')
  let open: number | undefined
  for (let index = firstFrom(lines, start); budget.parts > 0; index++) {
    const found = lines[index]
    if (found === undefined || found >= end) break
    const line = readDelimiter(raw, { start: found, end }, delimiter)
    if (!line) continue
    if (open !== undefined) {
      parts.push({ start: open, end: Math.max(open, beforeLineEnd(raw, found)) })
      budget.parts--
    }
    open = line.closes ? undefined : line.next
    if (open === undefined) break
  }
  if (open !== undefined && budget.parts > 0) {
    parts.push({ start: open, end })
    budget.parts--
  }
  return parts
}

/** What follows the line of a delimiter, and whether it closes. Another multipart's boundary may begin with this one. */
function readDelimiter(
  raw: Buffer,
  { start, end }: Range,
  delimiter: Buffer,
): { readonly next: number | undefined; readonly closes: boolean } | undefined {
  for (let at = 0; at < delimiter.length; at++) if (raw[start + at] !== delimiter[at]) return undefined
  let at = start + delimiter.length
  if (at > end) return undefined
  const closes = at + 1 < end && raw[at] === dash && raw[at + 1] === dash
  if (closes) at += 2
  while (at < end && isBlank(raw[at])) at++
  if (at >= end) return { next: undefined, closes }
  return raw[at] === LF ? { next: at + 1, closes } : undefined
}

const isBlank = (octet: number | undefined): boolean => octet === 0x20 || octet === 0x09 || octet === CR

/** The index of the first line that begins there or later. */
function firstFrom(lines: readonly number[], start: number): number {
  let low = 0
  let high = lines.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines[middle] ?? 0) < start) low = middle + 1
    else high = middle
  }
  return low
}

/** The line end before a boundary belongs to the boundary. */
const beforeLineEnd = (raw: Buffer, at: number): number => (raw[at - 2] === CR ? at - 2 : at - 1)

/** The part that numbers like 4.2.1 name, RFC 9051 §6.4.5.1, or undefined. */
export function findPart(root: Entity, path: readonly number[]): Entity | undefined {
  let part: Entity = root
  // Inside a message that is no multipart, part 1 is its only body.
  let atMessage = true
  for (const number of path) {
    const container: Entity | undefined = atMessage || part.parts ? part : part.message
    if (!container) return undefined
    const inner = container.parts ? container.parts[number - 1] : number === 1 ? container : undefined
    if (!inner) return undefined
    part = inner
    atMessage = false
  }
  return part
}
