import { isIP } from 'node:net'
import type { MemberName } from '../scenarios/entry.ts'
import { anchorOf, issuerOf, pathOf, type Recipe } from '../scenarios/recipe/recipe.ts'
import { isWeakSignature, usualSignature } from './algorithms.ts'
import type { Graph, Variant } from './graph.ts'
import { contextOf, type Hierarchy } from './hierarchy.ts'
import { formatPrivateKey, type KeyPair } from './keys.ts'
import type { Node } from './node.ts'
import { formatPem } from './pem.ts'
import { dueAfter } from './renewal.ts'
import type { Identity, IssuedCertificate } from './types.ts'
import { bytesOf } from './values.ts'

/** What identities are issued from. */
export interface IssueOptions {
  readonly hierarchy: Hierarchy
  /** The time of the run. */
  clock(): Date
}

/** The identity of one scenario: its graph, and what it has come to by now. */
export interface KeptIdentity {
  /** Issued at the first call, and anew when it is due. */
  current(): Identity
  /** What clients are given to trust for it, besides the run's own root. */
  trusted(): readonly IssuedCertificate[]
}

/**
 * In a server that runs for weeks a fault stays as far from now as it was, and a sound leaf stays sound.
 * @throws {MockmailError} INVALID_DEFINITION
 */
export const keepIdentity = (id: string, recipe: Recipe, { hierarchy, clock }: IssueOptions): KeptIdentity => {
  const graph = hierarchy.graph(id, recipe, clock())
  let latest: { readonly identity: Identity; readonly due: number } | undefined
  return {
    current() {
      const now = clock()
      if (latest !== undefined && now.getTime() < latest.due) return latest.identity
      if (latest !== undefined) graph.renew(now)
      const identity = describe(id, graph, { clock, variant: 'by-name', from: 'leaf' })
      latest = { identity, due: dueOf(graph, now) }
      return identity
    },
    trusted: () => graph.trusted().map(({ certificate }) => certificate),
  }
}

/** Whom a client trusts is never issued again. */
const dueOf = ({ recipe, node }: Graph, now: Date): number => {
  const members = pathOf('leaf', recipe).filter((name) => recipe.members[name]?.trusted !== true)
  return Math.min(...members.map((name) => dueAfter(now, node(name).certificate)))
}

interface View {
  clock(): Date
  readonly variant: Variant
  /** Which member is shown as the leaf. */
  readonly from: MemberName
}

const describe = (id: string, graph: Graph, view: View): Identity => {
  const { recipe, places, node } = graph
  const { clock, variant, from } = view
  const of = (name: MemberName): Node => node(name, variant)
  const shown = of(from)
  const path = pathOf(from, recipe)
  const issuers = [...new Set(path.map((name) => authorityOf(name, recipe, of)))]
  const sent = (recipe.send ?? ['path']).flatMap((one) => (one === 'path' ? path : one === 'leaf' ? from : one))
  const members = sent.flatMap((one) => (typeof one === 'string' ? [of(one)] : []))
  const [issuer] = issuers
  const { staple } = shown.member
  const others = new Map<MemberName, Identity>()
  const words = staple ?? undefined
  const stapled = (): Buffer | undefined =>
    issuer?.authority.ocspResponse(shown.certificate, clock(), words && { words, context: contextOf(issuer, graph) })
  const other = (variant: Variant, from: MemberName): Identity => {
    const key = `${variant} ${from}`
    const known = others.get(key) ?? describe(id, graph, { clock, variant, from })
    others.set(key, known)
    return known
  }
  // Clients keep a CRL for days, so it has both from the start.
  if (shown.member.revoked !== undefined && graph.hasTwoLeaves) void node('leaf', 'by-address').certificate
  const identity: Identity = {
    id,
    leaf: shown.certificate,
    keyPem: formatPrivateKey(shown.signer.key),
    servedPem: sent
      .map((one) =>
        typeof one === 'string' ? of(one).certificate.pem : formatPem('CERTIFICATE', bytesOf(one, places)),
      )
      .join(''),
    chainPem: joinPem(path.slice(1).map((name) => of(name).certificate)),
    // Signed when they are read, since most runs serve a leaf and nothing else, and again before they grow stale.
    get crl() {
      const der = issuer?.authority.crl(clock())
      return der && { pem: formatPem('X509 CRL', der), der }
    },
    get crlChainPem() {
      return issuers
        .flatMap(({ authority }) => authority.crl(clock()) ?? [])
        .map((der) => formatPem('X509 CRL', der))
        .join('')
    },
    get ocspDer() {
      return stapled()
    },
    staple: staple === undefined || staple === null ? undefined : stapled,
    rootPem: anchorPem(from, graph, of),
    isWeak: members.some(
      ({ signer, member, name }) => isWeakKey(signer.key) || isWeaklySigned(name, member, recipe, of),
    ),
    get byAddress() {
      return graph.hasTwoLeaves && variant === 'by-name' && from === 'leaf' ? other('by-address', from) : undefined
    },
    forName(serverName) {
      const member = recipe.sni?.[serverName ?? 'none']
      if (member !== undefined) return member === from ? identity : other(variant, member)
      // A client that names no server, or an address, has dialled an address, or may have.
      return serverName === null || isIP(serverName) > 0 ? (identity.byAddress ?? identity) : identity
    },
  }
  return identity
}

const authorityOf = (name: MemberName, recipe: Recipe, of: (name: MemberName) => Node): Node => {
  const issuer = issuerOf(name, recipe.members[name])
  return of(issuer === 'self' ? name : issuer)
}

/** OpenSSL wants security level 0 for these: below 112 bits of strength, as its newer versions count. */
const isWeakKey = ({ type, bits }: KeyPair): boolean =>
  /^(?:rsa|dsa)/.test(type) ? bits < 2048 : type === 'ec' && bits < 224

const isWeaklySigned = (
  name: MemberName,
  { signature }: Node['member'],
  recipe: Recipe,
  of: (name: MemberName) => Node,
): boolean => isWeakSignature(signature ?? usualSignature(authorityOf(name, recipe, of).signer.key))

const anchorPem = (from: MemberName, { recipe }: Graph, of: (name: MemberName) => Node): string | undefined => {
  const anchor = anchorOf(from, recipe)
  if (anchor === undefined) return undefined
  const node = of(anchor)
  if (anchor === from) return node.certificate.pem
  const isTrusted = node.member.trusted !== false
  return isTrusted && node.sound === node.certificate ? undefined : node.sound.pem
}

/** PEM, concatenated. */
export const joinPem = (certificates: readonly IssuedCertificate[]): string =>
  certificates.map(({ pem }) => pem).join('')
