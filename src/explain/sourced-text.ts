import type { Reason } from '../scenarios/vocabulary.ts'
import type { Ecosystem } from '../verdicts/reasons/patterns.ts'

/** A text that is written down somewhere, and not measured here. */
export interface SourcedText {
  readonly ecosystem: Ecosystem
  /** The product, where it is not the ecosystem itself. */
  readonly client?: string
  /** Versions, in words. */
  readonly versions?: string
  readonly code?: string
  /** `…` stands for what differs. */
  readonly text: string
  /** It stands for every scenario with one of these reasons. */
  readonly reasons?: readonly Reason[]
  /** It stands for these scenarios, and no others. */
  readonly scenarios?: readonly string[]
  readonly source: string
}

/** What a certificate can be refused for. */
export const certificateReasons: readonly Reason[] = [
  'expired',
  'not-yet-valid',
  'name-mismatch',
  'no-alternative-name',
  'revoked',
  'revocation-unknown',
  'signature',
  'weak-signature',
  'weak-key',
  'purpose',
  'name-constraints',
  'path-length',
  'chain-length',
  'not-a-ca',
  'critical-extension',
  'certificate-version',
  'malformed',
  'self-signed',
  'unknown-issuer',
]

/** What both ends of the validity are to those that do not tell them apart. */
export const dates: readonly Reason[] = ['expired', 'not-yet-valid']

/** What an unknown signer is to those that do not tell whether it signed itself. */
export const issuer: readonly Reason[] = ['unknown-issuer', 'self-signed']

/** What can be wrong with a chain, the name being right. */
export const chain: readonly Reason[] = certificateReasons.filter((reason) => reason !== 'name-mismatch')
