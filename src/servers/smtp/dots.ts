const CR = 0x0d
const LF = 0x0a
const DOT = 0x2e
const lineWithDot = Buffer.from('\r\n.')

/** Octets that are looked at before others have their turn. */
const window = 64 * 1024

/**
 * The message in what followed DATA, RFC 5321 §4.5.2. Only a dot behind CRLF is transparency: one behind a bare LF is
 * the message's own.
 *
 * @param wire ends in CRLF.CRLF, or is the terminator alone; the message takes its place
 */
export function* unstuffed(wire: Buffer): Generator<undefined, Buffer> {
  const body = wire.subarray(wire[0] === DOT && wire.length > 3 ? 1 : 0, wire.length - 3)
  const first = body.indexOf(lineWithDot)
  if (first < 0) return body
  // Octet by octet from here, in place: nothing but dots costs no more than any other message.
  let size = first + 2
  let [before, last] = [LF, DOT]
  for (let from = first + 3; from < body.length; from += window) {
    const to = Math.min(body.length, from + window)
    for (let at = from; at < to; at++) {
      const octet = body[at] ?? 0
      if (octet !== DOT || last !== LF || before !== CR) body[size++] = octet
      before = last
      last = octet
    }
    yield
  }
  return body.subarray(0, size)
}
