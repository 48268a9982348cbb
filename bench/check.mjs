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
  for (let round = 0; round < 2; round++) matrices.push((await timeCheck(['--jobs', '2', ...nodemailer])) / 1000)
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

/** Milliseconds for each cell of a matrix: starting and stopping is taken off, as a check of the good servers alone. */
async function checkPerCell() {
  const places = ['--jobs', '1', '--protocol', 'imap', '--json', '--', ...client]
  const start = await timeCheck(['good', ...places])
  const all = await timeCheck(places)
  return (all - start) / (cellsOfCore - 2)
}

/** Of the core set over one protocol; the last two are of one mode only. */
const cellsOfCore = 22

function timeCheck(args) {
  const started = performance.now()
  return ended(process.execPath, [bin, 'check', ...args]).then(() => performance.now() - started)
}

/** Milliseconds for each run of the client, without the runs against the good servers. */
async function bareClients() {
  const servers = spawn(process.execPath, [bin, 'up', '--json', '--protocol', 'imap'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = new Promise((resolve) => servers.once('close', resolve))
  const ready = await firstEvent(servers)
  servers.stdout.resume()
  try {
    const others = ready.endpoints.filter(({ scenario }) => scenario !== 'good')
    const started = performance.now()
    for (const endpoint of others) {
      const values = { ...ready, ...endpoint }
      const [file, ...args] = client.map((part) => part.replace(/\{(\w+)\}/g, (_, name) => values[name]))
      await ended(file, args)
    }
    return (performance.now() - started) / others.length
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
