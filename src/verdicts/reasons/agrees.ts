import type { Reason } from '../../scenarios/vocabulary.ts'

/** A narrow word and the wider ones that libraries use in its place. They agree either way. */
const wider: Readonly<Partial<Record<Reason, readonly Reason[]>>> = {
  'no-alternative-name': ['name-mismatch'],
  'chain-length': ['path-length', 'unknown-issuer'],
  'certificate-version': ['malformed', 'not-a-ca'],
  'weak-dh': ['weak-key', 'handshake-failure'],
  'legacy-renegotiation': ['handshake-failure'],
  'no-alpn': ['handshake-failure'],
  'wrong-protocol': ['not-tls'],
  unreachable: ['connection-refused', 'timeout'],
}

/** Reasons that a client may give in place of the exact one, because its library draws the line elsewhere. */
const alsoFits: Readonly<Partial<Record<Reason, readonly Reason[]>>> = {
  'self-signed': ['unknown-issuer'],
  'unknown-issuer': ['self-signed'],
  // Go and Java have one error for both ends of the validity.
  expired: ['not-yet-valid'],
  'not-yet-valid': ['expired'],
}

/** Whether one of two reasons is a narrower word for the other, or they are the same. */
export const sameKind = (one: Reason, other: Reason): boolean =>
  one === other || (wider[one] ?? []).includes(other) || (wider[other] ?? []).includes(one)

/** Whether a reason that a client gave is one of those that the scenario is about. Where it is about none, any will do. */
export const agrees = (given: Reason, wanted: readonly Reason[]): boolean =>
  wanted.length === 0 || wanted.some((reason) => sameKind(reason, given) || alsoFits[reason]?.includes(given))
