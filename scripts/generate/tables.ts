import { type ListedEntry, listEntry } from '../../src/scenarios/listing.ts'
import { catalogue, groups } from '../../src/scenarios/registry.ts'
import { formatReference } from './references.ts'

const listed: ReadonlyMap<string, ListedEntry> = new Map(catalogue.map((part) => [part.id, listEntry(part)]))

const columns = ['id', 'what is wrong', 'a strict client', 'sets', 'where', 'references', 'aliases', 'errors'] as const

/** The page with a table for each group of the catalogue. */
export function scenarioTables(): string {
  const tables = Object.entries(groups).flatMap(([name, group]) => {
    const entries = Object.keys(group).flatMap((id) => listed.get(id) ?? [])
    return [`## ${titleOf(name, entries)}`, '', ...table(entries), '']
  })
  return [
    "<!-- Written by 'npm run generate' from the catalogue. -->",
    '',
    '# Scenarios',
    '',
    'Every part of the catalogue. Parts are joined by `+` when they set different things: `self-signed+wrong-host`. ' +
      "What stands behind a colon is a value of a part's parameter: `chain-length:11`. `@2nd` behind a part makes it count from the second connection on. Aliases work wherever an id does. " +
      'A number among the errors is an OpenSSL verify code.',
    '',
    ...tables,
  ].join('\n')
}

function titleOf(name: string, entries: readonly ListedEntry[]): string {
  const kinds = [...new Set(entries.map(({ kind }) => kind))]
  return `${name} (${kinds.map((kind) => `${kind}s`).join(', ')})`
}

const table = (entries: readonly ListedEntry[]): readonly string[] => [
  line(columns),
  line(columns.map(() => '---')),
  ...entries.map((entry) => line(cells(entry))),
]

const line = (fields: readonly string[]): string => `| ${fields.join(' | ')} |`

const cells = (entry: ListedEntry): readonly string[] => [
  code(entry.id) + choiceOf(entry),
  text(entry.summary),
  strictClient(entry),
  entry.sets.map(text).join('<br>'),
  `${entry.protocols.join(', ')}; ${entry.modes.join(', ')}`,
  entry.references.map((reference) => formatReference(text(reference))).join('<br>'),
  entry.aliases.map(code).join('<br>'),
  Object.entries(entry.errors)
    .map(([who, what]) => `${text(who)}: ${code(String(what))}`)
    .join('<br>'),
]

/** What may stand behind the colon, with what is expected there where that differs. */
function choiceOf({ parameter }: ListedEntry): string {
  if (parameter === null) return ''
  const { name, values, allowed, default: usual } = parameter
  const differ = new Set(values.map(({ expect }) => expect)).size > 1
  const each = values.map(({ value, expect }) => code(`:${value}`) + (differ ? ` (**${verbs[expect]}**)` : ''))
  const form = allowed === null ? '' : `${text(allowed)}, such as `
  return `<br>${text(name)}: ${form}${each.join(', ')}; ${code(usual)} when nothing is said`
}

const abilities = {
  'revocation-checking': 'if it checks revocation',
  'crl-checking': 'if it fetches CRLs',
  'ocsp-checking': 'if it asks by OCSP',
  'staple-checking': 'if it reads staples',
} as const

const verbs = { reject: 'refuses', accept: 'accepts', either: 'may do either' } as const

function strictClient({ expect, because, needs, runs, observable }: ListedEntry): string {
  const conditions = [
    needs === null ? '' : abilities[needs],
    runs > 1 ? `by connection ${runs}` : '',
    observable === 'client' ? 'which only its own end shows' : '',
  ].filter((condition) => condition !== '')
  return `${[`**${verbs[expect]}**`, ...conditions].join(', ')}: ${text(because)}`
}

const text = (plain: string): string => plain.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;')

const code = (plain: string): string => `\`${plain.replaceAll('|', '\\|')}\``
