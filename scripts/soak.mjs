// Runs `mockmail up` with the core set under curl, Python, Node and rude clients for a while, and holds its memory and
// handles to stay flat: node scripts/soak.mjs [--minutes 60]. Not part of CI. Needs `npm run build` and Linux.
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } })
const minutes = Number(values.minutes)
if (!(minutes > 0 && minutes <= 24 * 60)) throw new Error(`--minutes: '${values.minutes}' is not allowed.`)

/** Most that an hour may add to the heap after a collection, and to what the system has given, in MiB. */
const mostPerHour = { heap: 4, rss: 64 }
/** Samples of the first part of a run are of caches that fill. */
const warmUp = 0.25
/** Fewer clients than this prove nothing. */
const fewest = 1000
const samples = Math.max(16, Math.min(120, Math.round(minutes * 4)))

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
    `${ready.endpoints.length} ports, ${minutes} min\n\n    min  clients  heap MiB  buffers MiB  RSS MiB  descriptors  resources`,
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

/** Three lanes beside each other until the time is over; each goes round all ports. */
async function play(ready, until, tally) {
  const lanes = [curl, python, node]
  await Promise.all(
    lanes.map(async (lane) => {
      while (performance.now() < until) {
        for (const [kind, client] of lane(ready, next(lane, ready))) {
          const count = tally.get(kind) ?? { ok: 0, failed: 0 }
          tally.set(kind, count)
          await client().then(
            () => count.ok++,
            () => count.failed++,
          )
        }
      }
    }),
  )
}

const turns = new Map()

function next(lane, { endpoints }) {
  const turn = turns.get(lane) ?? 0
  turns.set(lane, turn + 1)
  return { ...endpoints[turn % endpoints.length], careless: Math.floor(turn / endpoints.length) % 2 === 1 }
}

const mail = (size) => `From: a@example.com\r\nTo: b@example.com\r\nSubject: soak\r\n\r\n${'x'.repeat(size)}\r\n`

const command = promisify(execFile)

function finished(program, args, input = '') {
  const running = command(program, args, { timeout: 20_000, maxBuffer: 8 << 20 })
  running.child.stdin.on('error', () => {})
  running.child.stdin.end(input)
  return running
}

/** Verifies in one round, and takes any certificate in the next. */
function curl({ ca, user, password }, { protocol, url, careless }) {
  const trust = careless ? ['-k'] : ['--cacert', ca]
  const common = ['-q', '-sS', '-m', '15', '--ssl-reqd', ...trust, '-u', `${user}:${password}`]
  const send = ['--mail-from', 'a@example.com', '--mail-rcpt', 'b@example.com', '-T', '-']
  const args = { smtp: [...send, url], imap: ['-X', 'STATUS INBOX (MESSAGES)', url], pop3: [url] }[protocol]
  return [[`curl ${protocol}`, () => finished('curl', [...common, ...args], mail(2000))]]
}

const script = `
import imaplib, poplib, smtplib, ssl, sys
protocol, mode, port, ca, user, password, careless = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
if careless == "true":
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
port = int(port)
implicit = mode == "implicit"
if protocol == "smtp":
    client = smtplib.SMTP_SSL("localhost", port, timeout=10, context=context) if implicit else smtplib.SMTP("localhost", port, timeout=10)
    with client:
        if not implicit: client.starttls(context=context)
        client.login(user, password)
        client.sendmail("a@example.com", ["b@example.com"], sys.stdin.read())
elif protocol == "imap":
    client = imaplib.IMAP4_SSL("localhost", port, timeout=10, ssl_context=context) if implicit else imaplib.IMAP4("localhost", port, timeout=10)
    with client:
        if not implicit: client.starttls(ssl_context=context)
        client.login(user, password)
        client.select("INBOX")
        client.fetch("1:*", "(UID BODY.PEEK[])")
        client.store("1:*", "+FLAGS", "\\\\Deleted")
        client.expunge()
else:
    client = poplib.POP3_SSL("localhost", port, timeout=10, context=context) if implicit else poplib.POP3("localhost", port, timeout=10)
    if not implicit: client.stls(context=context)
    client.user(user)
    client.pass_(password)
    for number in range(1, client.stat()[0] + 1):
        client.retr(number)
        client.dele(number)
    client.quit()
`

function python({ ca, user, password }, { protocol, mode, port, careless }) {
  const args = ['-c', script, protocol, mode, String(port), ca, user, password, String(careless)]
  return [[`python ${protocol}`, () => finished('python3', args, mail(20_000))]]
}

function node(ready, endpoint) {
  const polite = { smtp: nodemailer, imap: imapflow, pop3: () => talk(ready, endpoint) }[endpoint.protocol]
  return [
    [`node ${endpoint.protocol}`, () => polite(ready, endpoint)],
    ['reset on accept', () => rude(endpoint, '')],
    ['nonsense, then reset', () => rude(endpoint, '\x16\x03\x01\x00\x05nonsense\r\n')],
  ]
}

const trusting = ({ ca }, { careless }) => ({
  ca: readFileSync(ca),
  rejectUnauthorized: !careless,
  servername: 'localhost',
})

async function nodemailer(ready, endpoint) {
  const transport = createTransport({
    host: 'localhost',
    port: endpoint.port,
    secure: endpoint.mode === 'implicit',
    requireTLS: true,
    auth: { user: ready.user, pass: ready.password },
    tls: trusting(ready, endpoint),
    connectionTimeout: 5000,
    greetingTimeout: 5000,
    socketTimeout: 5000,
  })
  try {
    await transport.sendMail({ from: 'a@example.com', to: 'b@example.com', subject: 'soak', text: 'x'.repeat(5000) })
  } finally {
    transport.close()
  }
}

async function imapflow(ready, endpoint) {
  const client = new ImapFlow({
    host: 'localhost',
    port: endpoint.port,
    secure: endpoint.mode === 'implicit',
    doSTARTTLS: endpoint.mode === 'starttls',
    auth: { user: ready.user, pass: ready.password },
    tls: trusting(ready, endpoint),
    connectionTimeout: 5000,
    greetingTimeout: 5000,
    socketTimeout: 5000,
    logger: false,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.mailboxOpen('INBOX')
    await client.fetchAll('1:*', { uid: true, source: true, bodyStructure: true })
    await client.messageDelete('1:*')
    await client.logout()
  } finally {
    client.close()
  }
}

/** Implicit TLS until the greeting; left without QUIT. */
function talk(ready, endpoint) {
  return ended(tls.connect({ port: endpoint.port, host: 'localhost', ...trusting(ready, endpoint) }), (socket) =>
    socket.once('data', () => socket.end()),
  )
}

function rude({ port }, said) {
  return ended(net.connect(port, 'localhost'), (socket) =>
    socket.once('connect', () => {
      if (said === '') return void socket.resetAndDestroy()
      socket.write(said, () => socket.resetAndDestroy())
    }),
  )
}

function ended(socket, play) {
  return new Promise((resolve, reject) => {
    socket.setTimeout(2000, () => socket.destroy(new Error('silence')))
    socket.once('error', reject)
    socket.once('close', resolve)
    play(socket)
  })
}

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
  console.log(`a client adds ${(slope(settled, 'heap', 'clients') * 2 ** 20).toFixed(0)} octets to the heap`)
  const flat = {
    heap: grown.heap + grown.external <= mostPerHour.heap,
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
