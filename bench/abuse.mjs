import { fork } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { mailAttacks } from './abuse-mail.mjs'
import { upAttacks } from './abuse-up.mjs'
import { wireAttacks } from './abuse-wire.mjs'
import { atMost, atMostAbove, row } from './report.mjs'

/** Who is attacked, by name; each tells its ports and what it took to start. */
const victims = { servers: startServers, up: startUp }

const on = (victim, some) =>
  Object.fromEntries(Object.entries(some).map(([name, attack]) => [name, { victim, attack }]))

/** What is done to whom: by name, a function of `{ ports, connect, pause, output }`. */
const attacks = {
  ...on('servers', mailAttacks),
  ...on('servers', wireAttacks),
  ...on('up', upAttacks),
}

/** Milliseconds after which an attack is over, whatever it has come to. */
const longest = 30_000

/** Milliseconds that a neighbour is watched before the attack begins. */
const quiet = 1500

/** Octets of an answer that are remembered. */
const tail = 4096

/**
 * Every attack on a server of its own, next to a neighbour in a process of its own: how long the neighbour waits, and how
 * much memory the server takes.
 */
export async function measureAbuse({ only = Object.keys(attacks) } = {}) {
  const rows = []
  for (const name of only) {
    const { base, under, above, seconds, ended, failed } = await suffer(attacks[name])
    process.stderr.write(`${name}: ${seconds.toFixed(1)} s${ended}${failed ? `, FAILED: ${failed}` : ''}\n`)
    rows.push(
      row({
        what: `abuse, ${name}: 99 % of a neighbour's answers within`,
        samples: [percentile(under, 0.99)],
        beside: { what: 'before', samples: [percentile(base, 0.99)] },
        goal: atMostAbove(100, 'ms'),
      }),
      row({
        what: `abuse, ${name}: most memory above idle`,
        unit: 'MB',
        samples: [failed ? Number.POSITIVE_INFINITY : above],
        goal: atMost(500, 'MB'),
      }),
    )
  }
  return rows
}

async function suffer({ victim, attack }) {
  const server = await victims[victim]()
  const { ports, idle, output } = server
  const neighbour = start('neighbour.mjs', String(ports.imap))
  const sockets = new Set()
  try {
    await setTimeout(quiet)
    const { times: base } = await neighbour.ask('report')
    const started = performance.now()
    const tools = { ports, output, pause: setTimeout, connect: (port, how) => connect(port, sockets, how) }
    const done = attack(tools).then(
      (said) => (said ? `, ${said}` : ''),
      (error) => `, stopped: ${error.message}`,
    )
    const ended = await Promise.race([done, setTimeout(longest, ', stopped after 30 s', { ref: false })])
    const seconds = (performance.now() - started) / 1000
    const { times: under, failed: harm } = await neighbour.ask('report')
    const { largest } = await server.ask('report')
    for (const socket of sockets) socket.destroy()
    const { defects } = await server.ask('close')
    return { base, under, above: largest - idle, seconds, ended, failed: harm ?? defects[0] }
  } finally {
    for (const socket of sockets) socket.destroy()
    neighbour.child.kill('SIGKILL')
    server.child.kill('SIGKILL')
  }
}

async function startServers() {
  const server = start('abuse-server.mjs')
  return { ...server, ...(await server.next()) }
}

/** Its first line is the ready event; each line has to be JSON. */
async function startUp() {
  const server = start('abuse-up.mjs')
  const output = server.child.stdout
  let broken
  const { ports } = await new Promise((resolve) => {
    createInterface({ input: output }).on('line', (line) => {
      try {
        const { event, endpoints } = JSON.parse(line)
        if (event === 'ready') resolve({ ports: Object.fromEntries(endpoints.map((one) => [one.protocol, one.port])) })
      } catch (error) {
        broken ??= `a line of ${line.length} characters is no JSON: ${error.message}`
      }
    })
  })
  const { largest: idle } = await server.ask('report')
  const ask = async (message) => {
    const said = await server.ask(message)
    if (message !== 'close') return said
    await setTimeout(500)
    return broken ? { defects: [broken] } : said
  }
  return { ...server, ask, ports, idle, output }
}

/** A child and its messages, one after the other; one that is gone has a defect to tell. */
function start(file, ...args) {
  const silent = file === 'abuse-up.mjs'
  const child = fork(fileURLToPath(new URL(`probes/${file}`, import.meta.url)), args, { silent })
  if (silent) child.stderr.pipe(process.stderr)
  const gone = { defects: ['the process is gone'], times: [], failed: 'the process is gone', largest: Number.NaN }
  const exit = once(child, 'exit').then(() => gone)
  const next = () => Promise.race([once(child, 'message').then(([message]) => message), exit])
  const ask = (message) => {
    if (!child.connected) return gone
    const answer = next()
    child.send(message)
    return answer
  }
  return { child, next, ask }
}

/** A connection that reads until something comes, and remembers only the end of it; or whose reading is somebody else's. */
async function connect(port, sockets, { reads = true, secure = false } = {}) {
  const at = { port, host: '127.0.0.1' }
  const socket = secure ? tls.connect({ ...at, rejectUnauthorized: false }) : net.connect(at)
  sockets.add(socket)
  socket.setNoDelay(true)
  socket.on('error', () => {})
  await once(socket, secure ? 'secureConnect' : 'connect')
  // Resolves when the kernel has taken it, or nobody ever will.
  const write = (bytes) => new Promise((resolve) => socket.write(bytes, 'latin1', resolve))
  const octets = async (bytes) => {
    for (const octet of bytes) {
      if (!socket.writable) return
      await write(Buffer.from([octet]))
    }
  }
  if (!reads) return { socket, write, octets }
  let text = ''
  let wake = () => {}
  socket.on('data', (bytes) => {
    text = (text + bytes.toString('latin1')).slice(-tail)
    wake()
  })
  socket.on('close', () => wake())
  const until = async (pattern) => {
    while (!pattern.test(text)) {
      if (socket.destroyed) throw new Error('the connection is gone')
      await new Promise((resolve) => {
        wake = resolve
      })
    }
    const said = text
    text = ''
    return said
  }
  let nth = 0
  return {
    socket,
    until,
    write,
    /** Each in a segment of its own. */
    octets,
    /** An IMAP command, and the end of its answer. */
    command: (line) => {
      const tag = `a${++nth}`
      const answer = until(new RegExp(`^${tag} .*\\r\\n`, 'm'))
      socket.write(`${tag} ${line}\r\n`, 'latin1')
      return answer
    },
  }
}

const percentile = (samples, share) => {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.POSITIVE_INFINITY
}
