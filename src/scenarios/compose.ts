import { MockmailError } from '../errors.ts'
import type { CertificateFacets, PresetEntry, QuirkEntry } from './entry.ts'
import { canonicalHook } from './hooks.ts'
import type { Part } from './registry.ts'
import { type Facet, facets, type Hook } from './vocabulary.ts'

/** The facets that a certificate or a preset sets. */
export const facetsOf = (entry: CertificateFacets): readonly Facet[] =>
  facets.filter((facet) => (entry as Record<string, unknown>)[facet] !== undefined)

/**
 * What a part lays claim to, as words. Two parts of a scenario must not claim the same. A preset gives way to every other
 * part, so all that it claims is to be the only one.
 */
export const claimsOf = (part: Part): readonly string[] => (part.kind === 'preset' ? ['preset'] : settingsOf(part))

/** What a part sets, as words. */
export function settingsOf(part: Part): readonly string[] {
  const named = part.kind === 'quirk' ? [] : facetsOf(part.entry).map((facet) => `facet ${facet}`)
  return part.kind === 'certificate' ? named : [...named, ...behaviourSettings(part.entry)]
}

function behaviourSettings({ capabilities, tls, at, ...entry }: QuirkEntry | PresetEntry): readonly string[] {
  const names = [
    ...(capabilities?.add ?? []),
    ...(capabilities?.remove ?? []),
    ...Object.keys(capabilities?.replace ?? {}),
  ]
  return [
    ...new Set(names.map((name) => `capability ${name}`)),
    ...Object.keys(tls ?? {}).map((parameter) => `TLS parameter ${parameter}`),
    ...(capabilities?.order ? ['order of capabilities'] : []),
    ...('speaks' in entry ? ['first bytes'] : []),
    ...Object.keys(at ?? {}).map((hook) => claimOf(canonicalHook(hook as Hook))),
  ]
}

const claimOf = (hook: Hook): string => (hook.startsWith('command:') ? hook.replace(':', ' ') : `moment ${hook}`)

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
          `'${owner}' and '${part.id}' cannot be combined: both set the ${claim}. Parts joined by '+' must set different things; 'mockmail list' shows what each sets.`,
        )
      }
      owners.set(claim, part.id)
    }
  }
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
