import { DEFAULT_CIPHERS } from 'node:tls'
import type { WrittenScenario } from '../certs/manifest.ts'
import type { Identity } from '../certs/types.ts'
import type { CapabilityChange, PresetEntry, QuirkEntry, TlsProfile } from '../scenarios/entry.ts'
import { dialledName } from '../scenarios/recipe/places.ts'
import type { ConnectionParts, Scenario } from '../scenarios/scenario.ts'
import { type Action, type Hook, momentOfAction } from '../scenarios/vocabulary.ts'
import type { Attached, AttachedChange, Behaviour } from '../servers/core/behaviour.ts'
import type { TlsIdentity } from '../tls/terminator.ts'
import type { CheckedOptions } from './options.ts'

type BehavingPart = { readonly id: string; readonly entry: PresetEntry | QuirkEntry }

/** What its parts make of a connection. Quirks do not conflict, and what they set takes the place of a preset's. */
export function behaviourOf({ certificate, preset, quirks, expectation }: ConnectionParts): Behaviour {
  const parts: readonly BehavingPart[] = [...(preset ? [preset] : []), ...quirks]
  const at = new Map<Hook, Attached>()
  let tls: TlsProfile = certificate.recipe.tls ?? {}
  let speaks: Behaviour['speaks']
  for (const { id, entry } of parts) {
    tls = { ...tls, ...entry.tls }
    if ('speaks' in entry && entry.speaks) speaks = { part: id, what: entry.speaks }
    for (const [hook, effects] of Object.entries(entry.at ?? {})) {
      at.set(canonical(hook as Hook), { part: id, effects })
    }
  }
  return {
    ...(speaks && { speaks }),
    tls,
    tapped: expectation.expect !== 'accept',
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

const actionOfMoment = new Map(
  Object.entries(momentOfAction).map(([action, moment]) => [moment as string, action as Action]),
)

/** A moment that is the reply to a command is that command. */
const canonical = (hook: Hook): Hook => {
  const action = actionOfMoment.get(hook)
  return action ? `command:${action}` : hook
}

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
  leafSize: leaf.der.length,
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
