import { createHash } from 'node:crypto'
import { type RevokedCertificate, reasonCodes } from './crl.ts'
import {
  type Der,
  type DerElement,
  encodeElement,
  enumerated,
  explicit,
  generalizedTime,
  implicit,
  integer,
  nullValue,
  octetString,
  oid,
  oidOf,
  parseDer,
  sequence,
} from './der.ts'
import { type Signer, signatureAlgorithm, signatureValue } from './sign.ts'

/** What an issuer says of one certificate, RFC 6960 §2.2. */
export type CertificateStatus = 'good' | 'unknown' | RevokedCertificate

/** What an OCSP response says. */
export interface OcspRecipe {
  /** The certificate's own issuer: no delegated responder. */
  readonly issuer: Signer
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  readonly producedAt: Date
  readonly responses: readonly { readonly certId: Der; readonly status: CertificateStatus }[]
  /** The nonce extension of the request, sent back as it came. Default: none, as in a response that can be stapled. */
  readonly nonce?: Der
}

/** Builds and signs an OCSP response: DER. */
export const issueOcspResponse = (recipe: OcspRecipe): Buffer => {
  const { issuer, nonce } = recipe
  const toBeSigned = sequence(
    explicit(2, octetString(issuer.key.keyId)),
    generalizedTime(recipe.producedAt),
    sequence(
      ...recipe.responses.map(({ certId, status }) =>
        sequence(
          certId,
          encodeStatus(status),
          generalizedTime(recipe.thisUpdate),
          explicit(0, generalizedTime(recipe.nextUpdate)),
        ),
      ),
    ),
    ...(nonce === undefined ? [] : [explicit(1, sequence(nonce))]),
  )
  const basic = sequence(toBeSigned, signatureAlgorithm(issuer.key.type), signatureValue(toBeSigned, issuer.key))
  return Buffer.from(sequence(enumerated(0), explicit(0, sequence(oid('1.3.6.1.5.5.7.48.1.1'), octetString(basic)))))
}

/** The response to what is no OCSP request: `malformedRequest`, which nobody signs. */
export const malformedRequest = (): Buffer => Buffer.from(sequence(enumerated(1)))

/** One certificate that is asked about. */
export interface OcspQuestion {
  /** To be sent back as it came. */
  readonly certId: Der
  /** Hexadecimal, upper case. */
  readonly serial: string
  /** Whether the hashes are of this issuer's name and key. */
  isAbout(issuer: Signer): boolean
}

/** What a client asks. */
export interface OcspRequest {
  readonly questions: readonly OcspQuestion[]
  readonly nonce: Der | undefined
}

/** Reads an OCSP request; nothing when it is none. */
export const parseOcspRequest = (der: Uint8Array): OcspRequest | undefined => {
  try {
    const fields = parseDer(der).children[0]?.children ?? []
    const list = fields.find(({ tag }) => tag === 0x30)?.children ?? []
    const questions = list.map((request) => questionOf(request.children[0]))
    if (questions.length === 0) return undefined
    const extensions = fields.find(({ tag }) => tag === 0xa2)?.children[0]?.children ?? []
    const nonce = extensions.find(({ children: [type] }) => type !== undefined && oidOf(type) === nonceOid)
    return { questions, nonce: nonce === undefined ? undefined : encodeElement(nonce) }
  } catch {
    return undefined
  }
}

/** The CertID of a certificate, with SHA-1, which every client understands. */
export const certIdOf = (issuer: Signer, serial: string): Der =>
  sequence(
    sequence(oid(sha1Oid), nullValue()),
    octetString(hash('sha1', issuer.name)),
    octetString(hash('sha1', issuer.key.publicKey)),
    integer(Buffer.from(serial, 'hex')),
  )

const nonceOid = '1.3.6.1.5.5.7.48.1.2'
const sha1Oid = '1.3.14.3.2.26'

const hashNames: Readonly<Record<string, string>> = {
  [sha1Oid]: 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

const questionOf = (certId: DerElement | undefined): OcspQuestion => {
  const [algorithm, nameHash, keyHash, serial] = certId?.children ?? []
  const type = algorithm?.children[0]
  if (certId === undefined || type === undefined || serial === undefined) throw new TypeError('no CertID')
  const name = hashNames[oidOf(type)]
  return {
    certId: encodeElement(certId),
    serial: serial.content.toString('hex').toUpperCase(),
    isAbout: (issuer) =>
      name !== undefined &&
      hash(name, issuer.name).equals(nameHash?.content ?? Buffer.alloc(0)) &&
      hash(name, issuer.key.publicKey).equals(keyHash?.content ?? Buffer.alloc(0)),
  }
}

const encodeStatus = (status: CertificateStatus): Der => {
  if (status === 'good') return implicit(0, Buffer.alloc(0))
  if (status === 'unknown') return implicit(2, Buffer.alloc(0))
  const reason = status.reason === 'unspecified' ? [] : [explicit(0, enumerated(reasonCodes[status.reason]))]
  return explicit(1, generalizedTime(status.date), ...reason)
}

const hash = (algorithm: string, bytes: Uint8Array): Buffer => createHash(algorithm).update(bytes).digest()
