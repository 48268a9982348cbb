import { createHash, X509Certificate } from 'node:crypto'
import { type DerElement, encodeElement, oidOf, parseDer } from '../../../src/certs/der.ts'
import { formatName } from '../../../src/certs/names.ts'

/** A certificate field by field; what is new at each issue is only said to be right, or what it is in place of that. */
export type Description = Readonly<Record<string, string>>

/** What a certificate is read beside. */
export interface Surroundings {
  /** Certificates whose names and keys it may have to do with: DER. */
  readonly others: readonly Buffer[]
  readonly now: Date
}

/** Reads a certificate, by our own reader of DER and Node's verifier of signatures. */
export const describeCertificate = (der: Buffer, { others, now }: Surroundings): Description => {
  const { version, fields, rest, signatureAlgorithm } = partsOf(der)
  const [serial, algorithm, issuer, validity, subject, spki] = fields
  const above = others.filter((other) => hexOf(partsOf(other).fields[4]) === hexOf(issuer))
  const isAnothers = others.some(
    (other) => !other.equals(der) && contentOf(partsOf(other).fields[0]) === contentOf(serial),
  )
  const uniqueIds = rest.filter(({ tag }) => tag !== 0xa3).map((field) => [`[${field.tag & 0x1f}]`, hexOf(field)])
  return {
    version: version === undefined ? 'none' : hexOf(version),
    serialNumber: !isAnothers && /^[4-7][0-9a-f]{31}$/.test(contentOf(serial)) ? 'random' : contentOf(serial),
    signature: hexOf(algorithm),
    issuer: above.length > 0 ? 'right' : 'nobody',
    validity: (validity?.children ?? []).map((time) => timeOf(time, now)).join(' to '),
    subject: nameOf(subject),
    subjectPublicKeyInfo: hexOf(spki?.children[0]),
    signatureAlgorithm: hexOf(signatureAlgorithm),
    signatureValue: isSignedBy(der, others) ? 'right' : 'wrong',
    ...Object.fromEntries(uniqueIds),
    ...extensionsOf(
      rest.find(({ tag }) => tag === 0xa3),
      { own: keyIdOf(der), above: others.map(keyIdOf) },
    ),
  }
}

/** The names of fields and extensions in which two certificates differ. */
export const differences = (one: Description, other: Description): readonly string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((field) => one[field] !== other[field]).sort()

const partsOf = (der: Buffer) => {
  const [tbs, signatureAlgorithm] = parseDer(der).children
  const children = tbs?.children ?? []
  const [version] = children[0]?.tag === 0xa0 ? children : []
  const fields = version === undefined ? children : children.slice(1)
  return { version, fields: fields.slice(0, 6), rest: fields.slice(6), signatureAlgorithm }
}

const hexOf = (read: DerElement | undefined): string =>
  read === undefined ? 'none' : Buffer.from(encodeElement(read)).toString('hex')

const contentOf = (read: DerElement | undefined): string => read?.content.toString('hex') ?? ''

/** Without what tells runs apart. */
const nameOf = (name: DerElement | undefined): string =>
  name === undefined ? 'none' : formatName(encodeElement(name)).replace(/ [0-9a-f]{6}(?:-\w+)?(?=,|$)/, '')

/** Days from now where it is a time as RFC 5280 wants it, else what stands there. */
const timeOf = ({ tag, content }: DerElement, now: Date): string => {
  const text = content.toString('latin1')
  const [, year, ...rest] = /^(\d\d|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? []
  if (year === undefined || (tag === 0x17) !== (year.length === 2)) return `${tag.toString(16)} ${text}`
  const whole = year.length === 4 ? year : `${Number(year) < 50 ? 20 : 19}${year}`
  const date = Date.parse(`${whole}-${rest[0]}-${rest[1]}T${rest[2]}:${rest[3]}:${rest[4]}Z`)
  return Number.isNaN(date)
    ? `${tag.toString(16)} ${text}`
    : `${tag.toString(16)} ${(date - now.getTime()) / 86_400_000}`
}

const keyIdOf = (der: Buffer): string => {
  const bits = partsOf(der).fields[5]?.children[1]?.content ?? Buffer.alloc(1)
  return createHash('sha1').update(bits.subarray(1)).digest('hex')
}

const isSignedBy = (der: Buffer, issuers: readonly Buffer[]): boolean => {
  try {
    const certificate = new X509Certificate(der)
    return issuers.some((issuer) => certificate.verify(new X509Certificate(issuer).publicKey))
  } catch {
    return false
  }
}

interface KeyIds {
  readonly own: string
  readonly above: readonly string[]
}

/** By object identifier, the criticality and the value; of one that stands there twice, both. */
const extensionsOf = (list: DerElement | undefined, ids: KeyIds): Description => {
  const found: Record<string, string> = {}
  for (const { children } of list?.children[0]?.children ?? []) {
    const [type, ...more] = children
    const value = more.at(-1)
    if (type === undefined || value === undefined) continue
    const dotted = oidOf(type)
    const [critical] = more.length > 1 ? more : []
    const text = `${critical === undefined ? '' : `critical ${hexOf(critical)} `}${meaningOf(dotted, value.content, ids)}`
    found[dotted] = found[dotted] === undefined ? text : `${found[dotted]}, ${text}`
  }
  return found
}

const meaningOf = (dotted: string, value: Buffer, { own, above }: KeyIds): string => {
  const hex = value.toString('hex')
  if (dotted === '2.5.29.14' && hex === `0414${own}`) return 'right'
  if (dotted === '2.5.29.35' && above.some((id) => hex === `30168014${id}`)) return 'right'
  // An address of the responder has a port and a name in it, and the lengths of both.
  const urls = [...value.toString('latin1').matchAll(/http:\/\/127\.0\.0\.1:\d+\/(\w+)\//g)].map(([, kind]) => kind)
  return urls.length > 0 ? urls.join(' ') : hex
}
