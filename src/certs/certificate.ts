import { createHash, randomBytes, X509Certificate } from 'node:crypto'
import type {
  CertificateField,
  ExtendedKeyUsage,
  ExtensionChanges,
  GeneralNames,
  KeyUsage,
  Oid,
  RawFields,
  SignatureName,
} from '../scenarios/entry.ts'
import { nowhere, type Places } from '../scenarios/recipe/places.ts'
import { algorithmIdentifier, signatureValue, usualSignature } from './algorithms.ts'
import { type Der, type DerElement, encodeElement, explicit, integer, oidOf, parseDer, sequence, time } from './der.ts'
import { changed } from './edits.ts'
import {
  authorityInfoAccess,
  authorityKeyIdentifier,
  basicConstraints,
  changeExtensions,
  crlDistributionPoint,
  type Extension,
  encodeExtension,
  extendedKeyUsage,
  keyUsage,
  nameConstraints,
  ocspNoCheck,
  subjectAltName,
  subjectKeyIdentifier,
} from './extensions.ts'
import type { KeyPair } from './keys.ts'
import { formatName, plainTexts } from './names.ts'
import { formatPem } from './pem.ts'
import type { Signer } from './signer.ts'
import type { IssuedCertificate } from './types.ts'
import { encodeGeneralNames } from './values.ts'

/** What to issue. What is left out is right in every respect. */
export interface CertificateRecipe {
  /** The key that is certified. */
  readonly key: KeyPair
  /** Distinguished name. */
  readonly subject: Der
  readonly notBefore: Date
  readonly notAfter: Date
  /** The bytes of the two times, where their form is not the usual one. */
  readonly times?: { readonly notBefore: Der; readonly notAfter: Der }
  /** Who signs. Default: the key itself, in its own name. */
  readonly issuer?: Signer
  /** Whose key signs in place of the issuer's. */
  readonly signKey?: KeyPair
  readonly signature?: SignatureName
  /** INTEGER. Default: random. */
  readonly serial?: Der
  /** Default: version 3. */
  readonly version?: 1
  /** Subject alternative names. Default: no such extension. */
  readonly names?: GeneralNames
  /** Default: an end entity. */
  readonly basicConstraints?: { readonly cA: boolean; readonly pathLenConstraint?: number }
  /** Default: what the key can do in TLS; for an authority, what it has to sign. */
  readonly keyUsage?: readonly KeyUsage[]
  /** Default: no such extension. */
  readonly extendedKeyUsage?: readonly (ExtendedKeyUsage | Oid)[]
  /** NameConstraints. Default: none. */
  readonly constraints?: Der
  /** Set for a delegated OCSP responder. */
  readonly ocspNoCheck?: true
  /** Where the issuer's CRL is, where it answers OCSP requests, and where its certificate is. Default: not said. */
  readonly urls?: { readonly crl?: string; readonly ocsp?: string; readonly caIssuers?: string }
  /** How the extensions differ from these. */
  readonly extensions?: ExtensionChanges
  readonly raw?: RawFields<CertificateField>
  /** What the placeholders of texts stand for. */
  readonly places?: Places
}

/** Builds and signs one certificate. */
export const issueCertificate = (recipe: CertificateRecipe): IssuedCertificate => {
  const { key, subject, version, raw = {}, places = nowhere, signature } = recipe
  const signer = recipe.issuer ?? { name: subject, key }
  const signKey = recipe.signKey ?? signer.key
  const algorithm = algorithmIdentifier(signature ?? usualSignature(signKey))
  const field = (name: CertificateField, right: Der): Der => changed(right, raw[name], places)
  const none = Buffer.alloc(0)

  const serialNumber = field('serialNumber', recipe.serial ?? integer(randomSerial()))
  const toBeSigned = sequence(
    field('version', version === 1 ? none : explicit(0, integer(2))),
    serialNumber,
    field('signature', algorithm),
    field('issuer', signer.name),
    field('validity', validityOf(recipe)),
    field('subject', subject),
    field('subjectPublicKeyInfo', key.spki),
    field('issuerUniqueID', none),
    field('subjectUniqueID', none),
    field(
      'extensions',
      version === 1 ? none : explicit(3, sequence(...extensionsOf(recipe, signer).map(encodeExtension))),
    ),
  )
  const certificate = sequence(
    toBeSigned,
    field('signatureAlgorithm', algorithm),
    field('signatureValue', signatureValue(toBeSigned, signKey, signature)),
  )
  const der = Buffer.from(field('certificate', certificate))
  return {
    pem: formatPem('CERTIFICATE', der),
    der,
    subject: formatName(subject),
    issuer: formatName(signer.name),
    fingerprint256: fingerprint(der),
    serial: Buffer.from(serialNumber.subarray(2)).toString('hex').toUpperCase(),
    notBefore: wholeSeconds(recipe.notBefore),
    notAfter: wholeSeconds(recipe.notAfter),
    dnsNames: plainTexts(recipe.names?.dNSName ?? [], places),
    ipAddresses: plainTexts(recipe.names?.iPAddress ?? [], places),
  }
}

const validityOf = ({ notBefore, notAfter, times }: CertificateRecipe): Der =>
  sequence(times?.notBefore ?? time(notBefore), times?.notAfter ?? time(notAfter))

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

/** SHA-256 as hexadecimal, upper case, with colons. */
export const fingerprint = (der: Uint8Array): string =>
  (createHash('sha256').update(der).digest('hex').toUpperCase().match(/../g) ?? []).join(':')

const extensionValue = (fields: readonly DerElement[], dotted: string): Der | undefined => {
  const list = fields.find(({ tag }) => tag === 0xa3)?.children[0]?.children ?? []
  const found = list.find(({ children: [type] }) => type !== undefined && oidOf(type) === dotted)
  return found?.children.at(-1)?.content
}

const extensionsOf = (recipe: CertificateRecipe, signer: Signer): readonly Extension[] => {
  const { key, names, constraints, urls = {}, places = nowhere } = recipe
  const isAuthority = recipe.basicConstraints?.cA === true
  const purposes = recipe.extendedKeyUsage
  const right = [
    basicConstraints(recipe.basicConstraints),
    keyUsage(recipe.keyUsage ?? (isAuthority ? authorityKeyUsage : leafKeyUsage(key))),
    ...(purposes === undefined ? [] : [extendedKeyUsage(purposes)]),
    subjectKeyIdentifier(key.keyId),
    ...(recipe.issuer === undefined && isAuthority ? [] : [authorityKeyIdentifier(signer.key.keyId)]),
    ...(names === undefined ? [] : [altNamesOf(encodeGeneralNames(names, places), recipe.subject)]),
    ...(constraints === undefined ? [] : [nameConstraints(constraints)]),
    ...(urls.crl === undefined ? [] : [crlDistributionPoint(urls.crl)]),
    ...(urls.ocsp === undefined && urls.caIssuers === undefined ? [] : [authorityInfoAccess(urls)]),
    ...(recipe.ocspNoCheck ? [ocspNoCheck()] : []),
  ]
  return changeExtensions(right, recipe.extensions, places)
}

/** Critical where there is no other name. */
const altNamesOf = (names: Der, subject: Der): Extension => ({
  ...subjectAltName(names),
  critical: subject.length === 2,
})

/** What an authority's key does. */
export const authorityKeyUsage = ['digitalSignature', 'keyCertSign', 'cRLSign'] as const

/** What a server's key does in TLS: it signs, and an RSA key also decrypts in TLS 1.2's old key exchange. */
export const leafKeyUsage = ({ type }: KeyPair): readonly KeyUsage[] =>
  type === 'rsa' ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature']

/** Sixteen octets that begin with 01 in binary: positive, and never shortened. */
const randomSerial = (): Buffer => {
  const octets = randomBytes(16)
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40
  return octets
}

const wholeSeconds = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000)
