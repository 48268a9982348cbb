/**
 * What a client can be found to have done, by its fine name; the worst first within each word. `verdicts/findings.ts` says
 * what each is worth.
 */
export const fineNames = [
  'leak-credentials-clear',
  'leak-credentials-untrusted-tls',
  'leak-credentials-untrusted-host',
  'leak-hash-clear',
  'leak-message-clear',
  'leak-message-untrusted-tls',
  'leak-identity-untrusted',
  'acted-on-injected',
  'acted-on-clear-state',
  'acted-on-unverified-server',
  'acted-on-wrong-protocol',
  'followed-referral',
  'accepted-truncation',
  'accepted-unconfirmed',
  'surfaced-clear-text',
  'downgraded-no-tls',
  'accepted-bad-tls',
  'accepted-bad-dialogue',
  'accepted-bad-cert',
  'crashed',
  'hung',
  'looped',
  'downgraded-mech',
  'downgraded-tls',
  'downgraded-kdf',
  'leak-identity-clear',
  'tolerated-malformed',
  'safe-continue',
  'turned-away',
  'safe-retry-secure',
  'safe-abort',
] as const
export type FineName = (typeof fineNames)[number]

/** What any use of a session that TLS does not protect can come to. */
export const clearUse = [
  'leak-credentials-clear',
  'leak-hash-clear',
  'leak-message-clear',
  'leak-identity-clear',
  'downgraded-no-tls',
] as const satisfies readonly FineName[]

/** What the use of a session can come to whose certificate had to be refused. */
export const certificateUse = [
  'leak-credentials-untrusted-tls',
  'leak-message-untrusted-tls',
  'accepted-bad-cert',
] as const satisfies readonly FineName[]

/**
 * What only the fault can have taught the client, so that it proves by itself that the client took it up. It is looked for
 * in what the client says next, however it is spelled: quoted, as a literal, in base64, in modified UTF-7, in any case.
 */
export type Plant =
  /** A mailbox that nobody has. */
  | { readonly mailbox: string }
  /** A SASL mechanism; its use counts where the server offers it nowhere else. */
  | { readonly mechanism: string }
  /** A message number; a set that reaches it counts. */
  | { readonly number: number }
  /** A set of messages, such as `1:20`. */
  | { readonly set: string }
  /** A flag, which a client stores; counts beside the twin only. */
  | { readonly flag: string }
  /** A command that a client sends where it takes what it was told for one of its own. */
  | { readonly verb: string }
  /** Words in a message that is not there. */
  | { readonly message: string }
  /** Words of the server that a client shows to its user; looked for in what it writes. */
  | { readonly text: string }

/** The kinds of {@link Plant}. */
export const plantKinds = ['mailbox', 'mechanism', 'number', 'set', 'flag', 'verb', 'message', 'text'] as const
export type PlantKind = (typeof plantKinds)[number]
