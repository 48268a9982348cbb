// Asks every judge of this machine about every scenario and writes down what each says: fixtures/measured/. '--judge' and
// '--scenario', both repeatable, ask a part, and what is not asked stays. Further interpreters: --node, --python, --java,
// each a path, each repeatable; --dotnet is a python with pythonnet, --angus a directory with the jars of Angus Mail.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { startMailServers } from '../src/index.ts'
import { scenarios } from '../src/scenarios/listing.ts'
import { fileJudges, judgeFiles } from './measure/file-judges.ts'
import { rowsOf } from './measure/findings.ts'
import { isFor, type Judge, type JudgeFacts, seriesFor } from './measure/judge.ts'
import { judgesWith } from './measure/judges.ts'
import { pathOf, type Row, readRecording, record, recordedJudges, writeRecording } from './measure/recording.ts'
import { versionOf } from './measure/run.ts'
import { measureSessions, sessionJudges } from './measure/sessions.ts'
import { combinations, targetsOf } from './measure/targets.ts'

const { values } = parseArgs({
  options: {
    judge: { type: 'string', multiple: true },
    scenario: { type: 'string', multiple: true },
    node: { type: 'string', multiple: true, default: [] },
    python: { type: 'string', multiple: true, default: [] },
    java: { type: 'string', multiple: true, default: [] },
    dotnet: { type: 'string', multiple: true, default: [] },
    angus: { type: 'string' },
  },
})

/** Milliseconds that a client gets for one connection. */
const limit = 3000

const judges = judgesWith(values)
const clients = await sessionJudges(values.judge)
const ids = [...[...judges, ...fileJudges].map(({ id }) => id), ...clients.keys()]
const known = [...new Set([...ids, ...recordedJudges()])]
const unknown = (values.judge ?? []).filter((id) => !known.includes(id))
if (unknown.length > 0) {
  console.error(`There is no judge ${unknown.join(', ')}. There are: ${known.join(', ')}.`)
  process.exit(2)
}
const isWanted = (id: string): boolean => values.judge?.includes(id) ?? true
const only = values.scenario
const wanted = only ?? [...scenarios.map(({ id }) => id), ...combinations]
const directory = mkdtempSync(`${tmpdir()}/mockmail-measure-`)
const servedBy = `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`
const on = new Date().toISOString().slice(0, 10)
/** Those that an option has to name are missing where it did not. */
const missing = known.filter((id) => isWanted(id) && !ids.includes(id))
try {
  await measureServed(judges.filter(({ id }) => isWanted(id)))
  for (const judge of fileJudges.filter(({ id }) => isWanted(id))) {
    const version = announced(judge)
    if (version !== undefined) write(judge, version, await judgeFiles(judge, 'ec', only))
  }
  for (const [id, client] of clients) {
    if (isWanted(id) && !(await measureSessions(client, { only, on, servedBy }))) missing.push(id)
  }
} finally {
  rmSync(directory, { recursive: true })
}
if (missing.length > 0)
  console.error(
    `Not on this machine, or named by no option, and not asked: ${missing.join(', ')}. What is recorded stays.`,
  )

async function measureServed(asked: readonly Judge[]): Promise<void> {
  const present = asked.flatMap((judge) => {
    const version = announced(judge)
    return version === undefined ? [] : [{ judge, version }]
  })
  if (present.length === 0) return
  const servers = await startMailServers({ scenarios: ['good', ...wanted.filter((id) => id !== 'good')] })
  try {
    const targets = servers.endpoints.flatMap((endpoint) => targetsOf(endpoint, servers.pki))
    for (const [index, { judge, version }] of present.entries()) {
      const own = `${directory}/${index}`
      mkdirSync(own)
      const question = { targets: targets.filter((target) => isFor(judge, target)), ca: servers.ca.path, limit }
      const findings = await judge.ask({ ...question, directory: own })
      write(
        judge,
        version,
        findings.flatMap((finding) => rowsOf(finding, seriesFor(judge, version))),
      )
    }
  } finally {
    await servers.close()
  }
}

function announced(judge: JudgeFacts): string | undefined {
  const version = versionOf(judge.version)
  if (version === undefined) missing.push(judge.id)
  else console.error(`${judge.id} ${version}`)
  return version
}

function write(judge: JudgeFacts, version: string, rows: readonly Row[]): void {
  const usable = withoutLost(judge, rows).filter(({ scenario }) => only?.includes(scenario) ?? true)
  if (usable.length === 0) return
  const measurement = { series: seriesFor(judge, version), version, on, servedBy, ...(only && { only }) }
  writeRecording(record(readRecording(judge.id), measurement, usable))
  console.error(`  ${usable.length} rows: ${pathOf(judge.id)}`)
}

/** What a client says where it fails the good server is about the client, not about the fault. */
function withoutLost({ id }: JudgeFacts, rows: readonly Row[]): readonly Row[] {
  const keyOf = ({ client, given, places }: Row): string => [client, given, ...places].join(' ')
  const lost = rows.filter(({ scenario, outcome }) => scenario === 'good' && outcome !== 'accepted')
  for (const row of lost) console.error(`  left out: ${id} ${keyOf(row)} fails the good server: ${row.text}`)
  const broken = new Set(lost.map(keyOf))
  return rows.filter((row) => !broken.has(keyOf(row)))
}
