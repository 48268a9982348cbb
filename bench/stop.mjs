import { readFileSync } from 'node:fs'
import { startMailServers } from '../dist/index.mjs'
import { alternate } from './alternate.mjs'
import { startBareNet, startBareTls } from './bare.mjs'
import { openMany } from './client.mjs'
import { atMost, row } from './report.mjs'

const count = 1000

/** `close()` with a thousand clients connected, who live in the same process, beside servers that destroy their sockets. */
export async function measureStop({ rounds = 5 } = {}) {
  const samples = await alternate(
    {
      clear: () => timeStop({ start: () => startOurs('starttls') }),
      bareClear: () => timeStop({ start: () => startBareNet({ greeting: '* OK\r\n' }) }),
      secure: () => timeStop({ start: () => startOurs('implicit'), secure: true }),
      bareSecure: () => timeStop({ start: startSecureTwin, secure: true }),
    },
    { rounds },
  )
  const goal = atMost(100, 'ms')
  return [
    row({
      what: `close(), ${count} connections in clear`,
      samples: samples.clear,
      beside: { what: 'bare net.Server', samples: samples.bareClear },
      goal,
    }),
    row({
      what: `close(), ${count} connections in TLS`,
      samples: samples.secure,
      beside: { what: 'bare tls.Server', samples: samples.bareSecure },
      goal,
    }),
  ]
}

async function timeStop({ start, secure = false }) {
  const server = await start()
  const clients = await openMany({ port: server.port, count, secure })
  const gone = clients.map((client) => new Promise((resolve) => client.once('close', resolve)))
  const started = performance.now()
  for (const socket of server.sockets ?? []) socket.destroy()
  await server.close()
  const elapsed = performance.now() - started
  await Promise.all(gone)
  return elapsed
}

async function startOurs(mode) {
  const servers = await startMailServers({ protocols: ['imap'], modes: [mode] })
  return { port: servers.endpoint().port, close: () => servers.close() }
}

async function startSecureTwin() {
  const servers = await startMailServers({ protocols: ['imap'], modes: ['implicit'] })
  const folder = `${servers.pki}/good`
  const key = readFileSync(`${folder}/leaf.key`)
  const cert = readFileSync(`${folder}/fullchain.pem`)
  await servers.close()
  return startBareTls({ key, cert, greeting: '* OK\r\n' })
}
