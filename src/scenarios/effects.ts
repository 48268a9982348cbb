/**
 * What a quirk does at a moment, as data. A list of effects replaces the reply a correct server would send; the effect
 * `reply` stands for that reply. Neighbouring `reply`, `send`, `inject` and `refuse` leave in one write, and so in one TCP segment.
 */
export type Effect =
  /** The bytes a correct server would send here, followed by what they mean (an upgrade, a login, a close). */
  | { readonly do: 'reply' }
  /** Bytes of the quirk's own. A string is sent as latin1. */
  | { readonly do: 'send'; readonly bytes: string | Uint8Array }
  /** Bytes that the client must not take for an answer to what it says later. Recorded as injected. */
  | { readonly do: 'inject'; readonly bytes: string | Uint8Array }
  /**
   * The next answer is kept back until the client says something more, which a client that waits for answers does not, or
   * until so many milliseconds have passed. Recorded as held.
   */
  | { readonly do: 'hold'; readonly ms: number }
  /** A refusal in the protocol's own spelling; the command has no effect. */
  | { readonly do: 'refuse'; readonly as: Refusal }
  /** From now on nothing is sent; what the client sends is read and recorded, and the connection stays open. */
  | { readonly do: 'silent' }
  /** A pause, in milliseconds. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Bytes one at a time, `everyMs` milliseconds apart. */
  | { readonly do: 'drip'; readonly bytes: string | Uint8Array; readonly everyMs: number }
  /** End of the connection: FIN, RST, or FIN of our direction only. */
  | { readonly do: 'close'; readonly how: 'fin' | 'rst' | 'half' }

/** Kinds of refusal that every dialect can spell. */
export type Refusal =
  /** 502, BAD, -ERR: the server does not know the command. */
  | 'not-implemented'
  /** 454, NO, -ERR: the server could, but not now. */
  | 'unavailable'
  /** 503, BAD, -ERR: not in this state. */
  | 'bad-sequence'
  /** 530, NO [PRIVACYREQUIRED], -ERR: TLS is needed first. */
  | 'tls-required'
  /** 535, NO [AUTHENTICATIONFAILED], -ERR [AUTH]. */
  | 'auth-failed'

/** What an effect function is told. Frozen; nothing in it reaches a socket. */
export interface EffectContext {
  readonly protocol: 'smtp' | 'imap' | 'pop3'
  readonly mode: 'implicit' | 'starttls' | 'plain'
  /** Whether TLS protects this moment. */
  readonly secure: boolean
  /** Name the server calls itself. */
  readonly servername: string
  /** When this moment is. */
  readonly now: Date
  /** 1 for the first connection of the run. */
  readonly nth: number
  /** The IMAP tag of the command that is answered, else an empty string. */
  readonly tag: string
  /** The bytes that a correct server would send now. */
  readonly reply: string
  /** The dialogue's state in the RFC's words, kebab-case; empty where there is no dialogue. */
  readonly state: string
  /** Versions that the ClientHello offers, `TLSv1.3` first where it is; empty before there is one. */
  readonly versions: readonly string[]
}

export type Effects = (context: EffectContext) => readonly Effect[] | undefined

export const reply = (): Effect => ({ do: 'reply' })
export const send = (bytes: string | Uint8Array): Effect => ({ do: 'send', bytes })
export const inject = (bytes: string | Uint8Array): Effect => ({ do: 'inject', bytes })
export const hold = (ms: number): Effect => ({ do: 'hold', ms })
export const refuse = (as: Refusal): Effect => ({ do: 'refuse', as })
export const silent = (): Effect => ({ do: 'silent' })
export const wait = (ms: number): Effect => ({ do: 'wait', ms })
export const drip = (bytes: string | Uint8Array, everyMs: number): Effect => ({ do: 'drip', bytes, everyMs })
export const close = (how: 'fin' | 'rst' | 'half'): Effect => ({ do: 'close', how })
