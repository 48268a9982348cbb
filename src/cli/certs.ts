import { resolve } from 'node:path'
import type { Command } from 'commander'
import { startPki } from '../certs/pki.ts'
import { checkRunOptions } from '../options.ts'
import { resolveScenario } from '../scenarios/scenario.ts'
import { addPkiFlags, type ServingFlags, scenariosOf, startOptionsOf } from './flags.ts'
import { processOutput } from './output.ts'

/** What `certs --json` prints. Paths are absolute. */
export interface CertsOutput {
  readonly schema: 1
  readonly pki: string
  readonly ca: string
  /** Each is the name of a folder in `pki`. */
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
  const output = processOutput(() => process.exit())
  const directory = resolve(dir)
  const scenarios = scenariosOf(names, flags).map((scenario) => resolveScenario(scenario))
  const { servernames, key, now, unconstrained } = checkRunOptions(startOptionsOf(names, flags).options)
  const pki = await startPki({
    servernames,
    key,
    ...(now && { now }),
    unconstrained,
    directory,
    // Nothing would answer at a distribution point once this command has ended.
    responder: false,
  })
  const ids = new Set<string>()
  for (const scenario of scenarios) {
    for (let nth = 1; nth <= scenario.runs; nth++) {
      const { id, facets } = scenario.cast(nth).certificate
      pki.identity(id, facets)
      ids.add(id)
    }
  }
  pki.write(directory, new Map(scenarios.map(({ id, expectation }) => [id, expectation.expect])))
  await pki.close()
  const written: CertsOutput = { schema: 1, pki: directory, ca: `${directory}/ca.pem`, ids: [...ids] }
  if (flags.json) output.result(JSON.stringify(written))
  else if (!flags.quiet) output.result([written.ca, ...written.ids.map((id) => `${directory}/${id}/`)].join('\n'))
}
