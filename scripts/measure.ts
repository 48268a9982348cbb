// Points every client of this machine at every scenario and writes down what each says: src/explain/measured.json.
// Further interpreters: --node, --python, --java, each a path, each repeatable; --dotnet is a python with pythonnet,
// --angus a directory with the jars of Angus Mail. With --scenario the rows are printed, and nothing is written.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import type { MailServer } from '../src/fleet/mail-server.ts'
import { startMailServers } from '../src/index.ts'
import { scenarios } from '../src/scenarios/listing.ts'
import { format } from './generate/format.ts'
import { type Batched, batched } from './measure/batched.ts'
import { anonymous, type Finding, measuredOf, type Target } from './measure/findings.ts'
import { run, versionOf } from './measure/run.ts'
import { type Spawned, spawned } from './measure/spawned.ts'

const { values } = parseArgs({
  options: {
    node: { type: 'string', multiple: true, default: [] },
    python: { type: 'string', multiple: true, default: [] },
    java: { type: 'string', multiple: true, default: [] },
    dotnet: { type: 'string', multiple: true, default: [] },
    angus: { type: 'string' },
    scenario: { type: 'string', multiple: true },
  },
})

/** Milliseconds that a client gets for one connection. */
const limit = 3000

/** Two faults at once: which one a client names. */
const combinations = [
  'self-signed+wrong-host',
  'expired+wrong-host',
  'expired+self-signed',
  'expired+untrusted-root',
  'untrusted-root+wrong-host',
]

const wanted = values.scenario ?? [...scenarios.map(({ id }) => id), ...combinations]
const servers = await startMailServers({ scenarios: ['good', ...wanted.filter((id) => id !== 'good')] })
const directory = mkdtempSync(`${tmpdir()}/mockmail-measure-`)
const findings: Finding[] = []
try {
  const targets = servers.endpoints.flatMap(targetsOf)
  for (const client of spawned) await measureSpawned(client, targets)
  for (const client of batched(values, directory)) await measureBatched(client, targets)
} finally {
  await servers.close()
  rmSync(directory, { recursive: true })
}
const measured = JSON.stringify(measuredOf(findings, new Date().toISOString().slice(0, 10)))
if (values.scenario) console.log(measured)
else writeFileSync('src/explain/measured.json', format('measured.json', measured))

/** A fault of revocation is tried twice: as clients are, and with the CRL in their hands. */
function targetsOf({
  scenario,
  protocol,
  mode,
  host,
  port,
  servername,
  user,
  password,
}: MailServer): readonly Target[] {
  const target = { scenario, protocol, mode, host, port, servername, user, password }
  const revocation = scenario.split('+').some((id) => scenarios.find((entry) => entry.id === id)?.needs)
  return revocation ? [target, { ...target, crl: `${servers.pki}/${scenario}/crl-chain.pem` }] : [target]
}

async function measureSpawned(one: Spawned, targets: readonly Target[]): Promise<void> {
  const { ecosystem, client, protocols, unasked = [], takesNoCrl, accepts = [0] } = one
  const version = announced(client, one.version)
  if (version === undefined) return
  const found: Finding[] = []
  for (const target of targets) {
    if ((protocols && !protocols.includes(target.protocol)) || (takesNoCrl && target.crl)) continue
    if (unasked.includes(target.scenario)) continue
    const ca = servers.ca.path
    if (one.configuration) writeFileSync(`${directory}/configuration`, one.configuration(target, ca, directory))
    const input = one.input?.(target, ca) ?? ''
    const { output, status, late } = await run(one.command(target, ca, directory), { input, limit: limit + 1000 })
    const said = one.lines(output)
    const silent = late ? 'hung' : accepts.includes(status ?? -1) ? 'accepted' : 'unsaid'
    const outcome = said.length > 0 ? 'error' : silent
    if (outcome === 'unsaid') console.error(`  ${target.scenario}: ${output.trim().slice(-300)}`)
    found.push({ ecosystem, client, version, target, outcome, said })
  }
  keep(client, found)
}

async function measureBatched(
  { ecosystem, version: query, command, feed, environment }: Batched,
  targets: readonly Target[],
): Promise<void> {
  const version = announced(query.command[0], query)
  if (version === undefined) return
  const ca = servers.ca.path
  const { output, errors } = await run(command(ca, limit), {
    input: feed({ ca, limit, targets }),
    limit: targets.length * limit,
    ...(environment && { environment: environment(ca) }),
  })
  const found = output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .flatMap((line): readonly Finding[] => {
      const { index, client, ok, code, texts } = JSON.parse(line)
      const target = targets[index]
      const said = texts
        .filter((text: string) => !text.startsWith('no answer within'))
        .map((text: string) => ({ code, text }))
      const outcome = ok ? 'accepted' : said.length > 0 ? 'error' : 'hung'
      return target ? [{ ecosystem, client, version, target, outcome, said }] : []
    })
  if (found.length === 0) console.error(`  said nothing: ${errors.trim().split('\n').slice(-2).join(' ')}`)
  for (const client of new Set(found.map((one) => one.client))) {
    keep(
      client,
      found.filter((one) => one.client === client),
    )
  }
}

function announced(name: string, query: Spawned['version']): string | undefined {
  const version = versionOf(query)
  console.error(version === undefined ? `left out: ${name} is not on this machine` : `${name} ${version}`)
  return version
}

/** What a client says where it fails the good server is about the client, not about the fault. */
function keep(client: string, found: readonly Finding[]): void {
  const place = ({ target: { protocol, mode } }: Finding): string => `${protocol}/${mode}`
  const lost = found.filter(({ target, outcome }) => target.scenario === 'good' && outcome !== 'accepted')
  for (const one of lost) {
    console.error(`  ${client} ${place(one)} fails the good server: ${one.said.map(({ text }) => text).join(' | ')}`)
  }
  const broken = new Set(lost.map(place))
  for (const one of found) {
    if (broken.has(place(one)) || one.target.scenario === 'good') continue
    const said = one.said.map(({ code, text }) => ({ code, text: anonymous(text, one.target) }))
    findings.push({ ...one, client: one.target.crl ? `${client} with the CRL` : client, said })
  }
}
