import type { Effects } from './effects.ts'
import type { FineName, Plant } from './fine-names.ts'
import type { Expect, Facet, Hook, Mode, Protocol, Reason } from './vocabulary.ts'

/** A length of time before (negative) or after the run's now. */
export interface Offset {
  readonly days: number
}

/** RFC 5280 §4.1.2.5, relative to the run's now. A missing end keeps its right default. */
export interface Validity {
  readonly notBefore?: Offset
  readonly notAfter?: Offset
}

/** Key types of a certificate. */
export type KeyType = 'ec' | 'rsa'

/** A distinguished name, RFC 5280 §4.1.2.4: attributes in the order of the certificate, the outermost first. */
export type Subject = readonly (readonly [attribute: SubjectAttribute, value: string])[]

/** Attribute types of a distinguished name, as RFC 4514 §3 writes them. */
export type SubjectAttribute = 'CN' | 'C' | 'L' | 'ST' | 'O' | 'OU' | 'DC'

/** What may be sent in the Certificate message, in order. */
export type ChainMember = 'leaf' | 'intermediate' | 'root'

/**
 * The recipe of the served identity: each property is one facet, each has a right default, and an entry states its one
 * fault.
 */
export interface CertificateFacets {
  /** Who signs the leaf. Default: the run's intermediate under a root that clients trust. */
  readonly issuer?: 'intermediate' | 'self' | 'untrusted-root'
  /** Subject alternative names of the leaf. Default: the run's server names. The subject's CN is the first dnsName. */
  readonly names?: { readonly dnsNames: readonly string[]; readonly ipAddresses?: readonly string[] }
  /**
   * Subjects. Default: the leaf's CN is its first name, and the authorities are called after mockmail. To tell runs apart,
   * every authority has a suffix behind its last attribute.
   */
  readonly subject?: { readonly leaf?: Subject; readonly intermediate?: Subject; readonly root?: Subject }
  /** Validity of each certificate. Default: leaf 90 days, intermediate and root ten years, all begun yesterday or before. */
  readonly dates?: { readonly leaf?: Validity; readonly intermediate?: Validity; readonly root?: Validity }
  /** Key of the leaf. Default: the run's key type. */
  readonly key?: { readonly leaf: KeyType }
  /** Extended key usage of the leaf. Default: serverAuth. */
  readonly usage?: { readonly extendedKeyUsage: readonly ('serverAuth' | 'clientAuth' | 'emailProtection')[] }
  /** Further extensions of the leaf, `value` being the DER inside the OCTET STRING. */
  readonly extensions?: readonly { readonly oid: string; readonly critical: boolean; readonly value: Uint8Array }[]
  /** What the server sends. Default: leaf, intermediate. */
  readonly chain?: { readonly send: readonly ChainMember[] }
  /** State of the leaf at its issuer. Default: good. */
  readonly revocation?: { readonly leaf: 'revoked'; readonly reason: RevocationReason }
}

/** CRLReason, RFC 5280 §5.3.1. */
export type RevocationReason = 'unspecified' | 'keyCompromise' | 'cessationOfOperation' | 'superseded'

/** What every kind of entry says about itself. */
export interface EntryFacts {
  /** One sentence: what is wrong, "and only" that. */
  readonly summary: string
  /** What a strict client does. */
  readonly expect: Expect
  /** Why, in one clause. */
  readonly because: string
  /** The reason a correct refusal gives, where there is one. */
  readonly reason?: Reason
  /** Set when only such a client can see the fault. */
  readonly needs?: 'revocation-checking'
  /** How many connections show the fault. Default 1. */
  readonly runs?: number
  /** Set where the server cannot see what the client did. */
  readonly observable?: 'client'
  /** Standards, CVEs, papers: `RFC 5280 §4.1.2.5`, `CVE-2021-38371`. */
  readonly references: readonly string[]
  readonly tags: readonly string[]
  /** Names that other suites use for it. */
  readonly aliases?: readonly string[]
  /** What each ecosystem reports, measured unless the docs say otherwise. Numbers are OpenSSL verify codes. */
  readonly errors?: Readonly<Record<string, string | number>>
}

/** A named way a server's identity is right or wrong. */
export interface CertificateEntry extends EntryFacts, CertificateFacets {
  /** From this connection on another certificate of the same recipe is served; before it, a client may do either. */
  readonly changesAt?: number
}

/** Changes to what the server says it can do. Names are neutral (`starttls`, `auth`) or literal (`XRDST`). */
export interface CapabilityChange {
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
  readonly replace?: Readonly<Record<string, string>>
  /** Names in the order in which they are shown; what is not among them follows. Default: the server's own order. */
  readonly order?: readonly string[]
  /** Default: every protocol of the entry. */
  readonly protocols?: readonly Protocol[]
  /** Default: both before and after TLS. */
  readonly phase?: 'clear' | 'tls'
}

/** TLS parameters that a quirk sets; anything absent stays Node's default. */
export interface TlsProfile {
  readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'
  readonly maxVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'
  readonly ciphers?: string
  readonly ecdhCurve?: string
  readonly sigalgs?: string
  /** Seconds. */
  readonly sessionTimeout?: number
  readonly clientCertificate?: 'optional' | 'required'
}

/** What would prove that a client fell for what an entry does. */
export interface EntryProof {
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
   * a login there a leak. Its connections are records with the role `canary`. Default: as the endpoint's own.
   */
  readonly canary?: { readonly protocol?: Protocol; readonly mode?: Mode }
}

/** A named way a server misbehaves. */
export interface QuirkEntry extends EntryFacts, EntryProof {
  readonly layer: 'starttls' | 'session' | 'tls' | 'wire'
  readonly protocols: readonly Protocol[]
  readonly modes: readonly Mode[]
  /** What the port speaks from the first byte, where that is not what its mode promises. `nothing`: nobody listens. */
  readonly speaks?: 'clear' | 'tls' | 'nothing'
  readonly capabilities?: CapabilityChange
  readonly tls?: TlsProfile
  readonly at?: Readonly<Partial<Record<Hook, Effects>>>
  /**
   * The id of the quirk that is the same without the injection. What a client does here counts only where it does not do it
   * there as well.
   */
  readonly twin?: string
}

/** A named real system that the server imitates: defaults, of which any other part of a scenario takes the place. */
export interface PresetEntry extends EntryFacts, EntryProof, CertificateFacets {
  readonly protocols: readonly Protocol[]
  readonly modes: readonly Mode[]
  readonly capabilities?: CapabilityChange
  readonly tls?: TlsProfile
  readonly at?: Readonly<Partial<Record<Hook, Effects>>>
}

/** The facets that an entry sets, in the order of the vocabulary. */
export type FacetList = readonly Facet[]
