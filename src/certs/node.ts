import { createHash } from 'node:crypto'
import type { Member, MemberName, Subject } from '../scenarios/entry.ts'
import { issuerOf, kindOf } from '../scenarios/recipe/recipe.ts'
import type { Authority } from './authority.ts'
import type { Der } from './der.ts'
import { saysOfConstraints } from './freedom.ts'
import type { Graph, Variant } from './graph.ts'
import { issueMember, namesFor } from './issue.ts'
import { type KeyPair, keyNameOf, leafKey } from './keys.ts'
import { authorityName, commonName, commonNameFor } from './names.ts'
import { dueAfter } from './renewal.ts'
import { rootConstraints, soundRoot, titles } from './roots.ts'
import { type RootPart, sharedKey, usualPart } from './shared.ts'
import type { Signer } from './signer.ts'
import type { IssuedCertificate } from './types.ts'
import { distinguishedName } from './values.ts'

/** A member of a graph. Its name and key are there before anything is signed, so that two may certify each other. */
export interface Node {
  readonly name: MemberName
  readonly member: Member
  readonly signer: Signer
  readonly certificate: IssuedCertificate
  /** What it is as an issuer. */
  readonly authority: Authority
  /** Of a root: what a client can trust for this fault to disappear; itself where nothing is wrong with it. */
  readonly sound: IssuedCertificate
  /** Whether it is nearer to its end or its beginning than it should come. */
  isDue(at: Date): boolean
}

/** What a node is made for. */
export interface Making {
  readonly now: Date
  readonly variant: Variant
}

export const createNode = (name: MemberName, graph: Graph, making: Making): Node => {
  const { hierarchy, recipe } = graph
  const member = recipe.members[name] ?? {}
  const issuer = issuerOf(name, member)
  const part = usualPart(name, recipe)
  const kept = name === 'root' && part !== undefined ? hierarchy.root(part) : undefined
  const key = once(() => kept?.signer.key ?? keyFor(name, graph))
  const subject = once(() => kept?.signer.name ?? subjectFor(name, graph, key(), making))
  const authority = once(() => hierarchy.register(node, graph))
  const certificate = once(() => {
    if (kept === undefined)
      return issueMember(node, graph, { ...making, issuer: issuer === 'self' ? node : graph.node(issuer) })
    authority().vouchFor(kept.certificate)
    return kept.certificate
  })
  const sound = once(() => {
    const constraints = saysOfConstraints(member) ? undefined : rootConstraints(hierarchy.options)
    return hasFault(member) ? soundRoot(node.signer, making.now, constraints) : node.certificate
  })
  const node: Node = {
    name,
    member,
    get signer() {
      return { name: subject(), key: key() }
    },
    get certificate() {
      return certificate()
    },
    get authority() {
      return authority()
    },
    get sound() {
      return sound()
    },
    isDue: (at) => at.getTime() >= dueAfter(making.now, node.certificate),
  }
  return node
}

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Words with which a client may well trust a root. */
const harmless: ReadonlySet<string> = new Set([
  'trusted',
  'subject',
  'subjectOf',
  'key',
  'keyOf',
  'crl',
  'ocsp',
  'like',
])

const hasFault = ({ extensions = {}, ...member }: Member): boolean =>
  Object.keys(member).some((word) => !harmless.has(word)) ||
  Object.entries(extensions).some(([name, change]) => name !== 'nameConstraints' || change !== null)

const keyFor = (name: MemberName, { hierarchy, recipe, node }: Graph): KeyPair => {
  const member = recipe.members[name] ?? {}
  const usualName = keyNameOf(hierarchy.options.key)
  if (member.key === undefined && member.keyOf !== undefined) return node(member.keyOf).signer.key
  const kind = kindOf(name, member)
  if (kind === 'leaf' || kind === 'responder') return leafKey(member.key ?? usualName)
  if (member.key !== undefined) return hierarchy.authorityKey(member.key, kind)
  const part = name === 'root' ? keptPart(member) : usualPart(name, recipe)
  if (part === undefined) return hierarchy.authorityKey(usualName, kind)
  return name === 'root' ? hierarchy.root(part).signer.key : hierarchy.intermediateKey(part)
}

/**
 * A root with a name of its own has the key of the run's root of that part, so that who has once trusted it knows it again in
 * the next run; but no key that is kept may vouch for everybody.
 */
const keptPart = (member: Member): RootPart | undefined => {
  if (member.trusted === false) return 'untrusted-root'
  return saysOfConstraints(member) ? undefined : 'root'
}

const subjectFor = (name: MemberName, graph: Graph, key: KeyPair, { variant }: Making): Der => {
  const { recipe, places, hierarchy, node } = graph
  const member = recipe.members[name] ?? {}
  const kind = kindOf(name, member)
  if (member.subject === undefined && member.subjectOf !== undefined) return node(member.subjectOf).signer.name
  if (kind !== 'leaf') {
    return authorityName(member.subject ?? titleFor(name, graph), suffixFor(name, graph, key), places)
  }
  if (member.subject !== undefined) return distinguishedName(member.subject, places)
  const plain = commonNameFor(namesFor(name, graph, variant) ?? hierarchy.namesOf(variant), places)
  // A name that is no name of a host must stand in one place only.
  return commonName(plain ?? (member.names === undefined ? undefined : 'mockmail'))
}

const titleFor = (name: MemberName, { recipe }: Graph): Subject => {
  const member = recipe.members[name] ?? {}
  const isUntrusted = recipe.members['root']?.trusted === false
  if (name === 'root') {
    if (member.extensions?.nameConstraints === null) return [['CN', 'mockmail Unconstrained Root CA']]
    return [['CN', isUntrusted ? titles['untrusted-root'] : titles.root]]
  }
  if (name !== 'intermediate') return [['CN', `mockmail ${name}`]]
  return [['CN', `mockmail ${isUntrusted ? 'Untrusted ' : ''}Intermediate CA`]]
}

/** Tells runs apart, and authorities of one run; that of a root with a kept key is the same in the next run. */
const suffixFor = (name: MemberName, { hierarchy, recipe }: Graph, key: KeyPair): string => {
  const member = recipe.members[name] ?? {}
  if (usualPart(name, recipe) !== undefined) return hierarchy.options.suffix
  if (name !== 'root' || keptPart(member) === undefined) return `${hierarchy.options.suffix}-${hierarchy.count()}`
  const { trusted: _, subject: __, ...rest } = member
  const own = sharedKey(name, recipe) === undefined ? [hierarchy.count()] : []
  const difference = Object.keys(rest).length + own.length === 0 ? '' : `-${digest(JSON.stringify([rest, own]))}`
  return `${key.keyId.toString('hex', 0, 3)}${difference}`
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 4)
