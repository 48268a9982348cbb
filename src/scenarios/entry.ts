import type { Moments, ProofWords, QuirkWords } from './quirk-words.ts'
import type { Expect, Facet, Mode, Protocol, Reason } from './vocabulary.ts'

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

/** A named way a server misbehaves. */
export interface QuirkEntry extends EntryFacts, QuirkWords {
  readonly layer: 'starttls' | 'session' | 'tls' | 'wire'
  readonly protocols: readonly Protocol[]
  readonly modes: readonly Mode[]
  /**
   * The id of the quirk that is the same without the fault, where that is not the one that can be derived. What a client
   * does here counts only where it does not do it there as well.
   */
  readonly twin?: string
}

/** A named real system that the server imitates: defaults, of which any other part of a scenario takes the place. */
export interface PresetEntry
  extends EntryFacts,
    ProofWords,
    CertificateFacets,
    Pick<QuirkWords, 'capabilities' | 'tls'> {
  readonly protocols: readonly Protocol[]
  readonly modes: readonly Mode[]
  readonly at?: Moments
}

/** The facets that an entry sets, in the order of the vocabulary. */
export type FacetList = readonly Facet[]
