import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { alternate } from './alternate.mjs'
import { bin } from './child.mjs'
import { atMost, atMostAbove, row } from './report.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The core set over IMAP with curl: short-lived, so that what is ours shows. `{…}` is filled in as check does. */
const client = [
  'curl',
  '-sS',
  '--ssl-reqd',
  '--cacert',
  '{ca}',
  '--user',
  '{user}:{password}',
  '--request',
  'NOOP',
  '{url}',
]

/** `check` of the core matrix, per cell, beside the bare client run as often against the same servers; and a whole matrix. */
export async function measureCheck({ rounds = 5 } = {}) {
  const samples = await alternate({ bare: bareClients, check: checkPerCell }, { rounds, warmup: 1 })
  const matrices = []
  for (let round = 0; round < 2; round++) matrices.push((await time(['check', '--jobs', '2', ...nodemailer])) / 1000)
  return [
    row({
      what: 'check, per cell',
      samples: samples.check,
      beside: { what: 'curl alone', samples: samples.bare },
      goal: atMostAbove(5, 'ms'),
    }),
    row({ what: 'check, core matrix with nodemailer', unit: 's', samples: matrices, goal: atMost(20, 's') }),
  ]
}

const nodemailer = ['--protocol', 'smtp', '--', 'node', 'examples/node/nodemailer.mjs']

/** Milliseconds for each cell of a matrix. Starting and stopping is taken off, as an exec of a command that does nothing. */
async function checkPerCell() {
  const start = await time(['exec', '--protocol', 'imap', '--', 'true'])
  const all = await time(['check', '--jobs', '1', '--protocol', 'imap', '--json', '--', ...client])
  return (all - start) / cellsOfCore
}

/** Of the core set over one protocol: the last two scenarios are of one mode only. */
const cellsOfCore = 22

async function time(args) {
  const started = performance.now()
  await ended(process.execPath, [bin, ...args])
  return performance.now() - started
}

/** Milliseconds for each run of the client alone. */
async function bareClients() {
  const servers = spawn(process.execPath, [bin, 'up', '--json', '--protocol', 'imap'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = new Promise((resolve) => servers.once('close', resolve))
  const ready = await firstEvent(servers)
  servers.stdout.resume()
  try {
    const started = performance.now()
    for (const endpoint of ready.endpoints) {
      const values = { ...ready, ...endpoint }
      const [file, ...args] = client.map((part) => part.replace(/\{(\w+)\}/g, (_, name) => values[name]))
      await ended(file, args)
    }
    return (performance.now() - started) / ready.endpoints.length
  } finally {
    servers.kill()
    await closed
  }
}

function firstEvent(child) {
  let said = ''
  return new Promise((resolve, reject) => {
    child.stdout.on('data', function read(chunk) {
      said += chunk
      if (!said.includes('\n')) return
      child.stdout.off('data', read)
      resolve(JSON.parse(said.slice(0, said.indexOf('\n'))))
    })
    child.once('close', () => reject(new Error('mockmail up ended before it was ready')))
  })
}

const ended = (file, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.resume()
    child.stderr.resume()
    child.once('error', reject)
    child.once('close', resolve)
  })
