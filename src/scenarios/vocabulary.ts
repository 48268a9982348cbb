/** The mail protocols that are spoken. */
export const protocols = ['smtp', 'imap', 'pop3'] as const
export type Protocol = (typeof protocols)[number]

/** RFC 8314's words for when TLS begins: from the first byte, by STARTTLS/STLS, or never. */
export const modes = ['implicit', 'starttls', 'plain'] as const
export type Mode = (typeof modes)[number]

/** What one certificate entry can set. Two parts of a scenario that set the same facet conflict. */
export const facets = [
  'issuer',
  'names',
  'subject',
  'dates',
  'key',
  'usage',
  'extensions',
  'encoding',
  'chain',
  'revocation',
] as const
export type Facet = (typeof facets)[number]

/** Where in a connection an effect can be applied. */
export const moments = [
  'accept',
  'greeting',
  'capabilities',
  'starttls-reply',
  'client-hello',
  'handshake',
  'after-tls',
  'auth',
  'data',
  'quit',
] as const
export type Moment = (typeof moments)[number]

/** Protocol-neutral names of what a command asks for: EHLO, CAPABILITY and CAPA are all `capabilities`. */
export const actions = [
  'capabilities',
  'starttls',
  'auth',
  'identify',
  'select',
  'list',
  'search',
  'fetch',
  'store',
  'append',
  'envelope',
  'message',
  'idle',
  'noop',
  'reset',
  'quit',
  'other',
] as const
export type Action = (typeof actions)[number]

/** Where an effect is attached: a moment, or the reply to the commands of one action. */
export type Hook = Moment | `command:${Action}`

/** Moments that are the reply to one action, so that a quirk on either is found to conflict with the other. */
export const momentOfAction: Readonly<Partial<Record<Action, Moment>>> = {
  capabilities: 'capabilities',
  starttls: 'starttls-reply',
  auth: 'auth',
  message: 'data',
  quit: 'quit',
}

export const expects = ['reject', 'accept', 'either'] as const
/** What a strict client does with a scenario. */
export type Expect = (typeof expects)[number]

/**
 * Why a correct client refuses, as one word that error texts of any ecosystem can be mapped to. First what is wrong with
 * the certificate, then with the handshake, then with the connection; within these, the one that counts where a text
 * names several comes first.
 */
export const reasons = [
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
  'client-certificate',
  'protocol-version',
  'legacy-renegotiation',
  'weak-dh',
  'no-alpn',
  'not-tls',
  'no-tls',
  'handshake-failure',
  'wrong-protocol',
  'authentication',
  'connection-refused',
  'unreachable',
  'connection-closed',
  'timeout',
] as const
export type Reason = (typeof reasons)[number]
