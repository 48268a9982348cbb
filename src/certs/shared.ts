import type { MemberName } from '../scenarios/entry.ts'
import { issuerOf, type Recipe, referencesOf } from '../scenarios/recipe/recipe.ts'

/** An authority's part: below the root that clients are told to trust, or the one that they are not. */
export type RootPart = 'root' | 'untrusted-root'

/**
 * What an authority has in common with those of other identities that are made like it; nothing where it belongs to one alone.
 * One whose CRL or responder has something to say of a member does: clients keep a CRL by its URL, and must not keep the one
 * from before.
 */
export const sharedKey = (name: MemberName, recipe: Recipe): string | undefined => {
  if (name !== 'root' && name !== 'intermediate') return undefined
  const member = recipe.members[name] ?? {}
  const issuer = issuerOf(name, member)
  if (referencesOf(member).some(([word]) => word !== 'issuer') || hasRevoked(name, recipe)) return undefined
  if (issuer === 'self') return keyOf(name, member, '')
  const above = name === 'intermediate' && issuer === 'root' ? sharedKey('root', recipe) : undefined
  return above === undefined ? undefined : keyOf(name, member, above)
}

const hasRevoked = (issuer: MemberName, { members }: Recipe): boolean =>
  Object.entries(members).some(
    ([name, member]) => member.revoked !== undefined && issuerOf(name, member) === issuer && name !== issuer,
  )

const keyOf = (name: MemberName, member: object, above: string): string => JSON.stringify([name, member, above])

const usual: ReadonlyMap<string | undefined, RootPart> = new Map(
  [{ part: 'root', root: {} } as const, { part: 'untrusted-root', root: { trusted: false } } as const].flatMap(
    ({ part, root }): [string, RootPart][] => {
      const key = keyOf('root', root, '')
      return [
        [key, part],
        [keyOf('intermediate', {}, key), part],
      ]
    },
  ),
)

/** The part of a root or an intermediate that is as in every run; nothing where the entry changes it, or what is above it. */
export const usualPart = (name: MemberName, recipe: Recipe): RootPart | undefined => usual.get(sharedKey(name, recipe))
