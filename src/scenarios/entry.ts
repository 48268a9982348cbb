import type { Moments, ProofWords, QuirkWords } from './quirk-words.ts'
import type { CertificateFault, Member } from './recipe/member.ts'
import type { Parameter } from './recipe/parameter.ts'
import type { Expect, Facet, Mode, Protocol, Reason } from './vocabulary.ts'

/** Key types of a run. */
export type KeyType = 'ec' | 'rsa'

export type * from './recipe/member.ts'
export type { Parameter, ValueForm, ValueRange } from './recipe/parameter.ts'
export type * from './recipe/values.ts'

/** What only such a client can see; the first word stands for any way of asking. */
export type Needs = 'revocation-checking' | 'crl-checking' | 'ocsp-checking' | 'staple-checking'

/** What every kind of entry says about itself. */
export interface EntryFacts {
  /** One sentence: what is wrong, "and only" that. */
  readonly summary: string
  /** What a strict client does. */
  readonly expect: Expect
  /** Why, in one clause. */
  readonly because: string
  /** The reason that a correct refusal gives, where there is one; several where verifiers may name either. */
  readonly reason?: Reason | readonly Reason[]
  /** Set when only such a client can see the fault. */
  readonly needs?: Needs
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

/** What is different with one value of a parameter. */
export type ValueOf<Fault> = Fault & Partial<Omit<EntryFacts, 'tags'>>

/** A named way a server's identity is right or wrong. */
export interface CertificateEntry extends EntryFacts, CertificateFault {
  readonly parameter?: Parameter<ValueOf<CertificateFault>>
}

/** A named way a server misbehaves. */
export interface QuirkEntry extends EntryFacts, QuirkWords {
  readonly parameter?: Parameter<ValueOf<QuirkWords>>
  /** What of the leaf its parameters of TLS cannot do without. */
  readonly leaf?: Pick<Member, 'key'>
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
    Pick<CertificateFault, 'leaf' | 'intermediate' | 'root'>,
    Pick<QuirkWords, 'capabilities' | 'tls'> {
  readonly parameter?: never
  readonly protocols: readonly Protocol[]
  readonly modes: readonly Mode[]
  readonly at?: Moments
}

/** The facets that an entry sets, in the order of the vocabulary. */
export type FacetList = readonly Facet[]
