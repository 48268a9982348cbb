import type { Pieces } from '../core/pieces.ts'
import type { StoredMessage } from '../mailbox/folder.ts'
import type { Arguments } from './arguments.ts'
import { formatStructure } from './mime/body-structure.ts'
import { structureOf } from './mime/entity.ts'
import { envelopeOf } from './mime/envelope.ts'
import { formatSection, readSection, type Section, sectionOf } from './section.ts'
import { formatDateTime, formatLiteral } from './spelling.ts'

/** What an item may know of its message. */
export interface Subject {
  readonly message: StoredMessage
  /** Its octets: it may be lost while they are on their way. */
  readonly raw: Buffer
  /** As the client will see them, `\Seen` by this fetch included. */
  readonly flags: string
  readonly modseq: number
}

/** One message data item, RFC 9051 §6.4.5. */
export interface FetchItem {
  /** What it is called in the response. */
  readonly name: string
  /** What it asks for: an item that is asked for twice is served once. */
  readonly key: string
  /** Fetching it sets `\Seen`. */
  readonly sees: boolean
  pieces(subject: Subject): Pieces
}

/** Items of one FETCH. */
const maxItems = 100

const macros: Readonly<Record<string, readonly string[]>> = {
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
}

const simple: Readonly<Record<string, (subject: Subject) => Pieces>> = {
  FLAGS: ({ flags }) => [flags],
  UID: ({ message }) => [String(message.uid)],
  MODSEQ: ({ modseq }) => [`(${modseq})`],
  INTERNALDATE: ({ message }) => [formatDateTime(message.internalDate)],
  'RFC822.SIZE': ({ raw }) => [String(raw.length)],
  ENVELOPE: envelope,
  BODY: ({ raw }) => structure(raw, { extended: false }),
  BODYSTRUCTURE: ({ raw }) => structure(raw, { extended: true }),
}

function* envelope({ raw }: Subject): Pieces {
  yield yield* envelopeOf(raw)
}

function* structure(raw: Buffer, how: { readonly extended: boolean }): Pieces {
  yield* formatStructure(raw, yield* structureOf(raw), how)
}

/** RFC 3501's older names of sections. */
const sections: Readonly<Record<string, { readonly of: Section['of']; readonly sees: boolean }>> = {
  RFC822: { of: 'all', sees: true },
  'RFC822.HEADER': { of: 'header', sees: false },
  'RFC822.TEXT': { of: 'text', sees: true },
}

/** Reads a macro, one item, or a list of items. */
export function readFetchItems(args: Arguments): readonly FetchItem[] {
  if (args.next === '(') {
    const items = args.list(() => readItem(args, args.name()))
    if (items.length === 0 || items.length > maxItems) args.fail('Expected 1 to 100 items')
    return [...new Map(items.map((item) => [item.key, item])).values()]
  }
  const name = args.name()
  return macros[name]?.map((item) => simpleItem(item)) ?? [readItem(args, name)]
}

function readItem(args: Arguments, name: string): FetchItem {
  if ((name === 'BODY' || name === 'BODY.PEEK') && args.take('[')) {
    const section = readSection(args)
    return sectionItem(`BODY[${formatSection(section)}]`, section, {
      sees: name === 'BODY',
      partial: args.take('<') ? readPartial(args) : undefined,
    })
  }
  if (Object.hasOwn(simple, name)) return simpleItem(name)
  const older = Object.hasOwn(sections, name) ? sections[name] : undefined
  if (!older) args.fail('Unknown data item')
  const { of = 'all', sees = false } = older ?? {}
  return sectionItem(name, { path: [], of, names: [] }, { sees, partial: undefined })
}

export function simpleItem(name: string): FetchItem {
  return {
    name,
    key: name,
    sees: false,
    *pieces(subject) {
      yield `${name} `
      yield* simple[name]?.(subject) ?? []
    },
  }
}

interface Partial {
  readonly offset: number
  readonly length: number
}

/** `<0.2048>`, behind the bracket. */
function readPartial(args: Arguments): Partial {
  const offset = args.number()
  const length = args.expect('.').number()
  args.expect('>')
  if (length === 0) args.fail('Nothing to fetch')
  return { offset, length }
}

function sectionItem(
  name: string,
  section: Section,
  { sees, partial }: { readonly sees: boolean; readonly partial: Partial | undefined },
): FetchItem {
  const label = partial ? `${name}<${partial.offset}>` : name
  return {
    name: label,
    key: partial ? `${label}.${partial.length}` : label,
    sees,
    *pieces({ raw }) {
      yield `${label} `
      const bytes = yield* sectionOf(raw, section)
      if (!bytes) yield 'NIL'
      else yield* formatLiteral(partial ? bytes.subarray(partial.offset, partial.offset + partial.length) : bytes)
    },
  }
}
