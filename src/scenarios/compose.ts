import { MockmailError } from '../errors.ts'
import type { CertificateEntry, CertificateFault, PresetEntry, QuirkEntry } from './entry.ts'
import { behaviourClaims, behaviourSettings } from './quirk-claims.ts'
import { listedValues, type Parameterised, withValue } from './recipe/parameter.ts'
import { graphProblem, type Recipe, recipeOf } from './recipe/recipe.ts'
import { facetsOfFault, overlap, settingsOfFault, unreachedSettings } from './recipe/settings.ts'
import type { Part } from './registry.ts'
import { type Facet, facets } from './vocabulary.ts'

/** The facets that a certificate or a preset sets, with any value of its parameter. */
export const facetsOf = (entry: CertificateEntry | PresetEntry): readonly Facet[] => {
  const set = new Set(valuesOf(entry).flatMap((one) => [...facetsOfFault(one as CertificateFault)]))
  return facets.filter((facet) => set.has(facet))
}

/** The entry with each value that is listed, or the entry. */
const valuesOf = <Entry extends Parameterised>(entry: Entry): readonly Entry[] => {
  const values = listedValues(entry)
  return values.length === 0 ? [entry] : values.map((value) => withValue('', entry, value))
}

/**
 * What a part lays claim to, as words. Two parts of a scenario must not claim the same. A preset gives way to every other
 * part, so all that it claims is to be the only one.
 */
export function claimsOf(part: Part): readonly string[] {
  if (part.kind === 'preset') return ['preset']
  if (part.kind !== 'quirk') return settingsOf(part)
  return [...behaviourClaims(part.entry), ...settingsOfFault(leafOf(part.entry))]
}

/** What a part sets, as words: with any value of its parameter, where it has none yet. */
export const settingsOf = ({ kind, entry }: Part): readonly string[] => [
  ...new Set(
    valuesOf<Part['entry']>(entry).flatMap((one) => [
      ...settingsOfFault(kind === 'quirk' ? leafOf(one as QuirkEntry) : faultOf(one)),
      ...(kind === 'certificate' ? [] : behaviourSettings(one as QuirkEntry | PresetEntry)),
    ]),
  ),
]

/** What a quirk wants of the leaf. */
const leafOf = ({ leaf }: QuirkEntry): CertificateFault => (leaf ? { leaf } : {})

/** Of a preset, TLS is its server's and not its certificate's. */
const faultOf = (entry: Part['entry']): CertificateFault => {
  const { tls: _, ...fault } = entry as PresetEntry
  return 'modes' in entry ? fault : (entry as CertificateEntry)
}

/** @throws {MockmailError} CONFLICT, naming both parts and what both of them set, or what would be lost of one */
export function refuseConflicts(parts: readonly (Part & { readonly base?: string })[]): void {
  const owned: (readonly [claim: string, owner: string])[] = []
  const seen = new Set<string>()
  for (const part of parts) {
    const base = part.base ?? part.id
    if (seen.has(base)) throw new MockmailError('CONFLICT', `'${base}' stands in the scenario twice.`)
    seen.add(base)
    for (const claim of claimsOf(part)) {
      const found = owned.find(([other, owner]) => owner !== part.id && overlap(claim, other))
      if (found) throw conflict(found[1], part.id, `both set ${spelled(inOneWord(claim, part, found[1], owned))}`)
      owned.push([claim, part.id])
    }
  }
  refuseLost(parts)
}

/** What both set in clear and inside TLS, without a word of either. */
function inOneWord(claim: string, part: Part, owner: string, owned: readonly (readonly [string, string])[]): string {
  const other = claim.replace(/ in clear\b/, ' inside TLS')
  const both = claimsOf(part).includes(other) && owned.some(([set, by]) => set === other && by === owner)
  return both ? claim.replace(/ in clear\b/, '') : claim
}

const conflict = (one: string, other: string, why: string): MockmailError =>
  new MockmailError(
    'CONFLICT',
    `'${one}' and '${other}' cannot be combined: ${why}. Parts joined by '+' must set different things; 'mockmail list' shows what each sets.`,
  )

/** Of a certificate it is a place, `leaf.dates`; anything else is a name of a kind. */
const spelled = (claim: string): string =>
  /^[\w-]+\.|^(?:members|send|sni|dial|changesAt)$/.test(claim) ? claim : `the ${claim}`

/** A fault of a member that no client is led to would vanish without a word. */
function refuseLost(parts: readonly Part[]): void {
  const identities = parts.filter(({ kind }) => kind !== 'quirk')
  const faults = identities.map(({ entry }) => faultOf(entry))
  if (faults.length < 2) return
  for (const { kind, id, entry } of identities) {
    const [lost] = kind === 'preset' ? [] : unreachedSettings(faultOf(entry), faults)
    if (lost === undefined) continue
    const others = identities.flatMap((other) => (other.id === id ? [] : [other.id])).join("' and '")
    const member = lost.replace(/^members\.|\..*$/g, '')
    throw conflict(others, id, `'${id}' sets ${lost}, and nothing leads a client to that ${member} any more`)
  }
  const problem = graphProblem(recipeOf(...faults))
  if (problem !== undefined) throw conflict(identities[0]?.id ?? '', identities.at(-1)?.id ?? '', problem)
}

/** The graph of what several parts say of an identity, a later one in place of an earlier one. */
export const joinedRecipe = (entries: readonly Part['entry'][]): Recipe => recipeOf(...entries.map(faultOf))
