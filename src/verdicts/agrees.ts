import type { Reason } from '../scenarios/vocabulary.ts'

/** Reasons that a client may give in place of the exact one, because its library draws the line elsewhere. */
const alsoFits: Readonly<Partial<Record<Reason, readonly Reason[]>>> = {
  'self-signed': ['unknown-issuer'],
  'unknown-issuer': ['self-signed'],
  // Go and Java have one error for both ends of the validity.
  expired: ['not-yet-valid'],
  'not-yet-valid': ['expired'],
}

/** Whether a reason that a client gave is one of those that the scenario is about. Where it is about none, any will do. */
export const agrees = (given: Reason, wanted: readonly Reason[]): boolean =>
  wanted.length === 0 || wanted.some((reason) => reason === given || alsoFits[reason]?.includes(given))
