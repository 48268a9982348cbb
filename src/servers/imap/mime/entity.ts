import { findBody, type Parameterized, parseParameterized, type Range, readValues } from './headers.ts'

const LF = 0x0a
const CR = 0x0d
const dash = 0x2d

/** Bounds of one message's structure; what lies beyond them is one part without structure. */
const most = { depth: 20, parts: 1000 } as const

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

const parsed = new WeakMap<Buffer, Entity>()

/** The structure of a message; the octets of a stored message never change, so it is found out once. */
export function structureOf(raw: Buffer): Entity {
  const known = parsed.get(raw)
  if (known) return known
  const entity = parseEntity({ start: 0, end: raw.length }, { raw, budget: { parts: most.parts }, depth: 0 })
  parsed.set(raw, entity)
  return entity
}

interface Context {
  readonly raw: Buffer
  /** Shared by all parts of one message. */
  readonly budget: { parts: number }
  readonly depth: number
  readonly inDigest?: boolean
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

function parseEntity(range: Range, context: Context): Entity {
  const { raw, budget, depth } = context
  const body = findBody(raw, range)
  const values = readValues(raw, { start: range.start, end: body }, contentFields)
  const fields = new Map([...values].map(([name, [first = '']]) => [name, first]))
  const media = mediaTypeOf(fields.get('content-type'), context)
  const entity: Entity = { ...range, body, fields, ...media }
  const inside = { raw, budget, depth: depth + 1 }
  if (media.type === 'MULTIPART') {
    const boundary = media.parameters.find(([name]) => name.toUpperCase() === 'BOUNDARY')?.[1] ?? ''
    const ranges = depth < most.depth ? splitParts(raw, { start: body, end: range.end }, boundary, budget) : []
    // A multipart has parts, RFC 9051 §9 body-type-mpart; a broken one gets an empty one.
    if (ranges.length === 0) ranges.push({ start: range.end, end: range.end })
    const inDigest = media.subtype === 'DIGEST'
    return { ...entity, parts: ranges.map((part) => parseEntity(part, { ...inside, inDigest })) }
  }
  if (media.type !== 'MESSAGE' || media.subtype !== 'RFC822') return entity
  if (depth >= most.depth) return { ...entity, type: 'APPLICATION', subtype: 'OCTET-STREAM', parameters: [] }
  return { ...entity, message: parseEntity({ start: body, end: range.end }, inside) }
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
function splitParts(raw: Buffer, { start, end }: Range, boundary: string, budget: { parts: number }): Range[] {
  const parts: Range[] = []
  if (boundary === '') return parts
  const within = raw.subarray(0, end)
  const delimiter = Buffer.from(`--${boundary}`, 'latin1')
  let open: number | undefined
  for (let at = start; budget.parts > 0; ) {
    const found = within.indexOf(delimiter, at)
    if (found < 0) break
    const behind = found + delimiter.length
    at = behind
    if (found !== start && raw[found - 1] !== LF) continue
    const closing = raw[behind] === dash && raw[behind + 1] === dash
    const lineEnd = within.indexOf(LF, behind)
    const rest = raw.toString(
      'latin1',
      closing ? behind + 2 : behind,
      Math.min(lineEnd < 0 ? end : lineEnd, behind + 1000),
    )
    // Another multipart's boundary may begin with this one.
    if (rest.trim() !== '') continue
    if (open !== undefined) {
      parts.push({ start: open, end: Math.max(open, beforeLineEnd(raw, found)) })
      budget.parts--
    }
    open = closing || lineEnd < 0 ? undefined : lineEnd + 1
    if (open === undefined) break
    at = open
  }
  if (open !== undefined && budget.parts > 0) {
    parts.push({ start: open, end })
    budget.parts--
  }
  return parts
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
