import { claimsOf } from '../../src/scenarios/compose.ts'
import type { QuirkEntry } from '../../src/scenarios/entry.ts'
import { atMoment } from '../../src/scenarios/moments.ts'
import { aliasesOfValues, listedValues, withValue } from '../../src/scenarios/recipe/parameter.ts'
import { reachedBy, recipeOf, usualMembers } from '../../src/scenarios/recipe/recipe.ts'
import { catalogue, type Part } from '../../src/scenarios/registry.ts'
import type { Moment } from '../../src/scenarios/vocabulary.ts'

/**
 * What each part sets, as types: the compiler finds an unknown or a conflicting `+` string from the same data as the
 * running program.
 */
export function claimsSource(): string {
  const everySetting = catalogue.flatMap(claimsOf)
  const claims = catalogue.flatMap((part) => {
    const values = listedValues(part.entry)
    const each = values.map((value): readonly [string, Part] => [`${part.id}:${value}`, withValueOf(part, value)])
    const rows = [[part.id, withValueOf(part)] as const, ...each].map(
      ([id, one]) => [id, [...claimsOf(one), ...cutOff(one, everySetting)].map(quote).join(' | ') || 'never'] as const,
    )
    const [[, usual] = ['', '']] = rows
    return [...rows.filter(([id, row]) => id === part.id || row !== usual), ...claimsByMoment(part)].map(
      ([id, row]) => `readonly ${quote(id)}: ${row}`,
    )
  })
  const aliases = catalogue.flatMap(({ id, entry }) => [
    ...(entry.aliases ?? []).map((alias) => `readonly ${quote(alias)}: ${quote(id)}`),
    ...aliasesOfValues(entry).map(([alias, value]) => `readonly ${quote(alias)}: ${quote(`${id}:${value}`)}`),
  ])
  const moments = catalogue.flatMap((part) => {
    const choice = momentsFor(part)
    return choice.length === 0 ? [] : [`readonly ${quote(part.id)}: ${choice.map(quote).join(' | ')}`]
  })
  const parameters = catalogue.flatMap(({ id, entry }) =>
    entry.parameter === undefined ? [] : [`readonly ${quote(id)}: ${typeOfValues(entry)}`],
  )
  return [
    "// Written by 'npm run generate' from the catalogue.",
    '',
    '/** What each part of the catalogue sets. Two parts of a scenario must not set the same. */',
    `export interface Claims {\n${claims.join('\n')}\n}`,
    '',
    '/** The names that other suites use, and what each stands for. */',
    `export interface Aliases {\n${aliases.join('\n')}\n}`,
    '',
    '/** What may stand behind the colon of a part. */',
    `export interface Parameters {\n${parameters.join('\n')}\n}`,
    '',
    '/** Moments of which one may stand behind the `@` of a part. */',
    `export interface Moments {\n${moments.join('\n')}\n}`,
    '',
  ].join('\n')
}

/** With a value, and at the first of its moments. */
function withValueOf(part: Part, value?: string): Part {
  const entry = withValue<Part['entry']>(part.id, part.entry, value)
  const [first] = momentsFor(part)
  return { ...part, entry: first ? atMoment(entry as QuirkEntry, first) : entry } as Part
}

const momentsFor = (part: Part): readonly Moment[] => (part.kind === 'quirk' ? (part.entry.moments ?? []) : [])

const claimsByMoment = (part: Part): readonly (readonly [id: string, row: string])[] =>
  momentsFor(part).map((moment) => {
    const entry = atMoment(withValue(part.id, part.entry as QuirkEntry), moment)
    return [
      `${part.id}@${moment}`,
      claimsOf({ ...part, entry } as Part)
        .map(quote)
        .join(' | ') || 'never',
    ]
  })

/** What others set on members that a part leads no client to: joined to them it would take their fault away. */
const cutOff = ({ kind, entry }: Part, everySetting: readonly string[]): readonly string[] => {
  if (kind !== 'certificate') return []
  const reached = reachedBy(recipeOf(entry))
  return [...new Set(everySetting)].filter((setting) =>
    usualMembers.some((name) => !reached.has(name) && setting.startsWith(`${name}.`)),
  )
}

/** A list is known to the compiler; of a range it knows that it is a number. */
const typeOfValues = (entry: Part['entry']): string => {
  const values = entry.parameter?.values
  if (typeof values === 'object' && 'from' in values && typeof values.from === 'number')
    return ['`', '{number}`'].join('$')
  if (typeof values === 'object' && 'pattern' in values && typeof values.pattern === 'string') return 'string'
  return listedValues(entry).map(quote).join(' | ')
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
