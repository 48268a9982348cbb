import type { WrittenScenario } from '../certs/manifest.ts'
import type { Identity } from '../certs/types.ts'
import type { CapabilityChange, PresetEntry, QuirkEntry, TlsProfile } from '../scenarios/entry.ts'
import { canonicalHook } from '../scenarios/hooks.ts'
import type { ConnectionParts, Scenario } from '../scenarios/scenario.ts'
import type { Hook } from '../scenarios/vocabulary.ts'
import type { Attached, AttachedChange, Behaviour } from '../servers/core/behaviour.ts'
import type { TlsIdentity } from '../tls/engine.ts'

type BehavingPart = { readonly id: string; readonly entry: PresetEntry | QuirkEntry }

/** What its parts make of a connection. Quirks do not conflict, and what they set takes the place of a preset's. */
export function behaviourOf({ preset, quirks, expectation }: ConnectionParts): Behaviour {
  const parts: readonly BehavingPart[] = [...(preset ? [preset] : []), ...quirks]
  const at = new Map<Hook, Attached>()
  let tls: TlsProfile = {}
  let speaks: Behaviour['speaks']
  for (const { id, entry } of parts) {
    tls = { ...tls, ...entry.tls }
    if ('speaks' in entry && entry.speaks) speaks = { part: id, what: entry.speaks }
    for (const [hook, effects] of Object.entries(entry.at ?? {})) {
      at.set(canonicalHook(hook as Hook), { part: id, effects })
    }
  }
  return {
    ...(speaks && { speaks }),
    tls,
    hearsBelow: expectation.expect !== 'accept',
    tlsParts: parts.flatMap(({ id, entry }) => (entry.tls ? [id] : [])),
    capabilities: parts.flatMap(({ id, entry }) => (entry.capabilities ? [attach(id, entry.capabilities)] : [])),
    at,
  }
}

const attach = (part: string, change: CapabilityChange): AttachedChange => ({
  part,
  add: [],
  remove: [],
  replace: {},
  order: [],
  ...change,
})

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
export const tlsIdentityOf = ({ id, keyPem, servedPem, leaf }: Identity, clientCaPem: string): TlsIdentity => ({
  id,
  keyPem,
  servedPem,
  subject: leaf.subject,
  fingerprint256: leaf.fingerprint256,
  clientCaPem,
})
