import type { CrlField, ExtensionChanges, RawFields, RevocationReason } from '../scenarios/entry.ts'
import { nowhere, type Places } from '../scenarios/recipe/places.ts'
import { algorithmIdentifier, signatureValue, usualSignature } from './algorithms.ts'
import { type Der, enumerated, explicit, integer, sequence, time } from './der.ts'
import { changed } from './edits.ts'
import { authorityKeyIdentifier, changeExtensions, crlNumber, encodeExtension } from './extensions.ts'
import type { KeyPair } from './keys.ts'
import type { Signer } from './signer.ts'

/** One line of a CRL. */
export interface RevokedCertificate {
  /** Hexadecimal. */
  readonly serial: string
  readonly date: Date
  readonly reason: RevocationReason
}

/** What a CRL says. */
export interface CrlRecipe {
  readonly issuer: Signer
  /** Whose key signs in place of the issuer's. */
  readonly signKey?: KeyPair
  /** Encoded. */
  readonly thisUpdate: Der
  /** Encoded; nothing leaves it out. */
  readonly nextUpdate?: Der
  /** Larger for each later CRL of the same issuer. */
  readonly number: number
  readonly revoked: readonly RevokedCertificate[]
  /** Default: version 2. */
  readonly version?: 1
  /** How the extensions differ from the right ones. */
  readonly extensions?: ExtensionChanges
  readonly raw?: RawFields<CrlField>
  readonly places?: Places
}

/** Builds and signs a CRL: DER. */
export const issueCrl = (recipe: CrlRecipe): Buffer => {
  const { issuer, version, revoked, raw = {}, places = nowhere } = recipe
  const signKey = recipe.signKey ?? issuer.key
  const algorithm = algorithmIdentifier(usualSignature(signKey))
  const field = (name: CrlField, right: Der): Der => changed(right, raw[name], places)
  const none = Buffer.alloc(0)
  const right = [authorityKeyIdentifier(issuer.key.keyId), crlNumber(recipe.number)]
  const extensions = changeExtensions(right, recipe.extensions, places).map(encodeExtension)
  const entry = (line: RevokedCertificate): Der => revokedEntry(line, version)
  const toBeSigned = sequence(
    field('version', version === 1 ? none : integer(1)),
    field('signature', algorithm),
    field('issuer', issuer.name),
    field('thisUpdate', recipe.thisUpdate),
    field('nextUpdate', recipe.nextUpdate ?? none),
    field('revokedCertificates', revoked.length === 0 ? none : sequence(...revoked.map(entry))),
    field('crlExtensions', version === 1 ? none : explicit(0, sequence(...extensions))),
  )
  const whole = sequence(
    toBeSigned,
    field('signatureAlgorithm', algorithm),
    field('signatureValue', signatureValue(toBeSigned, signKey)),
  )
  return Buffer.from(field('certificateList', whole))
}

/** Version 1 has no extensions, of an entry neither. */
const revokedEntry = ({ serial, date, reason }: RevokedCertificate, version: 1 | undefined): Der =>
  sequence(
    integer(Buffer.from(serial, 'hex')),
    time(date),
    ...(version === 1 || reason === 'unspecified' ? [] : [reasonExtension(reason)]),
  )

/** RFC 5280 §5.3.1: `unspecified` is said by leaving the extension out. */
const reasonExtension = (reason: RevocationReason): Der =>
  sequence(encodeExtension({ oid: '2.5.29.21', critical: false, value: enumerated(reasonCodes[reason]) }))

/** CRLReason, RFC 5280 §5.3.1. */
export const reasonCodes: Readonly<Record<RevocationReason, number>> = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
}
