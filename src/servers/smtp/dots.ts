const CR = 0x0d
const LF = 0x0a
const DOT = 0x2e

/** CRLF stands before the dot or belongs to the command. */
const terminatorLength = 3

/**
 * The message in what followed DATA, RFC 5321 §4.5.2. Only a dot behind CRLF is transparency: one behind a bare LF is
 * the message's own. Others have their turn between two blocks.
 *
 * @param wire ends in CRLF.CRLF, or is the terminator alone
 */
export function* unstuffed(wire: readonly Buffer[]): Generator<undefined, Buffer> {
  const octets = wire.reduce((sum, { length }) => sum + length, 0)
  const message = Buffer.allocUnsafe(octets)
  let size = 0
  let [before, last] = [CR, LF]
  for (const block of wire) {
    // By index: this is the longest loop over octets that there is, and an iterator takes five times as long.
    for (let at = 0; at < block.length; at++) {
      const octet = block[at] ?? 0
      if (octet !== DOT || last !== LF || before !== CR) message[size++] = octet
      before = last
      last = octet
    }
    yield
  }
  // Of the terminator the dot is gone already.
  return message.subarray(0, size - terminatorLength + 1)
}
