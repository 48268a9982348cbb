import type { Command } from 'commander'
import { type ListedEntry, type ListOutput, scenarios } from '../scenarios/listing.ts'
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
  const wanted = tag === undefined ? undefined : new Set(scenariosOf([], { tag }))
  const entries = scenarios.filter(({ id }) => !wanted || wanted.has(id))
  const listed: ListOutput = { schema: 1, entries }
  if (json) output.result(JSON.stringify(listed))
  else for (const line of align(entries.map(row))) output.result(line)
}

const row = ({ id, kind, expect, summary }: ListedEntry): readonly string[] => [id, kind, expect, summary]
