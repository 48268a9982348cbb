import { MockmailError } from '../errors.ts'
import type { Member, MemberName } from '../scenarios/entry.ts'
import { type Places, placesFor } from '../scenarios/recipe/places.ts'
import { graphProblem, kindOf, pathOf, type Recipe, reachedBy } from '../scenarios/recipe/recipe.ts'
import { freed } from './freedom.ts'
import type { Hierarchy } from './hierarchy.ts'
import { createNode, type Node } from './node.ts'
import { rootConstraints } from './roots.ts'
import { sharedKey } from './shared.ts'

/** Which of its two leaves an identity shows: with the run's addresses among its names, or without. */
export type Variant = 'by-name' | 'by-address'

const variants = ['by-name', 'by-address'] as const satisfies readonly Variant[]

/** The members of one identity, issued as they are asked for. */
export interface Graph {
  readonly recipe: Recipe
  readonly places: Places
  readonly hierarchy: Hierarchy
  /** A member, of which everything is made when it is first read; the leaf in the variant that is asked for. */
  readonly node: (name: MemberName, variant?: Variant) => Node
  /** Whether the run's addresses have a leaf of their own: an entry that says the names says all of them. */
  readonly hasTwoLeaves: boolean
  /** Every member that clients are given to trust. */
  trusted(): readonly Node[]
  /** Makes the leaf anew, with what is due above it and all that stands below that. */
  renew(now: Date): void
}

/**
 * @throws {MockmailError} INVALID_DEFINITION for a graph that cannot be: a member that is not there, names in a circle
 */
export const createGraph = (id: string, given: Recipe, hierarchy: Hierarchy, started: Date): Graph => {
  const problem = graphProblem(given)
  if (problem !== undefined) {
    throw new MockmailError('INVALID_DEFINITION', `The certificate '${id}' cannot be issued: ${problem}.`)
  }
  const places = placesFor(given, hierarchy.places)
  const recipe = freed(given, rootConstraints(hierarchy.options), places)
  const own = new Map<string, Node>()
  let now = started

  const hasTwoLeaves =
    hierarchy.hasBothKindsOfNames && recipe.sni === undefined && !saysNames(recipe.members['leaf'] ?? {})
  const node = (name: MemberName, variant: Variant = 'by-name'): Node => {
    const shared = sharedKey(name, recipe)
    const nodes = shared === undefined ? own : hierarchy.shared
    const key = shared ?? `${name === 'leaf' ? variant : ''} ${name}`
    const known = nodes.get(key)
    if (known !== undefined) return known
    const made = createNode(name, graph, { now, variant })
    nodes.set(key, made)
    return made
  }
  const forget = (name: MemberName): void => {
    const shared = sharedKey(name, recipe)
    if (shared !== undefined) hierarchy.shared.delete(shared)
    for (const variant of ['', ...variants]) own.delete(`${variant} ${name}`)
  }
  const isTrusted = (name: MemberName): boolean => trusts(name, recipe.members[name])

  const graph: Graph = {
    recipe,
    places,
    hierarchy,
    node,
    hasTwoLeaves,
    trusted: () =>
      [...reachedBy(recipe)]
        .filter(isTrusted)
        .flatMap((name) => (name === 'leaf' && hasTwoLeaves ? variants.map((one) => node(name, one)) : [node(name)])),
    renew(at) {
      now = at
      const names = new Set(['leaf', ...Object.values(recipe.sni ?? {})].flatMap((name) => pathOf(name, recipe)))
      const due = new Set([...names].filter((name) => name === 'leaf' || node(name).isDue(at)))
      // What has a new issuer is signed anew, and so is what stands below that; whom a client trusts stays.
      const stale = [...names].filter(
        (name) => !isTrusted(name) && pathOf(name, recipe).some((above) => due.has(above)),
      )
      for (const name of stale) forget(name)
    },
  }
  return graph
}

/** A root is, unless told otherwise. */
const trusts = (name: MemberName, member: Member = {}): boolean => member.trusted ?? kindOf(name, member) === 'root'

const saysNames = ({ names, version, extensions, raw }: Member): boolean =>
  names !== undefined ||
  version === 1 ||
  raw?.extensions !== undefined ||
  extensions?.subjectAltName === null ||
  extensions?.subjectAltName?.value !== undefined
