import type { CertificateFault, KeyType } from '../scenarios/entry.ts'
import type { WrittenScenario } from './manifest.ts'

/** One certificate with what the rest of the house needs to know about it. */
export interface IssuedCertificate {
  readonly pem: string
  readonly der: Buffer
  /** RFC 4514, as `openssl x509 -subject -nameopt RFC2253` prints it. */
  readonly subject: string
  readonly issuer: string
  /** Hex, upper case, colons: as `crypto.X509Certificate#fingerprint256`. */
  readonly fingerprint256: string
  /** Hex, upper case. */
  readonly serial: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
}

/** The identity that one scenario serves. */
export interface Identity {
  /** The certificate part of the scenario, as typed: `expired`, `self-signed+wrong-host`. */
  readonly id: string
  readonly leaf: IssuedCertificate
  /** PKCS#8 PEM of the leaf's key. */
  readonly keyPem: string
  /** What the server sends, leaf first: PEM, concatenated. */
  readonly servedPem: string
  /** The intermediates that belong to the leaf, sent or not: PEM, concatenated; empty when the leaf signed itself. */
  readonly chainPem: string
  /** CRL of the leaf's issuer; undefined where it has none. */
  readonly crl: { readonly pem: string; readonly der: Buffer } | undefined
  /** CRLs of every authority of the chain, the leaf's issuer first: PEM, concatenated. Node wants all of them, in an array. */
  readonly crlChainPem: string
  /** OCSP response of the leaf's issuer about the leaf, to be stapled. DER. */
  readonly ocspDer: Buffer | undefined
  /** The OCSP response that the server staples now, where it staples one: DER. */
  readonly staple: (() => Buffer | undefined) | undefined
  /** Whether OpenSSL refuses to serve it at the security level that is usual. */
  readonly isWeak: boolean
  /**
   * The anchor that makes this fault disappear: PEM. The leaf itself where it signed itself, the second root where that
   * is not trusted, a root with right dates where the root's are wrong; undefined where no anchor helps (for a
   * missing intermediate `chainPem` does).
   */
  readonly rootPem: string | undefined
  /**
   * The same with the run's addresses among its names, for a client that names no server or an address; issued when it is
   * first asked for. Undefined where there is only one: the entry says the names itself, or the run has names of one kind.
   */
  readonly byAddress: Identity | undefined
  /** What is shown to a client that names this server, or none: `null`. */
  forName(serverName: string | null): Identity
}

/** The client certificates of a run. */
export type ClientId = 'good' | 'expired' | 'untrusted' | 'wrong-usage'

/** A certificate with which a client authenticates to a server. */
export interface ClientIdentity {
  readonly id: ClientId
  readonly leaf: IssuedCertificate
  /** PKCS#8 PEM of the leaf's key. */
  readonly keyPem: string
  /** The intermediate: PEM. */
  readonly chainPem: string
  /** What the client sends, leaf first: PEM, concatenated. */
  readonly servedPem: string
}

export interface PkiOptions {
  /** Names of the good leaf: DNS names (also wildcards) and IP addresses, in order; the first is the subject's CN. */
  readonly servernames: readonly string[]
  /** Key type of every certificate that does not say otherwise. Default `ec` (P-256). */
  readonly key?: KeyType
  /** The instant that dates count from. Default: the current time. */
  readonly now?: Date
  /** The current time, while `now` does not make it stand still. Default: the machine's. */
  clock?(): Date
  /** Roots without name constraints. */
  readonly unconstrained?: boolean
  /**
   * Directory whose roots (its folder `roots`) are reused, and to which they are written when that folder is absent.
   * Default: none, all in memory.
   */
  readonly directory?: string
  /** The address that servers listen on. Default 127.0.0.1. */
  readonly host?: string
  /** Whether to serve CRLs and OCSP over HTTP on loopback and to name them in certificates. Default true. */
  readonly responder?: boolean
}

/** The roots, intermediates, leaves and CRLs of one run. */
export interface Pki {
  readonly now: Date
  /**
   * Every root that a client should trust in this run: PEM, concatenated. Grows when an identity is declared that has a root
   * of its own: one that is not as usual, or one without constraints for names that the usual one may not vouch for.
   */
  readonly caPem: string
  /**
   * Says that an identity may be asked for, and issues nothing. Returns the same object for the same id.
   * @throws {MockmailError} INVALID_DEFINITION when the id cannot be a folder's name, or the graph cannot be
   */
  declare(id: string, fault: CertificateFault): void
  /** Settles when the keys of what was declared are there: RSA takes long, and would be waited for within a handshake. */
  prepare(): Promise<void>
  /**
   * Issues at the first call, and anew when the leaf nears its end or its beginning; returns the same object in between.
   * Synchronous; about a millisecond.
   * @throws {MockmailError} INVALID_DEFINITION as for `declare`
   */
  identity(id: string, fault?: CertificateFault): Identity
  /**
   * A client's certificate, for user@mockmail.test: `good`, or with one fault. `untrusted` is below the second root,
   * `wrong-usage` may authenticate servers only. Issued and renewed as identities are.
   */
  clientIdentity(id: ClientId): ClientIdentity
  /** What a server should trust for client certificates: PEM. */
  readonly clientCaPem: string
  /**
   * Writes `ca.pem`, `ca.p12`, a folder for each identity declared so far, `clients` with every client certificate, and
   * `manifest.json`. Nothing that is there already is replaced but what a manifest of ours names, and no link is followed.
   * @throws {MockmailError} FILE_UNWRITABLE, PKI_UNUSABLE
   */
  write(directory: string, scenarios?: readonly WrittenScenario[]): void
  /** Stops the responder. Idempotent. */
  close(): Promise<void>
}
