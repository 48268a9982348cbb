import { createHash, randomBytes, X509Certificate } from 'node:crypto'
import type { KeyType } from '../scenarios/entry.ts'
import { type Der, type DerElement, encodeElement, explicit, integer, oidOf, parseDer, sequence, time } from './der.ts'
import {
  authorityInfoAccess,
  authorityKeyIdentifier,
  basicConstraints,
  crlDistributionPoint,
  type ExtendedKeyUsage,
  type Extension,
  encodeExtension,
  extendedKeyUsage,
  type KeyUsage,
  keyUsage,
  nameConstraints,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts'
import type { KeyPair } from './keys.ts'
import { commonName, formatName, generalNames, type SubjectNames } from './names.ts'
import { type Signer, signatureAlgorithm, signatureValue } from './sign.ts'
import type { IssuedCertificate } from './types.ts'

/** The fields of a certificate, RFC 5280 §4.1: the seven of the TBSCertificate, its extensions, and the two around it. */
export type CertificateField =
  | 'version'
  | 'serialNumber'
  | 'signature'
  | 'issuer'
  | 'validity'
  | 'subject'
  | 'subjectPublicKeyInfo'
  | 'extensions'
  | 'signatureAlgorithm'
  | 'signatureValue'

/** What to issue. What is left out is right in every respect. */
export interface CertificateRecipe {
  /** The key that is certified. */
  readonly key: KeyPair
  readonly notBefore: Date
  readonly notAfter: Date
  /** Who signs. Default: the key itself, in its own name. */
  readonly issuer?: Signer
  /** Distinguished name. Default: the first name of `names` as CN. */
  readonly subject?: Der
  /** Subject alternative names. Default: none. */
  readonly names?: SubjectNames
  /** Set for a certificate authority, with the number of authorities that may follow below it. Default: an end entity. */
  readonly authority?: { readonly pathLength?: number }
  /** Default: what the key can do in TLS; for an authority, what it has to sign. */
  readonly keyUsage?: readonly KeyUsage[]
  /** Default: none for an authority, else serverAuth. */
  readonly extendedKeyUsage?: readonly ExtendedKeyUsage[]
  /** NameConstraints. Default: none. */
  readonly constraints?: Der
  /** Where the issuer's CRL is. Default: not said. */
  readonly crlUrl?: string
  /** Where the issuer answers OCSP requests. Default: not said. */
  readonly ocspUrl?: string
  /** Further extensions, after the others. */
  readonly extensions?: readonly Extension[]
  /** Bytes in place of whole fields; an empty array leaves the field out. */
  readonly raw?: Readonly<Partial<Record<CertificateField, Uint8Array>>>
}

/** Builds and signs one certificate. */
export const issueCertificate = (recipe: CertificateRecipe): IssuedCertificate => {
  const raw = recipe.raw ?? {}
  const names = recipe.names ?? { dnsNames: [], ipAddresses: [] }
  const subject = recipe.subject ?? subjectOf(names)
  const signer = recipe.issuer ?? { name: subject, key: recipe.key }
  const serialNumber = raw.serialNumber ?? integer(randomSerial())
  const subjectName = raw.subject ?? subject
  const issuerName = raw.issuer ?? signer.name
  const algorithm = signatureAlgorithm(signer.key.type)

  const toBeSigned = sequence(
    raw.version ?? explicit(0, integer(2)),
    serialNumber,
    raw.signature ?? algorithm,
    issuerName,
    raw.validity ?? sequence(time(recipe.notBefore), time(recipe.notAfter)),
    subjectName,
    raw.subjectPublicKeyInfo ?? recipe.key.spki,
    raw.extensions ?? explicit(3, sequence(...extensionsOf(recipe, names, subject, signer).map(encodeExtension))),
  )
  const der = Buffer.from(
    sequence(
      toBeSigned,
      raw.signatureAlgorithm ?? algorithm,
      raw.signatureValue ?? signatureValue(toBeSigned, signer.key),
    ),
  )
  return {
    pem: formatPem('CERTIFICATE', der),
    der,
    subject: formatName(subject),
    issuer: formatName(signer.name),
    fingerprint256: fingerprint(der),
    serial: Buffer.from(serialNumber.subarray(2)).toString('hex').toUpperCase(),
    notBefore: wholeSeconds(recipe.notBefore),
    notAfter: wholeSeconds(recipe.notAfter),
    dnsNames: names.dnsNames,
    ipAddresses: names.ipAddresses,
  }
}

/**
 * The distinguished name of a certificate with these names: the first one as CN. A common name has at most 64
 * characters (ub-common-name); a longer name is left to the subject alternative names.
 */
export const subjectOf = (names: SubjectNames): Der =>
  commonName([...names.dnsNames, ...names.ipAddresses].find((name) => name.length <= 64))

/** A certificate that was made elsewhere, with what it takes to issue below it. Throws on what is no certificate. */
export interface ReadCertificate {
  readonly certificate: IssuedCertificate
  readonly x509: X509Certificate
  /** Distinguished name, as its bytes are. */
  readonly subject: Der
  /** NameConstraints, where there are any. */
  readonly constraints: Der | undefined
}

/** Reads the first certificate of a PEM text. Throws on what is none. */
export const parseCertificate = (pem: string | Buffer): ReadCertificate => {
  const x509 = new X509Certificate(pem)
  const fields = parseDer(x509.raw).children[0]?.children ?? []
  // Only version 1 has no version field in front.
  const subjectField = fields[fields[0]?.tag === 0xa0 ? 5 : 4]
  if (subjectField === undefined) throw new TypeError('a certificate without a subject')
  const subject = encodeElement(subjectField)
  return {
    certificate: {
      pem: formatPem('CERTIFICATE', x509.raw),
      der: x509.raw,
      subject: formatName(subject),
      issuer: formatName(encodeElement(fields[fields[0]?.tag === 0xa0 ? 3 : 2] ?? subjectField)),
      fingerprint256: x509.fingerprint256,
      serial: x509.serialNumber,
      notBefore: new Date(x509.validFrom),
      notAfter: new Date(x509.validTo),
      dnsNames: [],
      ipAddresses: [],
    },
    x509,
    subject,
    constraints: extensionValue(fields, '2.5.29.30'),
  }
}

/** RFC 7468: 64 characters a line. */
export const formatPem = (label: string, der: Uint8Array): string => {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

/** The bytes inside every block of a PEM text. */
export const parsePem = (text: string): readonly Buffer[] =>
  [...text.matchAll(/-----BEGIN [^-]+-----([^-]+)-----END/g)].map(([, body = '']) => Buffer.from(body, 'base64'))

/** SHA-256 as hexadecimal, upper case, with colons. */
export const fingerprint = (der: Uint8Array): string =>
  (createHash('sha256').update(der).digest('hex').toUpperCase().match(/../g) ?? []).join(':')

const extensionValue = (fields: readonly DerElement[], dotted: string): Der | undefined => {
  const list = fields.find(({ tag }) => tag === 0xa3)?.children[0]?.children ?? []
  const found = list.find(({ children: [type] }) => type !== undefined && oidOf(type) === dotted)
  return found?.children.at(-1)?.content
}

const extensionsOf = (
  recipe: CertificateRecipe,
  names: SubjectNames,
  subject: Der,
  signer: Signer,
): readonly Extension[] => {
  const isSelfIssued = signer.key === recipe.key
  const usages = recipe.extendedKeyUsage ?? (recipe.authority === undefined ? ['serverAuth'] : [])
  return [
    basicConstraints(recipe.authority),
    keyUsage(recipe.keyUsage ?? defaultKeyUsage(recipe)),
    ...(usages.length > 0 ? [extendedKeyUsage(usages)] : []),
    subjectKeyIdentifier(recipe.key.keyId),
    ...(isSelfIssued && recipe.authority !== undefined ? [] : [authorityKeyIdentifier(signer.key.keyId)]),
    ...(hasNames(names) ? [{ ...subjectAltName(generalNames(names)), critical: isEmptyName(subject) }] : []),
    ...(recipe.constraints === undefined ? [] : [nameConstraints(recipe.constraints)]),
    ...(recipe.crlUrl === undefined ? [] : [crlDistributionPoint(recipe.crlUrl)]),
    ...(recipe.ocspUrl === undefined ? [] : [authorityInfoAccess(recipe.ocspUrl)]),
    ...(recipe.extensions ?? []),
  ]
}

const defaultKeyUsage = (recipe: CertificateRecipe): readonly KeyUsage[] => {
  if (recipe.authority !== undefined) return ['digitalSignature', 'keyCertSign', 'cRLSign']
  return leafKeyUsage(recipe.key.type)
}

/** What a server's key does in TLS: it signs, and an RSA key also decrypts in TLS 1.2's old key exchange. */
export const leafKeyUsage = (type: KeyType): readonly KeyUsage[] =>
  type === 'rsa' ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature']

const hasNames = (names: SubjectNames): boolean =>
  names.dnsNames.length + names.ipAddresses.length + (names.emailAddresses ?? []).length > 0

const isEmptyName = (name: Der): boolean => name.length === 2

/** Sixteen octets that begin with 01 in binary: positive, and never shortened. */
const randomSerial = (): Buffer => {
  const octets = randomBytes(16)
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40
  return octets
}

const wholeSeconds = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000)
