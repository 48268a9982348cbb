/**
 * What the scripted TLS engine does otherwise than a correct server, as data: what it chooses whatever the client offers, what
 * it has to offer, and what happens at each moment of a handshake. Everything that is not said is as a correct server does it.
 */
export interface Script {
  /** Taken whether the client offered it or not. Numbers are those of the IANA registries. */
  readonly choose?: {
    readonly version?: number
    readonly suite?: number
    readonly group?: number
    readonly scheme?: number
  }
  /** Versions that it speaks: 0x0300 (SSL 3.0) to 0x0304 (TLS 1.3). Default TLS 1.3 and 1.2. */
  readonly versions?: readonly number[]
  /** Cipher suites that it has, the best first. Default those that are in use today. */
  readonly suites?: readonly number[]
  /** Named groups, the best first. Default x25519, P-256, P-384, P-521. */
  readonly groups?: readonly number[]
  /** Signature schemes, the best first. */
  readonly schemes?: readonly number[]
  /** Application protocols; a client that offers others is answered without one. Default: what it offers is not answered. */
  readonly alpn?: readonly string[]
  /** How many HelloRetryRequests are sent before a ServerHello, needed or not. */
  readonly retries?: number
  /** How many session tickets are sent. Default 1; with 0, TLS 1.2 resumes by session id. */
  readonly tickets?: number
  /** Whether a session is taken up again when the client asks for it. Default true. */
  readonly resumes?: boolean
  /** Prime and generator of DHE and DH_anon. Default the group of 2048 bits of RFC 3526. */
  readonly dh?: { readonly p: Hex; readonly g: Hex }
  /** Whether encrypt-then-MAC (RFC 7366) is granted. Default true. */
  readonly encryptThenMac?: boolean
  /** Whether extended master secret (RFC 7627) is granted. Default true. */
  readonly extendedMasterSecret?: boolean
  /** Whether renegotiation_info (RFC 5746) is sent. Default true. */
  readonly renegotiationInfo?: boolean
  /** Whether the random of a lower version says so, RFC 8446 §4.1.3. Default: where TLS 1.3 is among `versions`. */
  readonly downgradeSentinel?: boolean
  /** Whether a client certificate is asked for. */
  readonly clientCertificate?: 'optional' | 'required'
  /** `other`: signatures are made by another key of the same kind than the certificate's. */
  readonly signKey?: 'other'
  /** How records are cut unless a step says otherwise. */
  readonly records?: { readonly handshake?: RecordOptions; readonly data?: RecordOptions }
  /** What happens at a moment. One that never comes does nothing, and has not fired. */
  readonly at?: { readonly [Moment in TlsMoment]?: Step<FieldOf<Moment>> }
}

/** Octets as hexadecimal digits. */
export type Hex = string

/** The moments of a handshake, by the names that they have in every version that has them. */
export const tlsMoments = [
  /** The ClientHello has been read; nothing has been answered. */
  'client-hello',
  'hello-retry-request',
  'server-hello',
  'encrypted-extensions',
  'certificate-request',
  'certificate',
  'certificate-status',
  'server-key-exchange',
  'certificate-verify',
  'server-hello-done',
  'new-session-ticket',
  'change-cipher-spec',
  'finished',
  /** Our Finished has been sent. */
  'handshake-done',
  /** The client's Finished was verified. */
  'client-finished',
  /** Our end of the session: the close_notify. */
  'close',
] as const

/** A moment; `data:N` is the N-th write of application data, `hello-retry-request:N` the N-th of these. */
export type TlsMoment = (typeof tlsMoments)[number] | `data:${number}` | `hello-retry-request:${number}`

const hello = [
  'version',
  'random',
  'sessionId',
  'suite',
  'compression',
  'selectedVersion',
  'group',
  'extensions',
] as const

/** The fields of each message that a script can set. */
export const fieldsOf = {
  'client-hello': [],
  'hello-retry-request': [...hello, 'cookie'],
  'server-hello': [...hello, 'share', 'psk'],
  'encrypted-extensions': ['extensions'],
  'certificate-request': ['context', 'types', 'schemes', 'authorities', 'extensions'],
  certificate: ['context', 'chain', 'extensions'],
  'certificate-status': ['response'],
  'server-key-exchange': ['curve', 'group', 'share', 'p', 'g', 'modulus', 'exponent', 'scheme', 'signature'],
  'certificate-verify': ['scheme', 'signature'],
  'server-hello-done': [],
  'new-session-ticket': ['lifetime', 'ageAdd', 'nonce', 'ticket', 'extensions'],
  'change-cipher-spec': [],
  finished: ['verifyData'],
  'handshake-done': [],
  'client-finished': [],
  close: [],
} as const satisfies Readonly<Record<(typeof tlsMoments)[number], readonly Field[]>>

/** Every field that some message has. */
export type Field =
  | (typeof hello)[number]
  | 'share'
  | 'psk'
  | 'cookie'
  | 'context'
  | 'types'
  | 'schemes'
  | 'authorities'
  | 'chain'
  | 'response'
  | 'curve'
  | 'p'
  | 'g'
  | 'modulus'
  | 'exponent'
  | 'scheme'
  | 'signature'
  | 'lifetime'
  | 'ageAdd'
  | 'nonce'
  | 'ticket'
  | 'verifyData'

type FieldOf<Moment extends TlsMoment> = Moment extends keyof typeof fieldsOf
  ? (typeof fieldsOf)[Moment][number]
  : Moment extends `hello-retry-request:${number}`
    ? (typeof fieldsOf)['hello-retry-request'][number]
    : never

/** What happens at one moment. */
export interface Step<Name extends Field = Field> {
  readonly before?: readonly TlsEffect[]
  /** Fields of the message, each a number, octets, edits of what is right, or null: left out. */
  readonly set?: { readonly [F in Name]?: ValueOf<F> }
  /** Edits of the message behind its header, whose length stays right; of the data of `data:N`. */
  readonly body?: Edits
  /** Edits of the whole message, header included, so that its length can lie. */
  readonly bytes?: Edits
  /** What goes into the hash of the handshake: the message that was sent, or the one before `body` and `bytes`. Default `as-sent`. */
  readonly transcript?: 'as-sent' | 'as-meant'
  /** The message is not sent. */
  readonly omit?: true
  /** The message is sent so many times. */
  readonly times?: number
  readonly records?: RecordOptions
  readonly after?: readonly TlsEffect[]
}

/** What a field can be set to. */
export type ValueOf<Name extends Field> = Name extends 'extensions'
  ? Readonly<Record<number, Hex | null | 'twice' | Edits>>
  : Name extends 'chain' | 'authorities'
    ? readonly Hex[]
    : number | Hex | null | Edits

/** One edit, or several in turn. */
export type Edits = Edit | readonly Edit[]

/** A change of octets. */
export type Edit =
  /** The bit with that number; -1 is the last. */
  | { readonly flip: number }
  /** So many octets less at the end. */
  | { readonly cut: number }
  /** So many octets less at the beginning. */
  | { readonly drop: number }
  | { readonly append: Hex }
  | { readonly prepend: Hex }
  /** At an octet (negative: from the end), take so many out and put these in. */
  | { readonly splice: readonly [at: number, out: number, put: Hex] }
  /** That octet so many times, in place of all. */
  | { readonly fill: readonly [octet: number, times: number] }
  /** These octets in place of all. */
  | { readonly hex: Hex }

/** How a message, or data, becomes records. */
export interface RecordOptions {
  /** Octets of a fragment. Default 16,384, the most that is allowed. */
  readonly size?: number
  /** Kept back, and put into one record with what follows under the same keys. */
  readonly join?: true
  /** The content type. */
  readonly type?: number
  readonly version?: number
  /** The length in the header, whatever follows. */
  readonly length?: number
  /** So many zeros of padding (TLS 1.3); a negative number of them stands alone, without content and content type. */
  readonly pad?: number
  /** This bit of the protected body is flipped: a bad MAC. */
  readonly flip?: number
  /** Without protection, whatever the keys. */
  readonly clear?: true
  /** So many empty records first. */
  readonly empties?: number
  /** What happens between two fragments. */
  readonly between?: readonly TlsEffect[]
}

/** What the engine does at a moment beside its own message. */
export type TlsEffect =
  /** An alert by number, RFC 8446 §6. Default fatal. */
  | { readonly do: 'alert'; readonly alert: number; readonly level?: 'warning' | 'fatal' }
  /** change_cipher_spec; its body is 01 unless said otherwise. */
  | { readonly do: 'change-cipher-spec'; readonly body?: Hex; readonly times?: number }
  /** Application data under the protection of this moment; a string is latin1. */
  | { readonly do: 'data'; readonly bytes: string | Uint8Array; readonly times?: number }
  /** A handshake message; `hashed` where the client counts it to the handshake. */
  | {
      readonly do: 'handshake'
      readonly type: number
      readonly body: Hex
      readonly hashed?: true
      readonly times?: number
    }
  /** A record of that content type, as protected as this moment is. */
  | {
      readonly do: 'record'
      readonly type: number
      readonly body: Hex
      readonly times?: number
      readonly options?: RecordOptions
    }
  /** Bytes below TLS, as they are; a string is latin1. */
  | { readonly do: 'below'; readonly bytes: string | Uint8Array }
  /** The client's own ClientHello comes back. */
  | { readonly do: 'echo-client-hello' }
  /** A KeyUpdate (TLS 1.3), which may ask for one in return; our keys change behind it. */
  | { readonly do: 'key-update'; readonly asks?: true; readonly times?: number }
  /** A HelloRequest (TLS 1.2 and older); data and close wait until the client has answered. */
  | { readonly do: 'renegotiate' }
  /** A pause, in milliseconds. */
  | { readonly do: 'wait'; readonly ms: number }
  /** From now on nothing is sent. */
  | { readonly do: 'silent' }
  /** The end: without a close_notify, by a reset, or with one. */
  | { readonly do: 'close'; readonly how: 'fin' | 'rst' | 'clean' }
