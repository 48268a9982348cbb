import { DEFAULT_CIPHERS } from 'node:tls'
import type { WrittenScenario } from '../certs/manifest.ts'
import type { Identity } from '../certs/types.ts'
import { isSteps } from '../scenarios/effects.ts'
import type { PresetEntry, QuirkEntry } from '../scenarios/entry.ts'
import { canonicalHook } from '../scenarios/hooks.ts'
import { momentsOf } from '../scenarios/moments.ts'
import type { TlsProfile } from '../scenarios/quirk-words.ts'
import { dialledName } from '../scenarios/recipe/places.ts'
import type { ConnectionParts, Scenario } from '../scenarios/scenario.ts'
import type { Hook } from '../scenarios/vocabulary.ts'
import type { Attached, Behaviour } from '../servers/core/behaviour.ts'
import type { TlsIdentity } from '../tls/engine.ts'
import type { CheckedOptions } from './options.ts'

type BehavingPart = { readonly id: string; readonly entry: PresetEntry | QuirkEntry }

/** What its parts make of a connection. Quirks do not conflict, and what they set takes the place of a preset's. */
export function behaviourOf({ certificate, preset, quirks, expectation }: ConnectionParts): Behaviour {
  const parts: readonly BehavingPart[] = [...(preset ? [preset] : []), ...quirks]
  const entries = quirks.map(({ entry }) => entry)
  const crowd = quirks.find(({ entry }) => entry.connections)
  return {
    listens: entries.every(({ listen }) => listen !== false),
    start: Object.assign({}, ...entries.map(({ start }) => start)),
    startParts: idsOf(quirks, ({ start }) => start),
    sasl: Object.assign({}, ...entries.map(({ sasl }) => sasl)),
    saslParts: idsOf(quirks, ({ sasl }) => sasl),
    ...(crowd?.entry.connections && { concurrent: { part: crowd.id, most: crowd.entry.connections.concurrent } }),
    tls: Object.assign({}, certificate.recipe.tls, ...parts.map(({ entry }) => entry.tls)),
    tlsParts: idsOf(parts, ({ tls }) => tls),
    hearsBelow: expectation.expect !== 'accept',
    capabilities: parts.flatMap(({ id: part, entry }) =>
      [entry.capabilities ?? []].flat().map((change) => ({ part, ...change })),
    ),
    at: attachedBy(parts),
  }
}

const idsOf = <Entry>(
  parts: readonly { readonly id: string; readonly entry: Entry }[],
  says: (entry: Entry) => unknown,
): readonly string[] => parts.flatMap(({ id, entry }) => (says(entry) === undefined ? [] : [id]))

/** By moment: first what has a condition, then what always happens, and what a preset does last. */
function attachedBy(parts: readonly BehavingPart[]): Behaviour['at'] {
  const at = new Map<Hook, Attached[]>()
  for (const { id: part, entry } of parts.toReversed()) {
    for (const [hook, effects] of Object.entries(momentsOf(entry))) {
      const where = canonicalHook(hook as Hook)
      const there = at.get(where) ?? []
      const always = there.findIndex((other) => !hasCondition(other))
      const attached = { part, effects }
      at.set(where, there.toSpliced(hasCondition(attached) && always >= 0 ? always : there.length, 0, attached))
    }
  }
  return at
}

const hasCondition = ({ effects }: Attached): boolean => typeof effects === 'function' || isSteps(effects)

/** What the manifest of the files says of a scenario. */
export const writtenScenario = ({ id, expectation, runs, forConnection }: Scenario): WrittenScenario => {
  const met = Array.from({ length: runs }, (_, index) => forConnection(index + 1).certificate)
  return {
    id,
    expect: expectation.expect,
    identities: [...new Map(met.map((certificate) => [certificate.id, certificate.expect]))].map(([id, expect]) => ({
      id,
      expect,
    })),
  }
}

/** What a TLS server needs of an issued identity. */
export const tlsIdentityOf = ({ id, keyPem, servedPem, leaf, staple }: Identity, clientCaPem: string): TlsIdentity => ({
  id,
  keyPem,
  servedPem,
  subject: leaf.subject,
  fingerprint256: leaf.fingerprint256,
  clientCaPem,
  ...(staple && { staple }),
})

/** The profile with the security level that OpenSSL wants for a weak certificate, where nothing else sets one. */
export const profileFor = ({ isWeak }: Identity, profile: TlsProfile): TlsProfile => {
  const { ciphers = DEFAULT_CIPHERS } = profile
  return isWeak && !ciphers.includes('@SECLEVEL') ? { ...profile, ciphers: `${ciphers}:@SECLEVEL=0` } : profile
}

/** The name to dial and to verify. */
export const servernameOf = (
  scenario: Scenario,
  { servernames, host }: Pick<CheckedOptions, 'servernames' | 'host'>,
): string =>
  dialledName(scenario.forConnection(scenario.runs).certificate.recipe, {
    servername: servernames.find((name) => !name.startsWith('*')) ?? 'localhost',
    host,
  })
