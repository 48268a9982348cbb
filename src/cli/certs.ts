import { resolve } from 'node:path'
import type { Command } from 'commander'
import { folderOf } from '../certs/manifest.ts'
import { refuseForeign } from '../certs/owned.ts'
import { startPki } from '../certs/pki.ts'
import { declareAll } from '../fleet/assemble.ts'
import { writtenScenario } from '../fleet/behaviour-of.ts'
import { checkRunOptions, invalid } from '../fleet/options.ts'
import { resolveScenario } from '../scenarios/scenario.ts'
import { addPkiFlags, type ServingFlags, scenariosOf, startOptionsOf } from './flags.ts'
import { briefOutput } from './output.ts'

/** What `certs --json` prints. Paths are absolute. */
export interface CertsOutput {
  readonly schema: 1
  readonly pki: string
  readonly ca: string
  /** Each has a folder in `pki`, which is called the same, `:` as `=`. */
  readonly ids: readonly string[]
}

export function addCerts(program: Command): void {
  addPkiFlags(program.command('certs'))
    .description('write the PKI to files')
    .argument('<dir>', 'directory to write to; roots found there are reused')
    .argument('[scenario...]', 'ids joined by + (default: the core set)')
    .option('--json', 'as one JSON object')
    .option('--quiet', 'print nothing')
    .action(certs)
}

async function certs(dir: string, names: readonly string[], flags: ServingFlags): Promise<void> {
  const output = briefOutput()
  if (dir === '') throw invalid('<dir>', dir, 'a directory')
  const directory = resolve(dir)
  const { options } = startOptionsOf(names, flags)
  const scenarios = scenariosOf(names, flags).map((scenario) => resolveScenario(scenario))
  const { servernames, key, now, unconstrained } = checkRunOptions(options)
  const ids = [...new Set(scenarios.flatMap((scenario) => writtenScenario(scenario).identities.map(({ id }) => id)))]
  // Before the roots are made: of a directory that cannot be used, nothing is.
  refuseForeign(
    directory,
    ids.map((id) => `${folderOf(id)}/leaf.pem`),
  )
  const pki = await startPki({
    servernames,
    key,
    ...(now && { now }),
    unconstrained,
    directory,
    // Nothing would answer at a distribution point once this command has ended.
    responder: false,
  })
  await declareAll(
    scenarios.map((scenario) => ({ scenario })),
    pki,
  )
  pki.write(directory, scenarios.map(writtenScenario))
  await pki.close()
  const written: CertsOutput = { schema: 1, pki: directory, ca: `${directory}/ca.pem`, ids }
  if (flags.json) output.result(JSON.stringify(written))
  else if (!flags.quiet)
    output.result([written.ca, ...written.ids.map((id) => `${directory}/${folderOf(id)}/`)].join('\n'))
}
