import { createHash } from 'node:crypto'
import type { OcspField, OcspWords, RawFields } from '../scenarios/entry.ts'
import { nowhere, type Places } from '../scenarios/recipe/places.ts'
import { algorithmIdentifier, signatureValue, usualSignature } from './algorithms.ts'
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
import { changed } from './edits.ts'
import type { KeyPair } from './keys.ts'
import type { Signer } from './signer.ts'

/** What an issuer says of one certificate, RFC 6960 §2.2. */
export type CertificateStatus = 'good' | 'unknown' | RevokedCertificate

/** What an OCSP response says. */
export interface OcspRecipe {
  /** Who answers: the certificate's own issuer, or whom it has told to. */
  readonly issuer: Signer
  /** Whose key signs in place of theirs. */
  readonly signKey?: KeyPair
  /** Certificates that are sent along: DER. */
  readonly certificates?: readonly Der[]
  /** Encoded. */
  readonly thisUpdate: Der
  /** Encoded; nothing leaves it out. */
  readonly nextUpdate?: Der
  readonly producedAt: Date
  readonly responses: readonly { readonly certId: Der; readonly status: CertificateStatus }[]
  /** The nonce extension of the request, sent back as it came. Default: none, as in a response that can be stapled. */
  readonly nonce?: Der
  readonly raw?: RawFields<OcspField>
  readonly places?: Places
}

/** Builds and signs an OCSP response: DER. */
export const issueOcspResponse = (recipe: OcspRecipe): Buffer => {
  const { issuer, nonce, nextUpdate, certificates = [], raw = {}, places = nowhere } = recipe
  const signKey = recipe.signKey ?? issuer.key
  const field = (name: OcspField, right: Der): Der => changed(right, raw[name], places)
  const responses = recipe.responses.map(({ certId, status }) =>
    sequence(
      certId,
      encodeStatus(status),
      recipe.thisUpdate,
      ...(nextUpdate === undefined ? [] : [explicit(0, nextUpdate)]),
    ),
  )
  const toBeSigned = sequence(
    field('responderID', explicit(2, octetString(issuer.key.keyId))),
    field('producedAt', generalizedTime(recipe.producedAt)),
    field('responses', sequence(...responses)),
    ...(nonce === undefined ? [] : [explicit(1, sequence(nonce))]),
  )
  const basic = sequence(
    toBeSigned,
    field('signatureAlgorithm', algorithmIdentifier(usualSignature(signKey))),
    field('signature', signatureValue(toBeSigned, signKey)),
    field('certs', certificates.length === 0 ? Buffer.alloc(0) : explicit(0, sequence(...certificates))),
  )
  const whole = sequence(enumerated(0), explicit(0, sequence(oid('1.3.6.1.5.5.7.48.1.1'), octetString(basic))))
  return Buffer.from(field('ocspResponse', whole))
}

/** OCSPResponseStatus, RFC 6960 §4.2.1. */
const statusCodes = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const satisfies Record<NonNullable<OcspWords['responseStatus']>, number>

/** A response that says why there is none, which nobody signs. */
export const failedResponse = (status: keyof typeof statusCodes): Buffer =>
  Buffer.from(sequence(enumerated(statusCodes[status])))

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
