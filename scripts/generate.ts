// Writes what is computed from the catalogue, the types, the recorded words, the table of checked clients and the reports. `--check`
// writes nothing and fails when something is stale.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkedClients } from './generate/checked-clients.ts'
import { claimsSource } from './generate/claims.ts'
import { controlApiPage } from './generate/control-api.ts'
import { format } from './generate/format.ts'
import { houseMap } from './generate/house-map.ts'
import { bundledLicences } from './generate/licences.ts'
import { openapi } from './generate/openapi.ts'
import { reportPages } from './generate/reports.ts'
import { schemas } from './generate/schemas.ts'
import { scriptedFaults } from './generate/scripted-faults.ts'
import { scenarioTables } from './generate/tables.ts'
import { vocabularyPage } from './generate/vocabulary.ts'
import { measured } from './measure/explained.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const files = new Map<string, string>([
  ['src/scenarios/claims.ts', format('claims.ts', claimsSource())],
  ['src/explain/measured.json', format('measured.json', JSON.stringify(measured()))],
  ['docs/scenarios.md', scenarioTables()],
  ['docs/vocabulary.md', vocabularyPage()],
  ['docs/checked-clients.md', checkedClients(root)],
  ['docs/control-api.md', controlApiPage(contentOf('docs/control-api.md') ?? '')],
  ['docs/map.md', houseMap(contentOf('docs/map.md') ?? '')],
  ['docs/tls-engine-measured.md', scriptedFaults(root)],
  ['THIRD-PARTY-LICENSES.md', bundledLicences(root)],
  ['schemas/openapi.json', format('openapi.json', JSON.stringify(openapi(root)))],
  ...reportPages(root),
  ...[...schemas(root)].map(
    ([name, schema]) => [`schemas/${name}.json`, format('schema.json', JSON.stringify(schema))] as const,
  ),
])

/** A schema whose output is gone would otherwise stay. */
const orphans = readdirSync(join(root, 'schemas'))
  .map((name) => `schemas/${name}`)
  .filter((path) => !files.has(path))
const stale = [...files].filter(([path, text]) => contentOf(path) !== text).map(([path]) => path)
const changed = [...stale, ...orphans]

if (process.argv.includes('--check')) check()
else write()

function check(): void {
  if (changed.length === 0) return
  console.error(`Stale: ${changed.join(', ')}. 'npm run generate' writes them.`)
  process.exitCode = 1
}

function write(): void {
  for (const path of orphans) rmSync(join(root, path))
  for (const path of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), files.get(path) ?? '')
  }
  console.log(changed.length === 0 ? 'Nothing has changed.' : `Changed: ${changed.join(', ')}`)
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return undefined
  }
}
