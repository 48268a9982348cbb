import type { CertificateFacets, Subject, Validity } from '../scenarios/entry.ts'
import { type Authority, type AuthorityFacts, createAuthority, type RevocationUrls } from './authority.ts'
import { type CertificateRecipe, issueCertificate, leafKeyUsage, subjectOf } from './certificate.ts'
import type { KeyPair } from './keys.ts'
import { authorityName, type SubjectNames } from './names.ts'
import {
  authorityDays,
  dayFrom,
  issueRoot,
  type Root,
  type RootOptions,
  type RootPart,
  rootConstraints,
} from './roots.ts'
import type { IssuedCertificate } from './types.ts'

/** A root and the intermediate below it that signs leaves. */
export interface Branch {
  readonly part: RootPart
  readonly root: Authority
  readonly intermediate: Authority
  /** The root with right dates, in place of one that has others. */
  readonly soundRoot: IssuedCertificate
}

/** What branches are made of; the functions are called when something is first needed. */
export interface HierarchyOptions extends RootOptions {
  /** Called once for each part. */
  root(part: RootPart): Root
  intermediateKey(part: RootPart): KeyPair
  /** Where an authority's revocation information is served. */
  urls(authority: string): RevocationUrls
}

/** The authorities of a run, made as they are needed. */
export interface Hierarchy {
  /** The branch that a leaf with these facets belongs to. */
  branch(id: string, facets: CertificateFacets): Branch
  /** An end entity that signs itself, and its own CRL. */
  selfSigned(
    recipe: Omit<CertificateRecipe, 'issuer' | keyof RevocationUrls> & { readonly names: SubjectNames },
  ): Authority
  authority(id: string): Authority | undefined
  /** The root that is trusted when nothing else is said. */
  readonly usualRoot: IssuedCertificate
  /** That root, and those with a name or dates of their own. */
  trustedRoots(): readonly IssuedCertificate[]
}

/** Validity from offsets, each end with a default in days. */
export const validityOf = (
  now: Date,
  validity: Validity | undefined,
  defaults: { readonly notBefore: number; readonly notAfter: number },
): { readonly notBefore: Date; readonly notAfter: Date } => ({
  notBefore: dayFrom(now, validity?.notBefore?.days ?? defaults.notBefore),
  notAfter: dayFrom(now, validity?.notAfter?.days ?? defaults.notAfter),
})

export const createHierarchy = (options: HierarchyOptions): Hierarchy => {
  const authorities = new Map<string, Authority>()
  const branches = new Map<string, Branch>()
  const ownRoots = new Map<string, Pick<Branch, 'root' | 'soundRoot'>>()
  let count = 1

  const register = (id: string, facts: Pick<AuthorityFacts, 'certificate' | 'signer'>): Authority => {
    const authority = createAuthority({ id, ...facts, ...options.urls(id) })
    authorities.set(id, authority)
    return authority
  }

  /** The first of its kind has no number, unless another kind may be called the same. */
  const freeId = (kind: string, subject?: Subject): string =>
    authorities.has(kind) || subject !== undefined ? `${kind}-${++count}` : kind

  const usualRoot = (part: RootPart): Authority => {
    const known = authorities.get(part)
    if (known !== undefined) return known
    return register(part, options.root(part))
  }

  const trusted = [usualRoot('root').certificate]

  /**
   * Another name than the usual root's, or a client that knows both takes the sound one and sees no fault. The key may be the
   * same, and is in the name, so that a root that is kept and trusted is known again in the next run.
   */
  const ownRoot = (
    part: RootPart,
    subject: Subject | undefined,
    validity: Validity | undefined,
  ): Pick<Branch, 'root' | 'soundRoot'> => {
    const usual = usualRoot(part)
    const id = freeId(part, subject)
    const number = validity === undefined ? '' : id.slice(part.length)
    const suffix = `${usual.signer.key.keyId.toString('hex', 0, 3)}${number}`
    const sound = issueRoot(part, usual.signer.key, { ...options, suffix }, subject)
    const certificate = validity === undefined ? sound.certificate : redated(sound, validity)
    if (part === 'root') trusted.push(certificate)
    return {
      root: register(id, { certificate, signer: sound.signer }),
      soundRoot: sound.certificate,
    }
  }

  const redated = ({ signer: { key, name } }: Root, validity: Validity): IssuedCertificate => {
    const constraints = rootConstraints(options)
    return issueCertificate({
      key,
      subject: name,
      ...validityOf(options.now, validity, authorityDays),
      authority: {},
      ...(constraints === undefined ? {} : { constraints }),
    })
  }

  const branchRoot = (
    part: RootPart,
    subject: Subject | undefined,
    validity: Validity | undefined,
  ): Pick<Branch, 'root' | 'soundRoot'> => {
    if (subject === undefined && validity === undefined) {
      const root = usualRoot(part)
      return { root, soundRoot: root.certificate }
    }
    const key = JSON.stringify([part, subject, validity])
    const roots = ownRoots.get(key) ?? ownRoot(part, subject, validity)
    ownRoots.set(key, roots)
    return roots
  }

  const createIntermediate = (
    part: RootPart,
    root: Authority,
    subject: Subject | undefined,
    validity: Validity | undefined,
  ): Authority => {
    const kind = part === 'root' ? 'intermediate' : 'untrusted-intermediate'
    const title = part === 'root' ? 'mockmail Intermediate CA' : 'mockmail Untrusted Intermediate CA'
    const id = freeId(kind, subject)
    const key = options.intermediateKey(part)
    const name = authorityName(subject ?? [['CN', title]], `${options.suffix}${id.slice(kind.length)}`)
    const certificate = root.issue({
      key,
      subject: name,
      ...validityOf(options.now, validity, authorityDays),
      authority: { pathLength: 0 },
    })
    return register(id, { certificate, signer: { name, key } })
  }

  return {
    usualRoot: usualRoot('root').certificate,
    branch(id, { issuer, subject, dates, revocation }) {
      const part: RootPart = issuer === 'untrusted-root' ? 'untrusted-root' : 'root'
      // A revoked leaf has an issuer to itself: clients keep a CRL by its URL, and must not keep the one from before.
      const own = [subject?.root, dates?.root, subject?.intermediate, dates?.intermediate]
      const key = JSON.stringify([part, ...own, revocation === undefined ? undefined : id])
      const known = branches.get(key)
      if (known !== undefined) return known
      const roots = branchRoot(part, subject?.root, dates?.root)
      const intermediate = createIntermediate(part, roots.root, subject?.intermediate, dates?.intermediate)
      const branch = { part, ...roots, intermediate }
      branches.set(key, branch)
      return branch
    },
    selfSigned(recipe) {
      const id = freeId('self-signed')
      const signer = { name: recipe.subject ?? subjectOf(recipe.names), key: recipe.key }
      const certificate = issueCertificate({
        ...recipe,
        subject: signer.name,
        keyUsage: [...leafKeyUsage(recipe.key.type), 'cRLSign'],
        ...options.urls(id),
      })
      return register(id, { certificate, signer })
    },
    authority: (id) => authorities.get(id),
    trustedRoots: () => trusted,
  }
}
