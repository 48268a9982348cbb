import type { Bytes } from './bytes.ts'

/** How a text is cut on its way: in pieces of so many octets, so many milliseconds apart. */
export interface Pace {
  /** Octets of a piece. Default with `everyMs`: one. */
  readonly split?: number
  /** Milliseconds between two pieces. Default with `split`: as soon as the one before has left. */
  readonly everyMs?: number
}

/** What differs from the reply that a correct server would send. */
export interface ReplyChange extends Pace {
  /** In place of the words behind the status, which are for people. */
  readonly text?: Bytes
  /** The first of these bytes in the reply, and what takes their place. */
  readonly edit?: readonly [find: Bytes, put: Bytes]
  /** Of a tagged line: another tag, the line a second time, or the tag in the other case. */
  readonly tag?: 'other' | 'twice' | 'case'
  /** What its lines end with. `blank` is an empty line behind each. */
  readonly eol?: 'lf' | 'cr' | 'crcrlf' | 'blank'
  /** Only its first octets. */
  readonly upTo?: number | 'half'
}

/**
 * What a quirk does at a moment, as data. A list of effects replaces the reply a correct server would send; the effect
 * `reply` stands for that reply. Neighbouring `reply`, `send`, `inject` and `refuse` leave in one write, and so in one TCP segment.
 */
export type Effect =
  /** The bytes a correct server would send here, followed by what they mean (an upgrade, a login, a close). */
  | ({ readonly do: 'reply' } & ReplyChange)
  /** Bytes of the quirk's own. */
  | ({ readonly do: 'send'; readonly bytes: Bytes } & Pace)
  /** Bytes that the client must not take for an answer to what it says later. Recorded as injected. */
  | { readonly do: 'inject'; readonly bytes: Bytes }
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
  /** Effects again and again, no faster than the client reads. */
  | { readonly do: 'repeat'; readonly effects: readonly Effect[]; readonly times: number }
  /** End of the connection: FIN, RST, FIN of our direction only, or FIN behind a close_notify where there is TLS. */
  | { readonly do: 'close'; readonly how: CloseHow }
  /** A TLS alert. Inside TLS only the script engine can send one. */
  | { readonly do: 'alert'; readonly alert: AlertId; readonly level: 'warning' | 'fatal' }
  /** TLS begins here. */
  | ({ readonly do: 'upgrade' } & Upgrade)
  /** TLS does not begin, and the dialogue goes on in clear. */
  | { readonly do: 'stay-in-clear' }
  /** Clear bytes below TLS: the script engine's. */
  | { readonly do: 'below'; readonly bytes: Bytes }

export type CloseHow = 'fin' | 'rst' | 'half' | 'clean'

/** An alert by the name of its registry, RFC 8446 §6, or by its number. */
export type AlertId = string | number

/** How TLS begins. */
export interface Upgrade {
  /** The certificate that is shown, by its id, in place of the scenario's. */
  readonly certificate?: string
  /** What of the clear phase is not forgotten, as it must be. */
  readonly keep?: readonly ('input' | 'session')[]
}

/** Kinds of refusal that every dialect can spell. */
export type Refusal = (typeof refusals)[number]

export const refusals = [
  /** 502, BAD, -ERR: the server does not know the command. */
  'not-implemented',
  /** 454, NO, -ERR: the server could, but not now. */
  'unavailable',
  /** 503, BAD, -ERR: not in this state. */
  'bad-sequence',
  /** 530, NO [PRIVACYREQUIRED], -ERR: TLS is needed first. */
  'tls-required',
  /** 535, NO [AUTHENTICATIONFAILED], -ERR [AUTH]. */
  'auth-failed',
] as const

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

/** Effects that depend on more than a condition can say. */
export type EffectFunction = (context: EffectContext) => readonly Effect[] | undefined

/** When effects happen; all that is said must hold. */
export interface When {
  readonly phase?: 'clear' | 'tls'
  /** Whether somebody is logged in. */
  readonly login?: boolean
  /** The dialogue's state in the RFC's words, kebab-case: `session-initiation`, `not-authenticated`. */
  readonly state?: string
  /** What the ClientHello offers: a version (`TLSv1.3`) or `FALLBACK_SCSV`. */
  readonly offers?: string
  /** On this connection of the run only. */
  readonly nth?: number
  /** From this connection of the run on. */
  readonly from?: number
  /** While so many connections to the endpoint are open, this one included. */
  readonly open?: number
}

/** Effects under a condition. */
export interface Step {
  readonly when: When
  readonly do: readonly Effect[]
}

/** What happens at a moment: effects, the first step whose condition holds, or what a function says. */
export type Effects = readonly Effect[] | readonly Step[] | EffectFunction

/** What a correct server would send, or what differs from it. */
export const reply = (change: ReplyChange = {}): Effect => ({ do: 'reply', ...change })
/** Bytes of the quirk's own. */
export const send = (bytes: Bytes, pace: Pace = {}): Effect => ({ do: 'send', bytes, ...pace })
/** Bytes that are no answer. */
export const inject = (...bytes: readonly [Bytes, ...Bytes[]]): Effect => ({
  do: 'inject',
  bytes: bytes.length === 1 ? bytes[0] : bytes,
})
/** Keeps the next answer back. */
export const hold = (ms: number): Effect => ({ do: 'hold', ms })
/** Says no. */
export const refuse = (as: Refusal): Effect => ({ do: 'refuse', as })
/** Says nothing any more. */
export const silent = (): Effect => ({ do: 'silent' })
/** A pause, in milliseconds. */
export const wait = (ms: number): Effect => ({ do: 'wait', ms })
/** Bytes one at a time, `everyMs` milliseconds apart. */
export const drip = (bytes: Bytes, everyMs: number): Effect => send(bytes, { everyMs })
/** Effects again and again; without a number, a million times. */
export const repeat = (effects: Effect | readonly Effect[], times = 1_000_000): Effect => ({
  do: 'repeat',
  effects: Array.isArray(effects) ? (effects as readonly Effect[]) : [effects as Effect],
  times,
})
/** Ends the connection. */
export const close = (how: CloseHow): Effect => ({ do: 'close', how })
/** A TLS alert, fatal unless told otherwise. */
export const alert = (id: AlertId, level: 'warning' | 'fatal' = 'fatal'): Effect => ({ do: 'alert', alert: id, level })
/** TLS begins here. */
export const upgrade = (how: Upgrade = {}): Effect => ({ do: 'upgrade', ...how })
/** TLS does not begin. */
export const stayInClear = (): Effect => ({ do: 'stay-in-clear' })
/** Clear bytes below TLS. */
export const below = (bytes: Bytes): Effect => ({ do: 'below', bytes })

/** Effects under a condition. */
export const on = (when: When, ...effects: readonly Effect[]): Step => ({ when, do: effects })

/** Whether a list is one of steps. */
export const isSteps = (effects: readonly Effect[] | readonly Step[]): effects is readonly Step[] =>
  effects.length > 0 && effects.every((one) => 'when' in one)
