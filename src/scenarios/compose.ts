import { MockmailError } from '../errors.ts'
import type { CertificateEntry, CertificateFacets, QuirkEntry } from './entry.ts'
import type { Part } from './registry.ts'
import { type Action, actions, type Facet, facets, momentOfAction } from './vocabulary.ts'

const actionOfMoment = new Map(actions.map((action) => [momentOfAction[action] as string | undefined, action]))

/** The facets that a certificate sets. */
export const facetsOf = (entry: CertificateFacets): readonly Facet[] =>
  facets.filter((facet) => (entry as Record<string, unknown>)[facet] !== undefined)

/** What a part lays claim to, as words. Two parts of a scenario must not claim the same. */
export const claimsOf = (part: Part): readonly string[] =>
  part.kind === 'certificate' ? facetsOf(part.entry).map((facet) => `facet ${facet}`) : quirkClaims(part.entry)

function quirkClaims({ capabilities, tls, speaks, at }: QuirkEntry): readonly string[] {
  const names = [
    ...(capabilities?.add ?? []),
    ...(capabilities?.remove ?? []),
    ...Object.keys(capabilities?.replace ?? {}),
  ]
  return [
    ...new Set(names.map((name) => `capability ${name}`)),
    ...Object.keys(tls ?? {}).map((parameter) => `TLS parameter ${parameter}`),
    ...(speaks ? ['first bytes'] : []),
    ...Object.keys(at ?? {}).map(canonicalHook),
  ]
}

/** A moment that is the reply to a command is the same claim as that command. */
function canonicalHook(hook: string): string {
  const action: Action | undefined = actionOfMoment.get(hook)
  return action ? `command ${action}` : hook.startsWith('command:') ? `command ${hook.slice(8)}` : `moment ${hook}`
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
          `'${owner}' and '${part.id}' cannot be combined: both set the ${claim}. Parts joined by '+' must set different things; 'mockmail list' shows what each sets.`,
        )
      }
      owners.set(claim, part.id)
    }
  }
}

/** The facets of several certificates together. Nothing in them conflicts. */
export const mergeFacets = (entries: readonly CertificateEntry[]): CertificateFacets =>
  Object.assign(
    {},
    ...entries.map((entry) => {
      const set = new Set<string>(facetsOf(entry))
      return Object.fromEntries(Object.entries(entry).filter(([key]) => set.has(key)))
    }),
  )
