import asn1 from 'node-forge/lib/asn1.js'

/** A whole DER element: tag, length, content. Any bytes may stand in for one where a fault is wanted. */
export type Der = Uint8Array

/** An element that was read: its tag byte, and the elements inside it or else its content. */
export interface DerElement {
  readonly tag: number
  readonly children: readonly DerElement[]
  readonly content: Buffer
}

/** An element with that tag byte and content. */
export const element = (tag: number, content: Uint8Array): Der => {
  // The tag goes in as the class: forge rewrites the content of what it takes for an INTEGER or a BMPString.
  const node = asn1.create(tag, 0, false, latin1(content))
  return Buffer.from(asn1.toDer(node).getBytes(), 'latin1')
}

export const sequence = (...items: readonly Der[]): Der => element(0x30, Buffer.concat(items))

/** A SET OF with its items in DER's order. */
export const setOf = (...items: readonly Der[]): Der => element(0x31, Buffer.concat([...items].sort(Buffer.compare)))

/** BOOLEAN TRUE; DER leaves out a FALSE that is the default, which is every FALSE of X.509. */
export const trueValue = (): Der => element(0x01, Buffer.of(0xff))

/** An INTEGER from a number, or from its content octets as they are. */
export const integer = (value: number | Uint8Array): Der =>
  element(0x02, typeof value !== 'number' ? value : value < 0 ? negativeContent(value) : unsignedContent(value))

/** A BIT STRING of whole octets. */
export const bitString = (octets: Uint8Array): Der => element(0x03, Buffer.concat([Buffer.of(0), octets]))

/** A BIT STRING of named bits (X.680 §22.7): trailing zeros are cut. */
export const namedBits = (bits: readonly number[]): Der => {
  if (bits.length === 0) return element(0x03, Buffer.of(0))
  const highest = Math.max(...bits)
  const octets = Buffer.alloc((highest >> 3) + 1)
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7))
  return element(0x03, Buffer.concat([Buffer.of(7 - (highest & 7)), octets]))
}

export const octetString = (octets: Uint8Array): Der => element(0x04, octets)

export const nullValue = (): Der => element(0x05, Buffer.alloc(0))

export const oid = (dotted: string): Der => element(0x06, Buffer.from(asn1.oidToDer(dotted).getBytes(), 'latin1'))

export const enumerated = (value: number): Der => element(0x0a, unsignedContent(value))

export const utf8String = (text: string): Der => element(stringTags.utf8String, Buffer.from(text, 'utf8'))

/** The tags of the types of strings. */
export const stringTags = {
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  bmpString: 0x1e,
} as const

export const ia5String = (text: string): Der => element(stringTags.ia5String, Buffer.from(text, 'utf8'))

export const bmpString = (text: string): Der => element(stringTags.bmpString, Buffer.from(text, 'utf16le').swap16())

export const generalizedTime = (date: Date): Der => element(0x18, Buffer.from(`${digitsOf(date)}Z`))

/** A text in place of a time. */
export const rawTime = (kind: 'utcTime' | 'generalizedTime', text: string): Der =>
  element(kind === 'utcTime' ? 0x17 : 0x18, Buffer.from(text))

/** RFC 5280 §4.1.2.5: UTCTime for the years 1950 to 2049, GeneralizedTime for the others. */
export const time = (date: Date): Der => {
  const year = date.getUTCFullYear()
  if (year < 1950 || year > 2049) return generalizedTime(date)
  return element(0x17, Buffer.from(`${digitsOf(date).slice(2)}Z`))
}

/** A constructed context tag around whole elements. */
export const explicit = (tag: number, ...items: readonly Der[]): Der => element(0xa0 | tag, Buffer.concat(items))

/** A primitive context tag in place of a type's own. */
export const implicit = (tag: number, content: Uint8Array): Der => element(0x80 | tag, content)

/** Reads one element and everything inside it. Throws on what is not DER. */
export const parseDer = (der: Uint8Array): DerElement =>
  elementOf(asn1.fromDer(latin1(der), { strict: true, decodeBitStrings: false }))

/** The bytes of an element that was read. */
export const encodeElement = (read: DerElement): Der =>
  element(read.tag, (read.tag & 0x20) === 0 ? read.content : Buffer.concat(read.children.map(encodeElement)))

/** The dotted form of an OBJECT IDENTIFIER that was read. */
export const oidOf = (read: DerElement): string => asn1.derToOid(latin1(read.content))

type Node = ReturnType<typeof asn1.create>

const elementOf = (node: Node): DerElement => {
  const tag = node.tagClass | node.type | (node.constructed ? 0x20 : 0)
  if (typeof node.value === 'string') return { tag, children: [], content: contentOf(tag, node.value) }
  return { tag, children: node.value.map(elementOf), content: Buffer.alloc(0) }
}

/** forge has decoded a BMPString already, and nothing else. */
const contentOf = (tag: number, value: string): Buffer =>
  tag === 0x1e ? Buffer.from(value, 'utf16le').swap16() : Buffer.from(value, 'latin1')

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

/** Two's complement, in as few octets as it takes. */
const negativeContent = (value: number): Buffer => {
  const octets = Buffer.alloc(6)
  octets.writeIntBE(value, 0, 6)
  let first = 0
  while (first < 5 && octets[first] === 0xff && (octets[first + 1] ?? 0) >= 0x80) first++
  return octets.subarray(first)
}

const unsignedContent = (value: number): Buffer => {
  const hex = value.toString(16)
  const octets = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return (octets[0] ?? 0) < 0x80 ? octets : Buffer.concat([Buffer.of(0), octets])
}

/** YYYYMMDDHHMMSS in UTC; a year that has no four digits becomes RFC 5280's last moment. */
const digitsOf = (date: Date): string => {
  const iso = date.toISOString()
  return iso.length === 24 ? iso.slice(0, 19).replace(/[-:T]/g, '') : '99991231235959'
}
