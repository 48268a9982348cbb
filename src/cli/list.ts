import type { Command } from 'commander'
import { type ListedEntry, type ListedParameter, type ListOutput, scenarios } from '../scenarios/listing.ts'
import { type ServingFlags, scenariosOf } from './flags.ts'
import { briefOutput, type Output } from './output.ts'
import { align } from './table.ts'

export function addList(program: Command): void {
  program
    .command('list')
    .description('every certificate and quirk, one line each')
    .option('--tag <tag>', 'only those with this tag')
    .option('--json', 'as one JSON object')
    .action((flags: Pick<ServingFlags, 'tag' | 'json'>) => list(flags, briefOutput()))
}

function list({ tag, json }: Pick<ServingFlags, 'tag' | 'json'>, output: Output): void {
  // Refuses a tag that does not exist.
  if (tag !== undefined) scenariosOf([], { tag })
  const entries = scenarios.filter(({ tags }) => tag === undefined || tags.includes(tag))
  const listed: ListOutput = { schema: 1, entries }
  if (json) output.result(JSON.stringify(listed))
  else for (const line of align(entries.map(row))) output.result(line)
}

const row = ({ id, kind, expect, summary, parameter }: ListedEntry): readonly string[] => [
  parameter === null ? id : `${id}:…`,
  kind,
  expect,
  parameter === null ? summary : `${summary} ${choiceOf(parameter)}`,
]

const choiceOf = ({ name, values, allowed, default: usual }: ListedParameter): string =>
  `${name}: ${allowed === null ? '' : `${allowed}, such as `}${values.map(({ value }) => value).join(', ')} (default: ${usual}).`
