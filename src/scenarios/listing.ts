import { profileProblem } from './availability.ts'
import { facetsOf, settingsOf } from './compose.ts'
import { certificateUse, clearUse, type FineName } from './fine-names.ts'
import { catalogue, type Part, type PartId } from './registry.ts'
import type { Expect, Facet, Mode, Protocol, Reason } from './vocabulary.ts'
import { modes, protocols } from './vocabulary.ts'

/** An entry of the catalogue as `list --json` and `scenarios` show it. */
export interface ListedEntry {
  readonly id: string
  readonly kind: 'certificate' | 'quirk' | 'preset'
  readonly layer: 'certificate' | 'starttls' | 'session' | 'tls' | 'wire' | 'preset'
  /** Facets that a certificate or a preset sets. */
  readonly facets: readonly Facet[]
  /** What it sets, in words; two parts of a scenario must not set the same, but anything takes the place of a preset's. */
  readonly sets: readonly string[]
  readonly summary: string
  readonly expect: Expect
  readonly because: string
  readonly reason: Reason | null
  readonly needs: 'revocation-checking' | null
  readonly runs: number
  /** The id of the part that is the same without what this one injects; what a client does counts only beside it. */
  readonly twin: string | null
  readonly observable: 'server' | 'client'
  /** What a careless client can be found to have done here, by its fine name. */
  readonly shows: readonly FineName[]
  readonly references: readonly string[]
  readonly tags: readonly string[]
  readonly aliases: readonly string[]
  readonly protocols: readonly Protocol[]
  readonly modes: readonly Mode[]
  readonly errors: Readonly<Record<string, string | number>>
  /** Whether this machine can serve it. */
  readonly available: boolean
  readonly unavailableBecause: string | null
}

/** One part of the catalogue, listed. */
export function listEntry(part: Part): ListedEntry {
  const { entry, id, kind } = part
  const { summary, expect, because, references, tags } = entry
  return {
    id,
    kind,
    layer: part.kind === 'quirk' ? part.entry.layer : part.kind,
    facets: part.kind === 'quirk' ? [] : facetsOf(part.entry),
    sets: settingsOf(part),
    summary,
    expect,
    because,
    reason: entry.reason ?? null,
    needs: entry.needs ?? null,
    runs: entry.runs ?? 1,
    twin: part.kind === 'quirk' ? (part.entry.twin ?? null) : null,
    observable: entry.observable ?? 'server',
    shows: part.kind === 'certificate' ? shownBy[entry.expect] : (part.entry.shows ?? []),
    references,
    tags,
    aliases: entry.aliases ?? [],
    protocols: part.kind === 'certificate' ? protocols : part.entry.protocols,
    modes: part.kind === 'certificate' ? modes.filter((mode) => mode !== 'plain' || id === 'good') : part.entry.modes,
    errors: entry.errors ?? {},
    get available() {
      return problemOf(part) === null
    },
    get unavailableBecause() {
      return problemOf(part)
    },
  }
}

/** What a certificate can show: it is refused, and whoever must have TLS goes on in clear; or it is taken. */
const shownBy: Readonly<Record<Expect, readonly FineName[]>> = {
  reject: [...clearUse, ...certificateUse],
  either: clearUse,
  accept: [],
}

const problemOf = (part: Part): string | null =>
  part.kind === 'certificate' ? null : profileProblem(part.entry.tls ?? {})

/** The whole catalogue: every certificate, quirk and preset with what it does and what a strict client does. */
export const scenarios = catalogue.map(listEntry) as readonly (ListedEntry & { readonly id: PartId })[]
