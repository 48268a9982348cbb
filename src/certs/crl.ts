import type { RevocationReason } from '../scenarios/entry.ts'
import { type Der, enumerated, explicit, integer, sequence, time } from './der.ts'
import { authorityKeyIdentifier, crlNumber, encodeExtension } from './extensions.ts'
import { type Signer, signatureAlgorithm, signatureValue } from './sign.ts'

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
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** Larger for each later CRL of the same issuer. */
  readonly number: number
  readonly revoked: readonly RevokedCertificate[]
}

/** Builds and signs a CRL, version 2: DER. */
export const issueCrl = (recipe: CrlRecipe): Buffer => {
  const algorithm = signatureAlgorithm(recipe.issuer.key.type)
  const extensions = [authorityKeyIdentifier(recipe.issuer.key.keyId), crlNumber(recipe.number)]
  const toBeSigned = sequence(
    integer(1),
    algorithm,
    recipe.issuer.name,
    time(recipe.thisUpdate),
    time(recipe.nextUpdate),
    ...(recipe.revoked.length === 0 ? [] : [sequence(...recipe.revoked.map(revokedEntry))]),
    explicit(0, sequence(...extensions.map(encodeExtension))),
  )
  return Buffer.from(sequence(toBeSigned, algorithm, signatureValue(toBeSigned, recipe.issuer.key)))
}

const revokedEntry = ({ serial, date, reason }: RevokedCertificate): Der =>
  sequence(integer(Buffer.from(serial, 'hex')), time(date), ...reasonExtensions(reason))

/** RFC 5280 §5.3.1: `unspecified` is said by leaving the extension out. */
const reasonExtensions = (reason: RevocationReason): readonly Der[] =>
  reason === 'unspecified'
    ? []
    : [sequence(encodeExtension({ oid: '2.5.29.21', critical: false, value: enumerated(reasonCodes[reason]) }))]

/** CRLReason, RFC 5280 §5.3.1. */
export const reasonCodes: Readonly<Record<RevocationReason, number>> = {
  unspecified: 0,
  keyCompromise: 1,
  superseded: 4,
  cessationOfOperation: 5,
}
