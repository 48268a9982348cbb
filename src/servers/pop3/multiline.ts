import type { Pieces } from '../core/pieces.ts'

const CR = 0x0d
const LF = 0x0a
const DOT = 0x2e

/** Octets that are looked at before others have their turn. */
const window = 64 * 1024

const sizes = new WeakMap<Buffer, number>()

/** Octets of a message as POP3 counts and sends it: every line ends in CRLF, the last one too. */
export function* sizeOf(raw: Buffer): Generator<string, number> {
  const known = sizes.get(raw)
  if (known !== undefined) return known
  let size = raw.length
  for (let from = 0; from < raw.length; from += window) {
    const to = Math.min(raw.length, from + window)
    for (let at = from; at < to; at++) if (raw[at] === LF && raw[at - 1] !== CR) size++
    yield ''
  }
  if (raw.length > 0 && raw.at(-1) !== LF) size += 2
  sizes.set(raw, size)
  return size
}

/**
 * A multi-line response, RFC 1939 §3: a status, the message as POP3 sends it, dots at the start of a line doubled, and the
 * terminator.
 *
 * @param bodyLines how many lines of the body, RFC 1939 §7; by default all of them
 */
export function* multiline(status: string, raw: Buffer, bodyLines: number = Number.POSITIVE_INFINITY): Pieces {
  yield `${status}\r\n`
  let left = bodyLines
  let inBody = false
  let lineLength = 0
  let last = LF
  for (let from = 0; from < raw.length && (!inBody || left > 0); from += window) {
    const part = raw.subarray(from, from + window)
    const lines = Buffer.allocUnsafe(2 * part.length)
    let size = 0
    for (let at = 0; at < part.length; at++) {
      const octet = part[at] ?? 0
      if (octet === LF && last !== CR) lines[size++] = CR
      if (octet === DOT && lineLength === 0) lines[size++] = DOT
      lines[size++] = octet
      last = octet
      if (octet !== LF) {
        if (octet !== CR) lineLength++
        continue
      }
      if (inBody) left--
      inBody ||= lineLength === 0
      lineLength = 0
      if (inBody && left <= 0) break
    }
    yield lines.subarray(0, size)
  }
  yield last === LF ? '.\r\n' : '\r\n.\r\n'
}
