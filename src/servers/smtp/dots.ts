const CR = 0x0d
const LF = 0x0a
const DOT = 0x2e
const lineWithDot = Buffer.from('\r\n.')

/**
 * The message in what followed DATA, RFC 5321 §4.5.2. Only a dot behind CRLF is transparency: one behind a bare LF is
 * the message's own.
 *
 * @param wire ends in CRLF.CRLF, or is the terminator alone
 */
export function unstuffed(wire: Buffer): Buffer {
  const body = wire.subarray(wire[0] === DOT && wire.length > 3 ? 1 : 0, wire.length - 3)
  const first = body.indexOf(lineWithDot)
  if (first < 0) return body
  // Octet by octet from here: nothing but dots costs no more than any other message.
  const message = Buffer.allocUnsafe(body.length)
  let size = body.copy(message, 0, 0, first + 2)
  for (let at = first + 3; at < body.length; at++) {
    if (body[at] === DOT && body[at - 1] === LF && body[at - 2] === CR) continue
    message[size++] = body[at] ?? 0
  }
  return message.subarray(0, size)
}
