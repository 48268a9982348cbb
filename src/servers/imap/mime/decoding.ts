const CR = 0x0d
const LF = 0x0a
const equals = 0x3d

/** Decodes a text piece by piece; what a piece ends in the middle of is decoded with the next. */
export type Decode = (bytes: Buffer, how: { readonly last: boolean }) => string

/** Decodes a text part with this transfer encoding and charset; undefined where it stands as it is. */
export function decoderOf(encoding: string, charset: string): Decode | undefined {
  const encoded = encoding === 'BASE64' || encoding === 'QUOTED-PRINTABLE'
  if (!encoded && charset.toUpperCase() === 'US-ASCII') return undefined
  const decodeText = charsetDecoder(charset)
  if (!encoded) return decodeText
  const decodeBytes = encoding === 'BASE64' ? decodeBase64 : decodeQuotedPrintable
  let rest: Buffer = Buffer.alloc(0)
  return (bytes, how) => {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const { decoded, used } = decodeBytes(all, how)
    rest = all.subarray(used)
    return decodeText(decoded, how)
  }
}

interface Decoded {
  readonly decoded: Buffer
  /** Octets that need not be seen again. */
  readonly used: number
}

/** RFC 2045 §6.8: up to the last whole group of four characters. */
function decodeBase64(bytes: Buffer, { last }: { readonly last: boolean }): Decoded {
  const isDigit = (octet = 0): boolean => base64Digits.has(octet)
  let digits = 0
  for (const octet of bytes) if (isDigit(octet)) digits++
  let used = bytes.length
  for (let over = last ? 0 : digits % 4; over > 0; ) if (isDigit(bytes[--used])) over--
  return { decoded: Buffer.from(bytes.toString('latin1', 0, used).replace(/[^A-Za-z0-9+/]/g, ''), 'base64'), used }
}

const base64Digits: ReadonlySet<number> = new Set(
  Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'),
)

/** Blanks between a soft line break's equals sign and its line end that are looked at. */
const mostBlanks = 100

/** RFC 2045 §6.7. */
function decodeQuotedPrintable(bytes: Buffer, { last }: { readonly last: boolean }): Decoded {
  const decoded = Buffer.allocUnsafe(bytes.length)
  let size = 0
  let at = 0
  while (at < bytes.length) {
    const octet = bytes[at] ?? 0
    if (octet !== equals) {
      decoded[size++] = octet
      at++
      continue
    }
    if (!last && at + mostBlanks + 3 > bytes.length) break
    const value = hexAt(bytes, at + 1)
    const behind = value === undefined ? softBreakEnd(bytes, at + 1) : at + 3
    if (value !== undefined) decoded[size++] = value
    else if (behind === undefined) decoded[size++] = equals
    at = behind ?? at + 1
  }
  return { decoded: decoded.subarray(0, size), used: at }
}

function hexAt(bytes: Buffer, at: number): number | undefined {
  const [high, low] = [hexDigit(bytes[at]), hexDigit(bytes[at + 1])]
  return high === undefined || low === undefined ? undefined : high * 16 + low
}

function hexDigit(octet = 0): number | undefined {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30
  const letter = octet | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined
}

function softBreakEnd(bytes: Buffer, from: number): number | undefined {
  let at = from
  while (at - from < mostBlanks && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++
  if (bytes[at] === CR) at++
  return bytes[at] === LF ? at + 1 : undefined
}

function charsetDecoder(charset: string): Decode {
  try {
    const decoder = new TextDecoder(charset)
    return (bytes, { last }) => decoder.decode(bytes, { stream: !last })
  } catch {
    // A charset that nobody knows.
    return (bytes) => bytes.toString('latin1')
  }
}
