import type { Effects } from './effects.ts'
import type { FineName, Plant } from './fine-names.ts'
import type { Hook, Mode, Moment, Protocol } from './vocabulary.ts'

/** Changes to what the server says it can do. Names are neutral (`starttls`, `auth`) or literal (`XRDST`). */
export interface CapabilityChange {
  /** These, in this order, and no other. Neutral names stand for what the dialect offers, all others for themselves. */
  readonly only?: readonly string[]
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
  readonly replace?: Readonly<Record<string, string>>
  /** Names in the order in which they are shown; what is not among them follows. Default: the server's own order. */
  readonly order?: readonly string[]
  /** How the list is spelled: in lower case, everything twice, tabs for blanks, or a blank behind each line. */
  readonly spell?: 'lower' | 'twice' | 'tabs' | 'trailing'
  /** Default: every protocol of the entry. */
  readonly protocols?: readonly Protocol[]
  /** Default: both before and after TLS. */
  readonly phase?: 'clear' | 'tls'
  /** Where the list stands: in IMAP's greeting, in the answer to who asks, or in that to a login. Default: everywhere. */
  readonly in?: 'greeting' | 'answer' | 'login'
}

type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'

/** TLS parameters that a quirk sets; anything absent stays Node's default. */
export interface TlsProfile {
  readonly minVersion?: TlsVersion
  readonly maxVersion?: TlsVersion
  /** As OpenSSL writes them. */
  readonly ciphers?: string
  /** Groups of the key exchange, by OpenSSL's names, the server's favourite first. */
  readonly groups?: readonly string[]
  readonly sigalgs?: string
  /** Seconds. */
  readonly sessionTimeout?: number
  /** Bits of the prime of DHE: 1024, 1536, 2048, 3072, 4096, 6144 or 8192. */
  readonly dhBits?: number
  /** What becomes of the client's list: nothing, another of it than the protocol's, a refusal, or a choice of these. */
  readonly alpn?: 'ignored' | 'other' | 'refused' | readonly string[]
  /** What a ClientHello gets that names no server, or one that nobody knows. Default: the certificate. */
  readonly sni?: { readonly missing?: SniAnswer; readonly unknown?: SniAnswer }
  /** `none`: no session can be resumed; `rotate`: every ticket is too old. Default: as Node does. */
  readonly tickets?: 'none' | 'rotate'
  /** Endpoints and certificates of a run that say the same here take each other's tickets. Default: none does. */
  readonly ticketGroup?: string
  readonly clientCertificate?: 'optional' | 'required'
}

/** An alert as a warning is the script engine's. */
export type SniAnswer = 'alert' | 'warning' | 'default' | 'fin'

/** How logins by SASL differ from right ones. */
export interface SaslWords {
  /** What is offered, in this order, known or not. */
  readonly mechanisms?: readonly string[]
  /** What the server proves of itself at the end of SCRAM: nothing, or something that is wrong. */
  readonly verifier?: 'wrong' | 'missing'
  /** `foreign`: SCRAM's nonce does not begin with the client's. */
  readonly nonce?: 'foreign'
  /** How often SCRAM hashes the password, as it is sent. Default 4096. */
  readonly iterations?: number | string
  /** Channel binding: not offered, that of another connection, or one kind only. */
  readonly binding?: 'hidden' | 'other' | 'tls-server-end-point' | 'tls-exporter' | 'tls-unique'
  /** Mechanisms that say no to everybody. */
  readonly fail?: readonly string[]
}

/** What is there when a connection begins, where that is not what `good` has. */
export interface StartWords {
  /** IMAP: the greeting says PREAUTH. */
  readonly state?: 'authenticated'
  /** Messages of the INBOX in place of the samples, line ends included. */
  readonly messages?: readonly string[]
  /** Further mailboxes. */
  readonly folders?: readonly string[]
  /** POP3: the greeting offers APOP, before TLS too. */
  readonly apop?: true
}

/** What the script engine does; its words are its own. */
export type Script = Readonly<Record<string, unknown>>

/** A server of the run that no client dials by itself. What is absent is as at the endpoint. */
export interface CanaryWords {
  readonly protocol?: Protocol
  readonly mode?: Mode
}

/** Another endpoint that belongs to the run. */
export interface Companion extends CanaryWords {
  /** Its scenario. */
  readonly scenario: string
  readonly role: 'canary' | 'fallback'
}

/** What happens at the moments that are named. */
export type Moments = Readonly<Partial<Record<Hook, Effects>>>

/** What would prove that a client fell for what an entry does. */
export interface ProofWords {
  /**
   * What a careless client can be found to have done here, by its fine name. Names that are never found without an entry that
   * shows them (a truncation that was accepted, a dialogue that had to be left) are looked for where they stand here only.
   * Default: nothing in particular; a use of a session that had to be refused then counts as the worst that its layer allows.
   */
  readonly shows?: readonly FineName[]
  /** What only the fault can have taught the client. Where there is any, only what has it in it proves that it was taken up. */
  readonly plants?: readonly Plant[]
  /**
   * Another listener of the run, to which nobody comes but who follows the fault: a connection to it is a referral followed,
   * a login there a leak. Its connections are records with the role `canary`.
   */
  readonly canary?: CanaryWords
}

/** What a server does otherwise, as data. */
export interface QuirkWords extends ProofWords {
  /** Moments of which a user chooses one, as in `hang@greeting`; the first is the default. */
  readonly moments?: readonly Moment[]
  /** `false`: nobody listens. */
  readonly listen?: false
  readonly start?: StartWords
  readonly capabilities?: CapabilityChange | readonly CapabilityChange[]
  readonly sasl?: SaslWords
  readonly connections?: { readonly concurrent: number }
  readonly tls?: TlsProfile
  /** For the script engine; a list is by connection. */
  readonly script?: Script | readonly Script[]
  readonly companions?: readonly Companion[]
  /** By moment; with `moments`, the same at each of them. */
  readonly at?: Moments | Effects
}
