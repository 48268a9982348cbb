import type { CertificateField, GeneralNames, KeyUsage, Member, MemberName, RawFields } from '../scenarios/entry.ts'
import { kindOf } from '../scenarios/recipe/recipe.ts'
import { authorityKeyUsage, type CertificateRecipe, issueCertificate, leafKeyUsage } from './certificate.ts'
import { encodeConstraints } from './constraints.ts'
import { type Der, integer } from './der.ts'
import type { Graph, Variant } from './graph.ts'
import { generateKey, type KeyPair, rsaTestKey } from './keys.ts'
import type { Making, Node } from './node.ts'
import { authorityDays, rootConstraints } from './roots.ts'
import { dayFrom, instantOf } from './times.ts'
import type { IssuedCertificate } from './types.ts'

/** Days of a leaf as of now. */
export const leafDays = { notBefore: -1, notAfter: 90 } as const

/** What a certificate is issued by, and when. */
export interface Issuing extends Making {
  /** The node itself, where it signs itself. */
  readonly issuer: Node
}

/** Issues the certificate of a member, and has its issuer say of it what is to be said. */
export const issueMember = (node: Node, graph: Graph, issuing: Issuing): IssuedCertificate => {
  const { issuer, now } = issuing
  const { member } = node
  const isSelf = issuer === node
  const recipe = recipeFor(node, graph, issuing)
  const { authority } = issuer
  const isRoot = isSelf && kindOf(node.name, member) === 'root'
  const certificate = isRoot ? issueCertificate(recipe) : authority.issue(recipe, caIssuersOf(node, graph, issuer))
  if (isRoot) authority.vouchFor(certificate)
  if (member.revoked !== undefined) authority.revoke(certificate, member.revoked, dayFrom(now, -1))
  return certificate
}

const caIssuersOf = ({ member }: Node, { hierarchy }: Graph, issuer: Node): string | undefined =>
  member.caIssuers && hierarchy.caIssuersUrl(issuer.authority.id, member.caIssuers.unavailable)

const recipeFor = (node: Node, graph: Graph, issuing: Issuing): CertificateRecipe => {
  const { name, member, signer } = node
  const { places } = graph
  const names = namesFor(name, graph, issuing.variant)
  const constraints = constraintsFor(node, graph)
  const signKey = signKeyFor(member, graph, issuing.issuer.signer.key)
  const serial = serialFor(member, graph)
  const { signature, version, extensions, raw } = member
  const isRoot = kindOf(name, member) === 'root' && issuing.issuer === node
  return {
    key: signer.key,
    subject: signer.name,
    ...validityOf(node, issuing.now),
    ...usagesFor(node, issuing.issuer === node),
    ...(names && { names }),
    ...(constraints && { constraints }),
    ...(signKey && { signKey }),
    ...(serial && { serial }),
    ...(signature && { signature }),
    ...(version && { version }),
    ...(isRoot || extensions ? { extensions: { ...(isRoot && { authorityKeyIdentifier: null }), ...extensions } } : {}),
    ...(raw && { raw: raw as RawFields<CertificateField> }),
    places,
  }
}

/** Subject alternative names; nothing where there are none. */
export const namesFor = (
  name: MemberName,
  { recipe, hierarchy }: Graph,
  variant: Variant,
): GeneralNames | undefined => {
  const member = recipe.members[name] ?? {}
  return member.names ?? (kindOf(name, member) === 'leaf' ? hierarchy.namesOf(variant) : undefined)
}

const usagesFor = (
  { name, member, signer }: Node,
  isSelf: boolean,
): Pick<CertificateRecipe, 'basicConstraints' | 'keyUsage' | 'extendedKeyUsage' | 'ocspNoCheck'> => {
  const kind = kindOf(name, member)
  const { basicConstraints, keyUsage, extendedKeyUsage } = member
  if (kind === 'root' || kind === 'intermediate') {
    // One step, as whoever makes a chain longer names the members in between.
    const usual = name === 'intermediate' ? { cA: true, pathLenConstraint: 0 } : { cA: true }
    return {
      basicConstraints: basicConstraints ?? usual,
      keyUsage: keyUsage ?? authorityKeyUsage,
      ...(extendedKeyUsage && { extendedKeyUsage }),
    }
  }
  const signs: readonly KeyUsage[] = isSelf ? ['cRLSign'] : []
  return {
    ...(basicConstraints && { basicConstraints }),
    keyUsage: keyUsage ?? [...leafKeyUsage(signer.key), ...signs],
    extendedKeyUsage: extendedKeyUsage ?? [kind === 'leaf' ? 'serverAuth' : 'OCSPSigning'],
    ...(kind === 'responder' && { ocspNoCheck: true }),
  }
}

const constraintsFor = ({ name, member }: Node, { hierarchy, places }: Graph): Der | undefined => {
  if (member.nameConstraints !== undefined) return encodeConstraints(member.nameConstraints, places)
  return kindOf(name, member) === 'root' ? rootConstraints(hierarchy.options) : undefined
}

const signKeyFor = ({ signKey }: Member, { node }: Graph, right: KeyPair): KeyPair | undefined => {
  if (signKey === undefined) return undefined
  return signKey === 'other' ? nobodysKey(right) : node(signKey).signer.key
}

/** A key of the same kind that no certificate of the run has. */
export const nobodysKey = ({ type, bits }: KeyPair): KeyPair =>
  (type === 'rsa' ? rsaTestKey('client', 2048) : undefined) ??
  generateKey(type === 'ec' ? 'P-256' : type === 'rsa' || type === 'rsa-pss' ? `${type}-${bits}` : (type as 'ed25519'))

const serialFor = ({ serial }: Member, { node }: Graph): Der | undefined => {
  if (serial === undefined) return undefined
  return integer(typeof serial === 'number' ? serial : Buffer.from(node(serial).certificate.serial, 'hex'))
}

const validityOf = ({ name, member }: Node, now: Date): Pick<CertificateRecipe, 'notBefore' | 'notAfter' | 'times'> => {
  const usual = ['root', 'intermediate'].includes(kindOf(name, member)) ? authorityDays : leafDays
  const { notBefore, notAfter } = member.dates ?? {}
  const end = instantOf(notAfter, { now, right: dayFrom(now, usual.notAfter) })
  const begin = instantOf(notBefore, { now, right: dayFrom(now, usual.notBefore) })
  return { notBefore: begin.date, notAfter: end.date, times: { notBefore: begin.der, notAfter: end.der } }
}
