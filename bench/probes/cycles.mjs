// In a fresh process, with --expose-gc: start, one connection, stop, so many times. What is left over after half of them,
// when everything is loaded and the allocator has what it needs, and after all.
import { readdirSync } from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
import { startMailServer } from '../../dist/index.mjs'

const cycles = Number(process.argv[2])
const protocols = ['smtp', 'imap', 'pop3']
const half = Math.floor(cycles / 2)

const times = []
let reachable = 0
let before
for (let cycle = 1; cycle <= cycles; cycle++) {
  const begun = performance.now()
  const server = await startMailServer({
    protocol: protocols[cycle % 3],
    mode: cycle % 2 === 0 ? 'implicit' : 'starttls',
  })
  await visit(server)
  await server.close()
  times.push(performance.now() - begun)
  if (await accepts(server.port)) reachable++
  if (cycle === half) before = await leftOver()
}
// Before stdout is touched: a pipe is a handle too.
const after = await leftOver()
process.stdout.write(JSON.stringify({ times: times.slice(half), reachable, before, after }))

function visit({ mode, port, tls: trust }) {
  return new Promise((resolve, reject) => {
    const at = { port, host: '127.0.0.1' }
    const socket = mode === 'implicit' ? tls.connect({ ...at, ...trust }) : net.connect(at)
    socket.on('error', reject).on('close', resolve)
    socket.once('data', () => socket.end())
  })
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

async function leftOver() {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    globalThis.gc()
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return {
    heap: heapUsed / 1e6,
    external: external / 1e6,
    resident: rss / 1e6,
    handles: process.getActiveResourcesInfo(),
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : null,
  }
}
