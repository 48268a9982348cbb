import { chains } from './certificates/chains.ts'
import { names } from './certificates/names.ts'
import { revocation } from './certificates/revocation.ts'
import { trust } from './certificates/trust.ts'
import { validity } from './certificates/validity.ts'
import type { CertificateEntry, PresetEntry, QuirkEntry } from './entry.ts'
import { exchange } from './presets/exchange.ts'
import { injection } from './quirks/injection.ts'
import { moments } from './quirks/moments.ts'
import { session } from './quirks/session.ts'
import { sessions } from './quirks/sessions.ts'
import { starttls } from './quirks/starttls.ts'
import { tls } from './quirks/tls.ts'

/** Every certificate, by id. */
export const certificates = { ...trust, ...validity, ...names, ...chains, ...revocation }

/** Every quirk, by id. */
export const quirks = { ...starttls, ...injection, ...session, ...sessions, ...moments, ...tls }

/** Every preset, by id. */
export const presets = { ...exchange }

export type CertificateId = keyof typeof certificates
export type QuirkId = keyof typeof quirks
export type PresetId = keyof typeof presets

/** The id of anything in the catalogue. */
export type PartId = CertificateId | QuirkId | PresetId

/** One part of a scenario: where it comes from makes no difference to how it is treated. */
export type Part =
  | { readonly kind: 'certificate'; readonly id: string; readonly entry: CertificateEntry }
  | { readonly kind: 'quirk'; readonly id: string; readonly entry: QuirkEntry }
  | { readonly kind: 'preset'; readonly id: string; readonly entry: PresetEntry }

/** The groups that make up the registry, for the test that no id stands in two of them. */
export const groups = {
  trust,
  validity,
  names,
  chains,
  revocation,
  starttls,
  injection,
  session,
  sessions,
  moments,
  tls,
  exchange,
} as const

/** Everything in the catalogue, certificates first and presets last, in the order of its files. */
export const catalogue: readonly Part[] = [
  ...Object.entries<CertificateEntry>(certificates).map(([id, entry]) => ({ kind: 'certificate', id, entry }) as const),
  ...Object.entries<QuirkEntry>(quirks).map(([id, entry]) => ({ kind: 'quirk', id, entry }) as const),
  ...Object.entries<PresetEntry>(presets).map(([id, entry]) => ({ kind: 'preset', id, entry }) as const),
]

/** What runs when no scenario is named, as far as it exists. Frozen at 1.0. */
export const coreSet = [
  'good',
  'expired',
  'not-yet-valid',
  'expired-intermediate',
  'self-signed',
  'wrong-host',
  'self-signed+wrong-host',
  'untrusted-root',
  'missing-intermediate',
  'revoked',
  'starttls-stripped',
  'plaintext-on-implicit',
].filter((scenario) => scenario.split('+').every((id) => catalogue.some((part) => part.id === id)))
