import type { Mode, Moment, Protocol } from '../scenarios/vocabulary.ts'

/** Whether bytes crossed in clear or inside TLS. */
export type Phase = 'clear' | 'tls'

/** One TCP segment (or TLS record's content) as it was read or written. */
export interface TranscriptEntry {
  /** Milliseconds since the connection was accepted. */
  readonly at: number
  readonly from: 'client' | 'server'
  readonly phase: Phase
  /** The bytes as latin1, so that every byte is one character. */
  readonly text: string
}

export interface CommandRecord {
  readonly at: number
  readonly phase: Phase
  /** Upper case, as the protocol spells it. */
  readonly verb: string
  readonly action: string
  /** The line without CRLF, latin1; secrets are kept, they are test secrets. */
  readonly line: string
  /** The IMAP tag, else absent. */
  readonly tag?: string
  /** What the client said further for this command: literals, and the lines of a login; latin1, its first 1,024 octets. */
  more?: string
  /** Octets of its phase that the client had sent when its line was complete. */
  readonly offset?: number
  /** First line of what was answered; absent while unanswered. */
  reply?: string
  /** Octets of the phase that the server had sent before that. */
  replyOffset?: number
}

export interface CredentialRecord {
  readonly at: number
  readonly phase: Phase
  readonly kind: 'password' | 'bearer' | 'digest'
  /** SASL mechanism, or `LOGIN`, `USER/PASS`, `APOP` for the protocols' own commands. */
  readonly mechanism: string
  readonly user: string
  readonly secret: string
  /** Whether the server said yes. */
  readonly accepted: boolean
  /** Whether the list of capabilities that was newest then had the mechanism; null where none was shown. */
  readonly offered: boolean | null
  /** Octets of its phase that the client had sent when it was complete. */
  readonly offset?: number
}

/** What a SCRAM exchange came to, RFC 5802: whether the client could know the server, and went on. */
export interface ScramRecord {
  /** When the client sent its proof, or left the exchange without. */
  readonly at: number
  readonly phase: Phase
  readonly mechanism: string
  readonly iterations: number
  /** Whether the nonce began with the client's own, as it must. */
  readonly nonce: 'own' | 'foreign'
  /** Whether the client sent its proof of the password. */
  readonly proof: boolean
  /** The server's own proof: right, wrong, left out of the success, or never due. */
  readonly verifier: 'right' | 'wrong' | 'missing' | null
}

export interface MessageRecord {
  readonly at: number
  readonly phase: Phase
  readonly via: 'DATA' | 'APPEND'
  /** Octets, dot-stuffing removed. */
  readonly size: number
  readonly from?: string
  readonly to?: readonly string[]
}

export interface EnvelopeRecord {
  readonly at: number
  readonly phase: Phase
  readonly from: string
  readonly to: readonly string[]
}

export interface AlertRecord {
  /** TLS alert number, RFC 8446 §6; absent where the library did not tell. */
  readonly code?: number
  /** The registry's name: `unknown_ca`, `certificate_expired`, … */
  readonly name: string
}

export interface ClientHelloRecord {
  /** `before-reply`: in the same segment as STARTTLS, or before it was answered. */
  readonly at: 'first-bytes' | 'after-reply' | 'before-reply'
  readonly serverName: string | null
  readonly alpn: readonly string[]
  /** Versions offered, `TLSv1.3` first where it is. */
  readonly versions: readonly string[]
  /** Cipher suite numbers in the client's order. */
  readonly ciphers: readonly number[]
  readonly ja3: string
  readonly ja4: string
  /** The handshake message, base64. */
  readonly raw: string
}

export interface HandshakeRecord {
  /**
   * `finished` means the client's Finished was verified, not that it accepted the certificate. `alert` was received from
   * the client; `failed` is a failure on the server's side, for which it may have sent an alert.
   */
  result: 'none' | 'started' | 'finished' | 'alert' | 'closed' | 'reset' | 'timeout' | 'failed'
  version: string | null
  cipher: string | null
  alpn: string | null
  resumed: boolean
  /** What was served; null until the flight that carries it was written, and on a resumed session. */
  certificate: { readonly id: string; readonly subject: string; readonly fingerprint256: string } | null
  /** From the client, during the handshake or later. */
  alertReceived: AlertRecord | null
  /** Derived from the error, not observed. */
  alertSent: AlertRecord | null
  /** The TLS library's own words, where something failed. */
  error: string | null
  /** Subject of the client's certificate, where one was sent. */
  clientCertificate: string | null
  /** Why the server had no use for the client: it sent no certificate, or one that is not trusted. Absent where it had. */
  turnedAway?: 'no-certificate' | 'untrusted-certificate'
}

/** Bytes that were planted for the client to take for an answer to what it says later. */
export interface InjectedRecord {
  readonly at: number
  readonly phase: Phase
  /** latin1. */
  readonly text: string
  /** Octets of the phase that the server had sent before them. */
  readonly offset?: number
}

/** An answer that was kept back. */
export interface HeldRecord {
  /** When it would have been sent. */
  readonly at: number
  /** Milliseconds for which it was kept back. */
  readonly ms: number
  /** Whether the client said more without having got it. */
  readonly spokeOn: boolean
}

export interface FiredRecord {
  readonly at: number
  /** The entry's id. */
  readonly part: string
  /** A moment, `capabilities`, or `certificate` for the flight that carries it. */
  readonly where: Moment | string
}

/**
 * Everything the server saw and did on one connection, from TCP accept to close. Facts only: what they mean is
 * computed from them by the functions in `verdicts`.
 */
export interface ConnectionRecord {
  readonly id: string
  /** 1 for the first connection of the endpoint's run. */
  readonly nth: number
  /** Absent on the endpoint itself: a listener that only a client finds which follows the fault, or which a strict one may use instead. */
  readonly role?: 'canary' | 'fallback'
  readonly scenario: string
  readonly protocol: Protocol
  readonly mode: Mode
  readonly host: string
  readonly port: number
  readonly remote: { readonly address: string; readonly port: number }
  /** ISO 8601. */
  readonly openedAt: string
  /** Milliseconds since accept, per phase that was reached. */
  readonly times: {
    greeting?: number
    starttls?: number
    clientHello?: number
    handshake?: number
    firstApplicationData?: number
    ended?: number
  }
  /** Payload bytes; the handshake itself is not counted. */
  readonly bytes: { clearIn: number; clearOut: number; tlsIn: number; tlsOut: number }
  /** Null until it has arrived, and where it is malformed. Parsed when it is first asked for. */
  readonly clientHello: ClientHelloRecord | null
  readonly handshake: HandshakeRecord
  readonly starttls: {
    /** How often it was asked for. */
    requested: number
    /** Whether the last request was refused. */
    refused: boolean
    /** Bytes that came behind STARTTLS in the same segment and were not a ClientHello: latin1, dropped. */
    surplus: string
  }
  /** Capabilities shown, the newest list of each phase. */
  readonly capabilities: { clear: readonly string[] | null; tls: readonly string[] | null }
  /** The newest 4,096 at most; `counts` stay exact. */
  readonly commands: CommandRecord[]
  readonly counts: { commands: number; credentials: number; messages: number }
  readonly credentials: CredentialRecord[]
  readonly identities: { readonly at: number; readonly phase: Phase; readonly name: string }[]
  readonly envelopes: EnvelopeRecord[]
  readonly messages: MessageRecord[]
  readonly injected: InjectedRecord[]
  readonly held: HeldRecord[]
  /** Absent where there was no such exchange. */
  readonly scram?: ScramRecord[]
  /** Which parts of the scenario have shown. */
  readonly fired: FiredRecord[]
  /** What went wrong with the server itself, where anything did: then nothing here says anything of the client. */
  defect: string | null
  /** How it ended; null while it is open. */
  end: {
    readonly by: 'client' | 'server' | 'limit'
    readonly how: 'fin' | 'rst' | 'timeout' | 'error'
    /** close_notify cannot be told from a bare FIN natively. */
    readonly closeNotify: 'seen' | 'missing' | 'unknown'
    readonly why?: string
  } | null
  /** Both directions in order; the first 256 KiB and the last 64 KiB of each. */
  readonly transcript: readonly TranscriptEntry[]
  /** True when anything above was cut to its bound. */
  cut: boolean
}
