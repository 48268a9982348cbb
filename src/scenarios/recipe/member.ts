import type { Bytes, Edit, GeneralNames, Oid, Subject, TimeValue } from './values.ts'

/** A member of an identity: `leaf`, `intermediate`, `root`, or a further one that the entry names. */
export type MemberName = string

/** Types of keys, by the names that their standards have. */
export type KeyName =
  | `rsa-${number}`
  | `rsa-pss-${number}`
  | `dsa-${number}`
  | 'P-256'
  | 'P-384'
  | 'P-521'
  | 'secp224r1'
  | 'prime192v1'
  | 'secp256k1'
  | 'brainpoolP256r1'
  | 'ed25519'
  | 'ed448'
  | `ml-dsa-${44 | 65 | 87}`

/** A key with something that is not usual. */
export interface KeyDetails {
  readonly type: KeyName
  /** Of RSA. Default 65537. */
  readonly publicExponent?: number
  /** Of an elliptic curve. Default `named`. */
  readonly paramEncoding?: 'named' | 'explicit'
}

/** Signature algorithms, by their names in RFC 4055, RFC 5758, RFC 8410 and their like. */
export type SignatureName =
  | 'md5WithRSAEncryption'
  | 'sha1WithRSAEncryption'
  | 'sha224WithRSAEncryption'
  | 'sha256WithRSAEncryption'
  | 'sha384WithRSAEncryption'
  | 'sha512WithRSAEncryption'
  | 'id-RSASSA-PSS'
  | 'ecdsa-with-SHA1'
  | 'ecdsa-with-SHA224'
  | 'ecdsa-with-SHA256'
  | 'ecdsa-with-SHA384'
  | 'ecdsa-with-SHA512'
  | 'dsa-with-sha256'
  | 'id-Ed25519'
  | 'id-Ed448'
  | `id-ml-dsa-${44 | 65 | 87}`

/** RFC 5280 §4.2.1.3. */
export type KeyUsage =
  | 'digitalSignature'
  | 'nonRepudiation'
  | 'keyEncipherment'
  | 'dataEncipherment'
  | 'keyAgreement'
  | 'keyCertSign'
  | 'cRLSign'
  | 'encipherOnly'
  | 'decipherOnly'

/** RFC 5280 §4.2.1.12. */
export type ExtendedKeyUsage =
  | 'serverAuth'
  | 'clientAuth'
  | 'codeSigning'
  | 'emailProtection'
  | 'timeStamping'
  | 'OCSPSigning'
  | 'anyExtendedKeyUsage'

/** Extensions of certificates, CRLs and OCSP responses that have a name here; any other goes by its object identifier. */
export type ExtensionName =
  | 'subjectKeyIdentifier'
  | 'keyUsage'
  | 'subjectAltName'
  | 'basicConstraints'
  | 'cRLNumber'
  | 'deltaCRLIndicator'
  | 'issuingDistributionPoint'
  | 'nameConstraints'
  | 'cRLDistributionPoints'
  | 'certificatePolicies'
  | 'authorityKeyIdentifier'
  | 'policyConstraints'
  | 'extendedKeyUsage'
  | 'freshestCRL'
  | 'authorityInfoAccess'
  | 'tlsFeature'
  | 'ocspNoCheck'

/** How an extension differs from the right one; one that is not there otherwise is added, not critical unless told. */
export interface ExtensionChange {
  readonly critical?: boolean
  /** The DER inside its OCTET STRING, or an edit of what is right. */
  readonly value?: Bytes | Edit
  /** A second time, with the same value or another. */
  readonly again?: true | Bytes
}

/** By name or object identifier; `null` leaves the extension out. */
export type ExtensionChanges = { readonly [Name in ExtensionName]?: ExtensionChange | null } & {
  readonly [oid: Oid]: ExtensionChange | null
}

/** The fields of a certificate, RFC 5280 §4.1; `certificate` is the whole. */
export type CertificateField =
  | 'version'
  | 'serialNumber'
  | 'signature'
  | 'issuer'
  | 'validity'
  | 'subject'
  | 'subjectPublicKeyInfo'
  | 'issuerUniqueID'
  | 'subjectUniqueID'
  | 'extensions'
  | 'signatureAlgorithm'
  | 'signatureValue'
  | 'certificate'

/** The fields of a CRL, RFC 5280 §5.1; `certificateList` is the whole. */
export type CrlField =
  | 'version'
  | 'signature'
  | 'issuer'
  | 'thisUpdate'
  | 'nextUpdate'
  | 'revokedCertificates'
  | 'crlExtensions'
  | 'signatureAlgorithm'
  | 'signatureValue'
  | 'certificateList'

/** The fields of a basic OCSP response, RFC 6960 §4.2.1; `ocspResponse` is the whole. */
export type OcspField =
  | 'responderID'
  | 'producedAt'
  | 'responses'
  | 'signatureAlgorithm'
  | 'signature'
  | 'certs'
  | 'ocspResponse'

/** Bytes in place of fields, or edits of the right ones; no bytes leave a field out. */
export type RawFields<Field extends string> = { readonly [Name in Field]?: Bytes | Edit }

/** CRLReason, RFC 5280 §5.3.1. */
export type RevocationReason =
  | 'unspecified'
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'removeFromCRL'
  | 'privilegeWithdrawn'
  | 'aACompromise'

/** How a place on the responder fails: nobody listens, 404, an octet now and then, or no answer at all. */
export type Unavailable = 'refused' | 'not-found' | 'slow' | 'silent'

/** How the CRL of what a member issues differs from a right one. */
export interface CrlWords {
  readonly thisUpdate?: TimeValue
  /** `null` leaves it out. */
  readonly nextUpdate?: TimeValue | null
  readonly version?: 1
  /** Members on it besides those that are `revoked`, and whole series of serial numbers. */
  readonly lists?: readonly (MemberName | { readonly series: string; readonly count: number })[]
  readonly extensions?: ExtensionChanges
  /** Whose key signs it in place of the issuer's; `other` is a key that nobody has. */
  readonly signKey?: MemberName | 'other'
  readonly raw?: RawFields<CrlField>
  readonly unavailable?: Unavailable
}

/** How an OCSP response differs from a right one. */
export interface OcspWords {
  readonly responseStatus?:
    | 'successful'
    | 'malformedRequest'
    | 'internalError'
    | 'tryLater'
    | 'sigRequired'
    | 'unauthorized'
  readonly certStatus?: 'good' | 'revoked' | 'unknown'
  /** Another certificate than the one that is asked about; `other` is one that does not exist. */
  readonly about?: MemberName | 'other'
  readonly thisUpdate?: TimeValue
  /** `null` leaves it out. */
  readonly nextUpdate?: TimeValue | null
  /** Who answers in place of the issuer; its certificate is sent along. */
  readonly responder?: MemberName
  /** Whose key signs it; `other` is a key that nobody has. */
  readonly signKey?: MemberName | 'other'
  readonly raw?: RawFields<OcspField>
  /** The whole response. */
  readonly bytes?: Bytes
  readonly unavailable?: Unavailable
}

/** What name constraints say, RFC 5280 §4.2.1.10. */
export interface NameConstraints {
  readonly permittedSubtrees?: GeneralNames
  readonly excludedSubtrees?: GeneralNames
  /** Of every subtree. Default 0, which is left out. */
  readonly minimum?: number
}

/** How a member differs from a right one. */
export interface Member {
  /** The kind whose defaults it has. Default: that of its name, and of a further member `intermediate`, below the root. */
  readonly like?: 'leaf' | 'intermediate' | 'root' | 'responder'
  /** Who signs it. */
  readonly issuer?: MemberName | 'self'
  /** Whether clients are given it to trust. Default: a root is. */
  readonly trusted?: boolean
  readonly subject?: Subject
  /** The member whose subject it has. */
  readonly subjectOf?: MemberName
  /** A missing end keeps its right default. */
  readonly dates?: { readonly notBefore?: TimeValue; readonly notAfter?: TimeValue }
  /** Subject alternative names. Default: those of the run for an end entity. The CN follows the first that can be one. */
  readonly names?: GeneralNames
  readonly key?: KeyName | KeyDetails
  /** The member whose key it has, and nothing else of it. */
  readonly keyOf?: MemberName
  readonly signature?: SignatureName
  /** Whose key signs it in place of its issuer's; `other` is a key that nobody has. */
  readonly signKey?: MemberName | 'other'
  /** A number, or the member whose serial number it has. */
  readonly serial?: number | MemberName
  /** Without extensions, which came with version 3. */
  readonly version?: 1
  /** No usage is an empty extension. */
  readonly keyUsage?: readonly KeyUsage[]
  /** No purpose is an empty extension. */
  readonly extendedKeyUsage?: readonly (ExtendedKeyUsage | Oid)[]
  readonly basicConstraints?: { readonly cA: boolean; readonly pathLenConstraint?: number }
  readonly nameConstraints?: NameConstraints
  readonly extensions?: ExtensionChanges
  readonly raw?: RawFields<CertificateField>
  /** The CRL of what it issues; `null` is none. */
  readonly crl?: CrlWords | null
  /** OCSP responses about what it issues; `null` is none. */
  readonly ocsp?: OcspWords | null
  /** Its state at its issuer. Default: good. */
  readonly revoked?: RevocationReason
  /** The OCSP response about it that the server staples; `null` is none, which is the default. */
  readonly staple?: OcspWords | null
  /** Where its issuer is said to be, in authorityInfoAccess. Default: not said. */
  readonly caIssuers?: { readonly unavailable?: Unavailable }
}

/** Members ca2, ca3, … between the intermediate and the root. */
export interface MemberChain {
  readonly chainOf: number
  readonly member: Member
}

/** So many intermediates in all, each issued by the next: `intermediate`, then `ca2` and so on, which are like `member`. */
export const chainOf = (count: number, member: Member = {}): MemberChain => ({ chainOf: count, member })

/** TLS that a certificate cannot be shown without. */
export interface CertificateTls {
  readonly maxVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'
  readonly ciphers?: string
}

/** The graph of a served identity: what is left out is right in every respect, and an entry states its one fault. */
export interface CertificateFault {
  readonly leaf?: Member
  readonly intermediate?: Member
  readonly root?: Member
  /** Further members, by names of the entry's own. */
  readonly members?: Readonly<Record<string, Member>> | MemberChain
  /**
   * What the server sends, in order: `path` is the leaf and what leads to the root, which is left out; members; or foreign
   * bytes. Default: the path.
   */
  readonly send?: readonly (MemberName | 'path' | Bytes)[]
  /** Other members in place of the leaf for these names in the ClientHello; `none` is for a ClientHello without one. */
  readonly sni?: Readonly<Record<string, MemberName>>
  /** The name to dial, where it is not the run's. */
  readonly dial?: string
  readonly tls?: CertificateTls
  /** Set where Node's TLS cannot serve it. */
  readonly engine?: 'script'
  /** From this connection on another certificate of the same recipe is served; before it, a client may do either. */
  readonly changesAt?: number
}
