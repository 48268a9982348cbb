import type { Bytes } from '../../scenarios/bytes.ts'
import type { ReplyChange } from '../../scenarios/effects.ts'

/** What is known of the reply that is changed. */
export interface ReplyFacts {
  /** The tag of the command; empty where there is none. */
  readonly tag: string
  /** What of a status line is for programs; what stands behind it is for people. */
  readonly status: RegExp
  fill(bytes: Bytes): Buffer
}

/** The reply that a correct server would send, with what a quirk changes of it. */
export function changedReply(right: Buffer, change: ReplyChange, { tag, status, fill }: ReplyFacts): Buffer {
  let lines = right.toString('latin1')
  const { text, edit, eol, upTo } = change
  if (text !== undefined) lines = withText(lines, fill(text).toString('latin1'), status)
  if (edit !== undefined) {
    const [find, put] = edit.map((bytes) => fill(bytes).toString('latin1')) as [string, string]
    const at = lines.indexOf(find)
    if (at >= 0) lines = lines.slice(0, at) + put + lines.slice(at + find.length)
  }
  if (change.tag !== undefined && tag !== '') lines = withTag(lines, tag, change.tag)
  if (eol !== undefined) lines = lines.replaceAll('\r\n', lineEnds[eol])
  const size = upTo === 'half' ? Math.ceil(lines.length / 2) : (upTo ?? lines.length)
  return Buffer.from(lines.slice(0, size), 'latin1')
}

const lineEnds: Readonly<Record<NonNullable<ReplyChange['eol']>, string>> = {
  lf: '\n',
  cr: '\r',
  crcrlf: '\r\r\n',
  blank: '\r\n\r\n',
}

/** Of the last line, which is the one that has a status in every protocol. */
function withText(lines: string, text: string, status: RegExp): string {
  const start = lines.lastIndexOf('\r\n', lines.length - 3) + 2
  const [head] = status.exec(lines.slice(start)) ?? []
  if (head === undefined) return lines
  return `${lines.slice(0, start)}${head}${text === '' ? '' : ` ${text}`}\r\n`
}

function withTag(lines: string, tag: string, how: NonNullable<ReplyChange['tag']>): string {
  const start = lines.startsWith(`${tag} `) ? 0 : lines.lastIndexOf(`\r\n${tag} `) + 2
  if (!lines.startsWith(`${tag} `, start)) return lines
  const rest = lines.slice(start + tag.length)
  if (how === 'twice') return `${lines}${tag}${rest}`
  const upper = tag.toUpperCase()
  const other = how === 'other' ? `X${tag}` : tag === upper ? tag.toLowerCase() : upper
  return `${lines.slice(0, start)}${other}${rest}`
}
