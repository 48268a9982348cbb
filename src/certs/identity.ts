import type { CertificateFacets, KeyType } from '../scenarios/entry.ts'
import type { Authority } from './authority.ts'
import { formatPem } from './certificate.ts'
import { type Hierarchy, validityOf } from './hierarchy.ts'
import { formatPrivateKey, generateKey, type KeyPair, rsaTestKey } from './keys.ts'
import { distinguishedName, type SubjectNames } from './names.ts'
import { dayFrom } from './roots.ts'
import type { Identity, IssuedCertificate } from './types.ts'

/** What identities are issued from. */
export interface IssueOptions {
  readonly hierarchy: Hierarchy
  readonly key: KeyType
  readonly now: Date
  /** The time of the run, for what has to stay current. */
  clock(): Date
  /** Names of a leaf whose facets name none. */
  readonly names: SubjectNames
}

/** Days of a leaf as of now. */
export const leafDays = { notBefore: -1, notAfter: 90 } as const

/** Issues the identity of one scenario: of an entry that leaves the names to the run, without its addresses. */
export const issueIdentity = (id: string, facets: CertificateFacets, options: IssueOptions): Identity => {
  const names = namesOf(facets, options)
  const isLeftToRun = facets.names === undefined
  // A wildcard beside `localhost` and an address below a constraint of addresses each break a client that is right.
  if (!isLeftToRun || names.dnsNames.length === 0 || names.ipAddresses.length === 0) {
    return issueWithNames(id, facets, names, options)
  }
  const byAddress = once(() => issueWithNames(id, facets, names, options))
  const identity = issueWithNames(id, facets, { ...names, ipAddresses: [] }, options, byAddress)
  // Clients keep a CRL for days, so it has both from the start.
  if (facets.revocation !== undefined) byAddress()
  return identity
}

const issueWithNames = (
  id: string,
  facets: CertificateFacets,
  names: SubjectNames,
  options: IssueOptions,
  byAddress?: () => Identity,
): Identity => {
  const key = leafKey(facets.key?.leaf ?? options.key)
  const recipe = {
    key,
    names,
    ...(facets.subject?.leaf === undefined ? {} : { subject: distinguishedName(facets.subject.leaf) }),
    ...validityOf(options.now, facets.dates?.leaf, leafDays),
    ...(facets.usage === undefined ? {} : { extendedKeyUsage: facets.usage.extendedKeyUsage }),
    extensions: facets.extensions ?? [],
  }
  if (facets.issuer === 'self') {
    const authority = options.hierarchy.selfSigned(recipe)
    return describe(id, facets, options, {
      byAddress,
      key,
      leaf: authority.certificate,
      issuer: authority,
      chain: [],
      root: undefined,
      anchor: authority.certificate,
    })
  }

  const { part, root, soundRoot, intermediate } = options.hierarchy.branch(id, facets)
  const leaf = intermediate.issue(recipe)
  const anchorHelps = part === 'untrusted-root' || facets.dates?.root !== undefined
  return describe(id, facets, options, {
    byAddress,
    key,
    leaf,
    issuer: intermediate,
    chain: [intermediate.certificate],
    root,
    anchor: anchorHelps ? soundRoot : undefined,
  })
}

interface Issued {
  readonly byAddress: (() => Identity) | undefined
  readonly key: KeyPair
  readonly leaf: IssuedCertificate
  readonly issuer: Authority
  readonly chain: readonly IssuedCertificate[]
  readonly root: Authority | undefined
  readonly anchor: IssuedCertificate | undefined
}

const describe = (id: string, facets: CertificateFacets, { now, clock }: IssueOptions, issued: Issued): Identity => {
  const { leaf, issuer, chain, root, anchor } = issued
  if (facets.revocation !== undefined) {
    issuer.revoke(leaf, facets.revocation.reason, dayFrom(now, -1))
  }
  const members = { leaf: [leaf], intermediate: chain, root: root === undefined ? [] : [root.certificate] }
  const send = facets.chain?.send ?? ['leaf', 'intermediate']
  return {
    id,
    leaf,
    keyPem: formatPrivateKey(issued.key),
    servedPem: joinPem(send.flatMap((member) => members[member])),
    chainPem: joinPem(chain),
    // Signed when they are read, since most runs serve a leaf and nothing else, and again before they grow stale.
    get crl() {
      const der = issuer.crl(clock())
      return { pem: formatCrl(der), der }
    },
    get crlChainPem() {
      return [issuer, ...(root === undefined ? [] : [root])].map(({ crl }) => formatCrl(crl(clock()))).join('')
    },
    get ocspDer() {
      return issuer.ocspResponse(leaf, clock())
    },
    rootPem: anchor?.pem,
    get byAddress() {
      return issued.byAddress?.()
    },
  }
}

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

const formatCrl = (der: Buffer): string => formatPem('X509 CRL', der)

const leafKey = (type: KeyType): KeyPair => (type === 'rsa' ? rsaTestKey('server') : generateKey('ec'))

const namesOf = (facets: CertificateFacets, { names }: IssueOptions): SubjectNames =>
  facets.names === undefined ? names : { dnsNames: facets.names.dnsNames, ipAddresses: facets.names.ipAddresses ?? [] }

/** PEM, concatenated. */
export const joinPem = (certificates: readonly IssuedCertificate[]): string =>
  certificates.map(({ pem }) => pem).join('')
