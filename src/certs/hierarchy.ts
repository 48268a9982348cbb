import type { GeneralNames, KeyDetails, KeyName, Unavailable } from '../scenarios/entry.ts'
import type { Places } from '../scenarios/recipe/places.ts'
import type { Recipe } from '../scenarios/recipe/recipe.ts'
import { type Authority, type AuthorityUrls, type Context, createAuthority, type OtherMember } from './authority.ts'
import { createGraph, type Graph, type Variant } from './graph.ts'
import { nobodysKey } from './issue.ts'
import type { KeyPair } from './keys.ts'
import { generalNamesOf } from './names.ts'
import type { Node } from './node.ts'
import type { Root, RootOptions } from './roots.ts'
import { type RootPart, usualPart } from './shared.ts'
import type { IssuedCertificate } from './types.ts'

/** What graphs are made of; the functions are called when something is first needed. */
export interface HierarchyOptions {
  readonly options: RootOptions
  readonly places: Places
  root(part: RootPart): Root
  intermediateKey(part: RootPart): KeyPair
  /** A key for an authority that has one of its own. */
  authorityKey(wanted: KeyName | KeyDetails, as: 'root' | 'intermediate'): KeyPair
  /** Where an authority's revocation information is served, or where it is said to be. */
  urls(authority: string, unavailable: { readonly crl?: Unavailable; readonly ocsp?: Unavailable }): AuthorityUrls
  /** Where an authority's certificate is served, or where it is said to be. */
  caIssuersUrl(authority: string, unavailable?: Unavailable): string | undefined
}

/** What the graphs of a run have in common. */
export interface Hierarchy extends HierarchyOptions {
  /** Members that several identities have, by what they are made like. */
  readonly shared: Map<string, Node>
  readonly hasBothKindsOfNames: boolean
  namesOf(variant: Variant): GeneralNames
  /** One more than before. */
  count(): number
  /** Gives a member a name at the responder. */
  register(node: Node, graph: Graph): Authority
  authority(id: string): Authority | undefined
  /** The certificate of an authority. */
  certificate(id: string): IssuedCertificate | undefined
  graph(id: string, recipe: Recipe, now: Date): Graph
}

export const createHierarchy = (made: HierarchyOptions): Hierarchy => {
  const nodes = new Map<string, Node>()
  const { dnsNames, ipAddresses } = made.options.names
  const hasBothKindsOfNames = dnsNames.length > 0 && ipAddresses.length > 0
  let count = 1

  /** Those of every run have no number. */
  const idOf = ({ name }: Node, { recipe }: Graph): string => {
    const kind = name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
    return usualPart(name, recipe) === 'root' ? kind : `${kind}-${++count}`
  }

  const hierarchy: Hierarchy = {
    ...made,
    shared: new Map(),
    hasBothKindsOfNames,
    namesOf: (variant) =>
      generalNamesOf({ dnsNames, ipAddresses: hasBothKindsOfNames && variant === 'by-name' ? [] : ipAddresses }),
    count: () => ++count,
    register(node, graph) {
      const id = idOf(node, graph)
      nodes.set(id, node)
      const { crl, ocsp } = node.member
      const urls = made.urls(id, {
        ...(crl?.unavailable && { crl: crl.unavailable }),
        ...(ocsp?.unavailable && { ocsp: ocsp.unavailable }),
      })
      return createAuthority({
        id,
        signer: node.signer,
        urls: {
          ...(crl !== null && urls.crl !== undefined && { crl: urls.crl }),
          ...(ocsp !== null && urls.ocsp !== undefined && { ocsp: urls.ocsp }),
        },
        ...(crl !== undefined && { crl }),
        ...(ocsp !== undefined && { ocsp }),
        context: contextOf(node, graph),
      })
    },
    authority: (id) => nodes.get(id)?.authority,
    certificate: (id) => nodes.get(id)?.certificate,
    graph: (id, recipe, now) => createGraph(id, recipe, hierarchy, now),
  }
  return hierarchy
}

/** How words of a member are understood: they name others of its graph. */
export const contextOf = (node: Node, graph: Graph): Context => ({
  places: graph.places,
  other: (name) => (name === 'other' ? nobody(node) : graph.node(name)),
})

/** Of nobody only a key is known, like that of whom it stands in for. */
const nobody = ({ signer, certificate }: Node): OtherMember => ({
  signer: { name: signer.name, key: nobodysKey(signer.key) },
  certificate,
})
