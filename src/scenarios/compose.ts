import { MockmailError } from '../errors.ts'
import type { CertificateFacets } from './entry.ts'
import { behaviourClaims, behaviourSettings } from './quirk-claims.ts'
import type { Part } from './registry.ts'
import { type Facet, facets } from './vocabulary.ts'

/** The facets that a certificate or a preset sets. */
export const facetsOf = (entry: CertificateFacets): readonly Facet[] =>
  facets.filter((facet) => (entry as Record<string, unknown>)[facet] !== undefined)

/**
 * What a part lays claim to, as words. Two parts of a scenario must not claim the same. A preset gives way to every other
 * part, so all that it claims is to be the only one.
 */
export function claimsOf(part: Part): readonly string[] {
  if (part.kind === 'preset') return ['preset']
  return part.kind === 'quirk' ? behaviourClaims(part.entry) : settingsOf(part)
}

/** What a part sets, as words. */
export function settingsOf(part: Part): readonly string[] {
  const named = part.kind === 'quirk' ? [] : facetsOf(part.entry).map((facet) => `facet ${facet}`)
  return part.kind === 'certificate' ? named : [...named, ...behaviourSettings(part.entry)]
}

/** @throws {MockmailError} CONFLICT, naming both parts and what both of them set */
export function refuseConflicts(parts: readonly Part[]): void {
  const owners = new Map<string, string>()
  const seen = new Set<string>()
  for (const part of parts) {
    if (seen.has(part.id)) throw new MockmailError('CONFLICT', `'${part.id}' stands in the scenario twice.`)
    seen.add(part.id)
    for (const claim of claimsOf(part)) {
      const owner = owners.get(claim)
      if (owner !== undefined) {
        throw new MockmailError(
          'CONFLICT',
          `'${owner}' and '${part.id}' cannot be combined: both set the ${inOneWord(claim, claimsOf(part), owners, owner)}. Parts joined by '+' must set different things; 'mockmail list' shows what each sets.`,
        )
      }
      owners.set(claim, part.id)
    }
  }
}

/** What both set in clear and inside TLS, without a word of either. */
function inOneWord(
  claim: string,
  claims: readonly string[],
  owners: ReadonlyMap<string, string>,
  owner: string,
): string {
  const other = claim.replace(/ in clear\b/, ' inside TLS')
  return other !== claim && claims.includes(other) && owners.get(other) === owner
    ? claim.replace(/ in clear\b/, '')
    : claim
}

/** The facets of several entries together, a later one in place of an earlier one. */
export const mergeFacets = (entries: readonly CertificateFacets[]): CertificateFacets =>
  Object.assign(
    {},
    ...entries.map((entry) => {
      const set = new Set<string>(facetsOf(entry))
      return Object.fromEntries(Object.entries(entry).filter(([key]) => set.has(key)))
    }),
  )
