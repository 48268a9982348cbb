import type { Arguments } from './arguments.ts'
import { findPart, structureOf } from './mime/entity.ts'
import { bodyOf, readFields } from './mime/headers.ts'
import { formatString } from './spelling.ts'

/** What stands in the brackets of `BODY[…]`, RFC 9051 §6.4.5.1. */
export interface Section {
  /** Part numbers; none for the message itself. */
  readonly path: readonly number[]
  readonly of: 'all' | 'header' | 'fields' | 'fields-not' | 'text' | 'mime'
  /** Names of header fields, as the client spelled them. */
  readonly names: readonly string[]
}

/** Numbers of one section. */
const maxPath = 50

/** Reads it behind the opening bracket, up to and with the closing one. */
export function readSection(args: Arguments): Section {
  const path: number[] = []
  const at = (of: Section['of'], names: readonly string[] = []): Section => {
    args.expect(']')
    return { path, of, names }
  }
  while (/^\d/.test(args.next) && args.problem === undefined) {
    path.push(args.number())
    if (path.length > maxPath || path.at(-1) === 0) args.fail('Invalid part number')
    if (args.next === ']') return at('all')
    args.expect('.')
  }
  if (path.length === 0 && args.next === ']') return at('all')
  const name = args.name()
  if (name === 'HEADER') return at('header')
  if (name === 'TEXT') return at('text')
  if (name === 'MIME' && path.length > 0) return at('mime')
  if (name !== 'HEADER.FIELDS' && name !== 'HEADER.FIELDS.NOT') args.fail('Unknown section')
  const names = args.space().list(() => args.astring())
  return at(name === 'HEADER.FIELDS' ? 'fields' : 'fields-not', names)
}

const keywords = {
  all: '',
  header: 'HEADER',
  fields: 'HEADER.FIELDS',
  'fields-not': 'HEADER.FIELDS.NOT',
  text: 'TEXT',
  mime: 'MIME',
} as const

export function formatSection({ path, of, names }: Section): string {
  const keyword = keywords[of]
  const place = [...path, ...(keyword ? [keyword] : [])].join('.')
  return names.length === 0 ? place : `${place} (${names.map(formatName).join(' ')})`
}

/** The octets of a section, or undefined where the message has no such part. */
export function* sectionOf(raw: Buffer, { path, of, names }: Section): Generator<string, Buffer | undefined> {
  if (path.length === 0) {
    if (of === 'all') return raw
    // Most fetches want the header alone: the structure behind it is not looked at.
    return cut(raw, { start: 0, body: bodyOf(raw), end: raw.length }, of, names)
  }
  const part = findPart(yield* structureOf(raw), path)
  if (!part) return undefined
  if (of === 'all') return raw.subarray(part.body, part.end)
  if (of === 'mime') return raw.subarray(part.start, part.body)
  return part.message ? cut(raw, part.message, of, names) : undefined
}

function cut(
  raw: Buffer,
  { start, body, end }: { readonly start: number; readonly body: number; readonly end: number },
  of: Section['of'],
  names: readonly string[],
): Buffer {
  if (of === 'text') return raw.subarray(body, end)
  if (of === 'header') return raw.subarray(start, body)
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  const fields: Buffer[] = []
  for (const field of readFields(raw, { start, end: body })) {
    if (wanted.has(field.name) === (of === 'fields')) fields.push(raw.subarray(field.start, field.end))
  }
  return Buffer.concat([...fields, Buffer.from('\r\n')])
}

const formatName = (name: string): string => (/^[!#$&'+-[^-z|-~]+$/.test(name) ? name : formatString(name))
