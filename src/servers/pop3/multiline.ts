import type { StoredMessage } from '../folder.ts'

const CR = 0x0d
const LF = 0x0a
const DOT = 0x2e
const lineEnd = Buffer.from('\r\n')
const lineWithDot = Buffer.from('\r\n.')
const headerEnd = Buffer.from('\r\n\r\n')
const terminator = Buffer.from('.\r\n')

const converted = new WeakMap<Buffer, Buffer>()

/**
 * A message as POP3 counts and sends it: every line ends in CRLF, the last one too. The message itself where that is
 * so already.
 */
export function linesOf({ raw }: StoredMessage): Buffer {
  const known = converted.get(raw)
  if (known) return known
  const lines = hasBareLineFeed(raw) ? withLineEnds(raw) : raw
  const whole = lines.length === 0 || lines.subarray(-2).equals(lineEnd) ? lines : Buffer.concat([lines, lineEnd])
  converted.set(raw, whole)
  return whole
}

/** The header, the empty line, and so many lines of the body, RFC 1939 §7. */
export function topOf(lines: Buffer, bodyLines: number): Buffer {
  let end = bodyOf(lines)
  for (let left = bodyLines; left > 0 && end < lines.length; left--) end = lines.indexOf(lineEnd, end) + 2
  return lines.subarray(0, end)
}

/** Where the body begins. */
const bodyOf = (lines: Buffer): number => {
  if (lines.subarray(0, 2).equals(lineEnd)) return lineEnd.length
  const blank = lines.indexOf(headerEnd)
  return blank < 0 ? lines.length : blank + headerEnd.length
}

/** A multi-line response, RFC 1939 §3: dots at the start of a line doubled, and the terminator. */
export function multiline(status: string, lines: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${status}\r\n`, 'latin1'), stuffed(lines), terminator])
}

function stuffed(lines: Buffer): Buffer {
  const first = lines[0] === DOT ? 0 : lines.indexOf(lineWithDot)
  if (first < 0) return lines
  const startsWithDot = (at: number): boolean =>
    lines[at] === DOT && (at === 0 || (lines[at - 1] === LF && lines[at - 2] === CR))
  let dots = 0
  for (let at = first; at < lines.length; at++) if (startsWithDot(at)) dots++
  const result = Buffer.allocUnsafe(lines.length + dots)
  let size = lines.copy(result, 0, 0, first)
  for (let at = first; at < lines.length; at++) {
    if (startsWithDot(at)) result[size++] = DOT
    result[size++] = lines[at] ?? 0
  }
  return result
}

function hasBareLineFeed(raw: Buffer): boolean {
  for (let at = raw.indexOf(LF); at >= 0; at = raw.indexOf(LF, at + 1)) {
    if (raw[at - 1] !== CR) return true
  }
  return false
}

const withLineEnds = (raw: Buffer): Buffer => Buffer.from(raw.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')
