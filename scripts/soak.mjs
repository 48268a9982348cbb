// Runs `mockmail up` with the core set under curl, Python, Node and rude clients for a while, and holds its memory and
// handles to stay flat: node scripts/soak.mjs [--minutes 60] [--interpreted]. Not part of CI. Needs `npm run build` and
// Linux.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { play } from './soak/clients.mjs'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, interpreted: { type: 'boolean', default: false } },
})
const minutes = Number(values.minutes)
if (!(minutes > 0 && minutes <= 24 * 60)) throw new Error(`--minutes: '${values.minutes}' is not allowed.`)

/** Most that an hour may add to the heap after a collection, and to what the system has given, in MiB. */
const mostPerHour = { heap: 4, rss: 64 }
/** Samples of the first part of a run are of caches that fill. */
const warmUp = 0.25
/** Fewer clients than this prove nothing. */
const fewest = 1000
const samples = Math.max(16, Math.min(120, Math.round(minutes * 4)))

/**
 * V8 keeps compiling what runs often, and what it compiles is on the heap. Without that, and with everything that it notes
 * for it made at once, one octet that stays per client can be seen.
 */
const interpreter = ['--no-opt', '--no-sparkplug', '--no-flush-bytecode', '--no-lazy-feedback-allocation']
/** Most that a client may add to such a heap, in octets. */
const mostPerClient = 1

/** Answers with what only the process itself knows, after a collection. */
const probe = `process.on('message', () => { gc(); gc(); process.send({ heap: process.memoryUsage().heapUsed,
  external: process.memoryUsage().arrayBuffers, resources: process.getActiveResourcesInfo().length }) });
  process.channel.unref()`

const folder = mkdtempSync(join(tmpdir(), 'mockmail-soak-'))
const readyFile = join(folder, 'ready.json')
const bin = fileURLToPath(new URL('../dist/bin.mjs', import.meta.url))
const server = spawn(
  process.execPath,
  [
    ...(values.interpreted ? interpreter : []),
    ...['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(probe)}`, bin],
    ...['up', '--quiet', '--ready-file', readyFile, '--ttl', `${Math.ceil(minutes) + 5}m`],
  ],
  { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
)
const died = new Promise((_, reject) => {
  server.once('exit', (status, signal) => reject(new Error(`mockmail up ended: ${status ?? signal}`)))
})
died.catch(() => {})

async function readiness() {
  for (let tries = 0; tries < 300; tries++) {
    try {
      return JSON.parse(readFileSync(readyFile, 'utf8'))
    } catch {
      await pause(100)
    }
  }
  throw new Error('mockmail up did not get ready within 30 s.')
}

async function soak(ready) {
  const tally = new Map()
  const table = []
  const started = performance.now()
  const length = (minutes * 60_000) / samples
  console.log(
    `${new Date().toISOString()}, mockmail ${ready.mockmail}, Node ${process.version}, ${ready.endpoints.length} ports, ${minutes} min${values.interpreted ? ', interpreted' : ''}\n\n    min  clients  heap MiB  buffers MiB  RSS MiB  descriptors  resources`,
  )
  for (let index = 0; index <= samples; index++) {
    // Nobody is connected while a sample is taken.
    if (index > 0) await Promise.race([play(ready, started + index * length, tally), died])
    await pause(500)
    const sample = { at: (performance.now() - started) / 60_000, clients: total(tally), ...(await measure()) }
    table.push(sample)
    console.log(row(sample))
  }
  return judge(table, tally)
}

const total = (tally) => [...tally.values()].reduce((sum, { ok, failed }) => sum + ok + failed, 0)

async function measure() {
  const answer = new Promise((resolve) => server.once('message', resolve))
  server.send('sample')
  const { heap, external, resources } = await Promise.race([answer, died])
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
  const descriptors = readdirSync(`/proc/${server.pid}/fd`).length
  return {
    heap: heap / 2 ** 20,
    external: external / 2 ** 20,
    rss: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024,
    descriptors,
    resources,
  }
}

const row = ({ at, clients, heap, external, rss, descriptors, resources }) =>
  [
    at.toFixed(1).padStart(7),
    String(clients).padStart(7),
    heap.toFixed(2).padStart(8),
    external.toFixed(2).padStart(11),
    rss.toFixed(1).padStart(7),
    String(descriptors).padStart(11),
    String(resources).padStart(9),
  ].join('  ')

/** What one more of `over` adds to `key`, by least squares. */
function slope(table, key, over) {
  const mean = (of) => table.reduce((sum, sample) => sum + sample[of], 0) / table.length
  const [x, y] = [mean(over), mean(key)]
  const shared = table.reduce((sum, sample) => sum + (sample[over] - x) * (sample[key] - y), 0)
  return shared / table.reduce((sum, sample) => sum + (sample[over] - x) ** 2, 0)
}

function judge(table, tally) {
  const settled = table.slice(Math.floor(table.length * warmUp))
  const [first, last] = [settled[0], settled.at(-1)]
  const perHour = (key) => 60 * slope(settled, key, 'at')
  const grown = { heap: perHour('heap'), external: perHour('external'), rss: perHour('rss') }
  console.log('\nclients (a refusal counts as failed)')
  for (const [kind, { ok, failed }] of [...tally].sort()) console.log(`  ${kind.padEnd(22)} ${ok} ok, ${failed} failed`)
  const clients = last.clients - first.clients
  if (clients < fewest) {
    console.log(`\ninconclusive: ${clients} clients after the first quarter, and ${fewest} are needed`)
    return false
  }
  console.log(`\nan hour adds, after the first quarter of the run:`)
  for (const [what, mib] of Object.entries(grown)) console.log(`  ${what.padEnd(9)} ${mib.toFixed(2)} MiB`)
  const perClient = slope(settled, 'heap', 'clients') * 2 ** 20
  console.log(`a client adds ${perClient.toFixed(1)} octets to the heap`)
  const flat = {
    heap: grown.heap + grown.external <= mostPerHour.heap && (!values.interpreted || perClient <= mostPerClient),
    rss: grown.rss <= mostPerHour.rss,
    descriptors: last.descriptors <= first.descriptors,
    resources: last.resources <= first.resources,
  }
  const rising = Object.keys(flat).filter((key) => !flat[key])
  console.log(rising.length === 0 ? '\nflat' : `\nnot flat: ${rising.join(', ')}`)
  return rising.length === 0
}

try {
  process.exitCode = (await soak(await Promise.race([readiness(), died]))) ? 0 : 1
} finally {
  server.kill('SIGTERM')
  await died.catch(() => {})
  rmSync(folder, { recursive: true, force: true })
}
