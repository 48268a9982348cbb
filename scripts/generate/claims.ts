import { claimsOf } from '../../src/scenarios/compose.ts'
import { catalogue } from '../../src/scenarios/registry.ts'

/**
 * What each part sets, as types: the compiler finds an unknown or a conflicting `+` string from the same data as the
 * running program.
 */
export function claimsSource(): string {
  const claims = catalogue.map(
    (part) => `readonly ${quote(part.id)}: ${claimsOf(part).map(quote).join(' | ') || 'never'}`,
  )
  const aliases = catalogue.flatMap(({ id, entry }) =>
    (entry.aliases ?? []).map((alias) => `readonly ${quote(alias)}: ${quote(id)}`),
  )
  return [
    "// Written by 'npm run generate' from the catalogue.",
    '',
    '/** What each part of the catalogue sets. Two parts of a scenario must not set the same. */',
    `export interface Claims {\n${claims.join('\n')}\n}`,
    '',
    '/** The names that other suites use, and the id of each. */',
    `export interface Aliases {\n${aliases.join('\n')}\n}`,
    '',
  ].join('\n')
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
