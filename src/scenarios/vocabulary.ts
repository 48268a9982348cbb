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

/** Where in a connection an effect can happen, in the order of a connection, as a user may name it. */
export const moments = [
  /** TCP is there, and nothing was said. */
  'accept',
  'greeting',
  /** The answer to EHLO, CAPABILITY or CAPA. */
  'capabilities',
  'starttls-reply',
  /** Between ClientHello and ServerHello. */
  'client-hello',
  /** Behind the ServerHello; the script engine's. */
  'server-hello',
  /** Behind the server's last message of the handshake; the script engine's. */
  'server-flight',
  'after-tls',
  /** The answer that ends a login, be it yes or no. */
  'auth',
  /** The go-ahead for a message: of DATA, or of APPEND's literal. */
  'data',
  /** The answer to QUIT or LOGOUT. */
  'quit',
  /** The server is about to close. */
  'closing',
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

/** Actions whose commands have a part that comes later: a response, a message, DONE. */
export const continuedActions = ['auth', 'message', 'append', 'idle'] as const satisfies readonly Action[]

/** Where effects are attached: a moment, the reply to the commands of one action or of any, or that to a command's later part. */
export type Hook = Moment | `command:${Action | 'any'}` | `continued:${(typeof continuedActions)[number]}`

/** Every place where effects can be attached. */
export const hooks: readonly Hook[] = [
  ...moments,
  ...actions.map((action) => `command:${action}` as const),
  'command:any',
  ...continuedActions.map((action) => `continued:${action}` as const),
]

/** Moments that are the reply to one action and nothing else. */
export const momentOfAction: Readonly<Partial<Record<Action, Moment>>> = {
  capabilities: 'capabilities',
  starttls: 'starttls-reply',
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
