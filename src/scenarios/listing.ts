import { needsScript, profileProblem } from './availability.ts'
import { facetsOf, settingsOf } from './compose.ts'
import type { Needs, QuirkEntry } from './entry.ts'
import { certificateUse, clearUse, type FineName } from './fine-names.ts'
import { scriptNeeds } from './moments.ts'
import { usual } from './named-parts.ts'
import {
  aliasesOfValues,
  listedValues,
  type Parameterised,
  type ValueForm,
  type ValueRange,
  withValue,
} from './recipe/parameter.ts'
import { catalogue, type Part, type PartId } from './registry.ts'
import type { Expect, Facet, Mode, Moment, Protocol, Reason } from './vocabulary.ts'
import { modes, protocols } from './vocabulary.ts'

/** What `list --json` prints. */
export interface ListOutput {
  readonly schema: 1
  readonly entries: readonly ListedEntry[]
}

/** What may stand behind the colon of an entry. */
export interface ListedParameter {
  readonly name: string
  readonly default: string
  /** Every value of a list; of a range or a form, some. */
  readonly values: readonly ListedValue[]
  /** The form of a value in words, where not every one is listed. */
  readonly allowed: string | null
}

/** One value, with what is expected of a strict client there. */
export interface ListedValue {
  readonly value: string
  readonly expect: Expect
  readonly because: string
  readonly reasons: readonly Reason[]
}

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
  /** What may stand behind a colon: `chain-length:11`. */
  readonly parameter: ListedParameter | null
  readonly expect: Expect
  readonly because: string
  /** The first of {@link reasons}. */
  readonly reason: Reason | null
  /** The reasons that a correct refusal may give. */
  readonly reasons: readonly Reason[]
  readonly needs: Needs | null
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
  /** Moments of which one may follow behind `@`; the first is the default. Empty where there is no choice. */
  readonly moments: readonly Moment[]
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
    parameter: listParameter(entry),
    expect,
    because,
    reason: [entry.reason ?? []].flat()[0] ?? null,
    reasons: [entry.reason ?? []].flat(),
    needs: entry.needs ?? null,
    runs: entry.runs ?? 1,
    twin: part.kind === 'quirk' ? (part.entry.twin ?? null) : null,
    observable: entry.observable ?? 'server',
    shows: part.kind === 'certificate' ? shownBy[entry.expect] : (part.entry.shows ?? []),
    references,
    tags,
    aliases: [...(entry.aliases ?? []), ...aliasesOfValues(entry).map(([alias]) => alias)],
    protocols: part.kind === 'certificate' ? protocols : part.entry.protocols,
    modes: part.kind === 'certificate' ? modes.filter((mode) => mode !== 'plain' || id === 'good') : part.entry.modes,
    moments: part.kind === 'quirk' ? (part.entry.moments ?? []) : [],
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

const problemOf = (part: Part): string | null => {
  const { kind, entry } = part
  if (kind === 'certificate' && entry.engine === 'script') return needsScript
  const served = usual(part).entry
  return (kind === 'quirk' ? scriptNeeds(served as QuirkEntry) : null) ?? profileProblem(served.tls ?? {})
}

function listParameter(entry: Part['entry']): ListedParameter | null {
  const { parameter }: Parameterised = entry
  if (parameter === undefined) return null
  const { name, values } = parameter
  const { means, from, to } = values as Partial<ValueForm & ValueRange>
  return {
    name,
    default: String(parameter.default),
    values: listedValues(entry).map((value) => {
      const { expect, because, reason } = withValue<Part['entry']>('', entry, value)
      return { value, expect, because, reasons: [reason ?? []].flat() }
    }),
    allowed: means ?? (from === undefined ? null : `a whole number from ${from} to ${to}`),
  }
}

/** What to type for an entry: with each value of its parameter that is listed, or the id alone. */
export const scenariosOfEntry = ({ id, entry }: Part): readonly string[] => {
  const values = listedValues(entry)
  return values.length === 0 ? [id] : values.map((value) => `${id}:${value}`)
}

/** The whole catalogue: every certificate, quirk and preset with what it does and what a strict client does. */
export const scenarios = catalogue.map(listEntry) as readonly (ListedEntry & { readonly id: PartId })[]
