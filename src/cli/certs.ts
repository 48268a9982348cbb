import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { startPki } from '../certs/pki.ts'
import { MockmailError } from '../errors.ts'
import { checkRunOptions, invalid } from '../options.ts'
import { resolveScenario, type Scenario } from '../scenarios/scenario.ts'
import { addPkiFlags, type ServingFlags, scenariosOf, startOptionsOf } from './flags.ts'
import { briefOutput } from './output.ts'

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
  const output = briefOutput()
  if (dir === '') throw invalid('<dir>', dir, 'a directory')
  const directory = resolve(dir)
  const { options } = startOptionsOf(names, flags)
  const scenarios = scenariosOf(names, flags).map((scenario) => resolveScenario(scenario))
  const { servernames, key, now, unconstrained } = checkRunOptions(options)
  refuseForeign(directory, scenarios)
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

/**
 * A directory without our roots is not ours, and nothing in it is overwritten.
 *
 * @throws {MockmailError} FILE_UNWRITABLE
 */
function refuseForeign(directory: string, scenarios: readonly Scenario[]): void {
  if (existsSync(join(directory, 'roots'))) return
  const folders = scenarios.flatMap(({ cast, runs }) =>
    Array.from({ length: runs }, (_, index) => cast(index + 1).certificate.id),
  )
  const theirs = ['ca.pem', 'manifest.json', ...folders].find((name) => existsSync(join(directory, name)))
  if (theirs === undefined) return
  throw new MockmailError(
    'FILE_UNWRITABLE',
    `${join(directory, theirs)} is there already and not of mockmail: name another directory`,
  )
}
