import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { register } from 'tsx/esm/api'
import { startMailServers } from '../dist/index.mjs'
import { alternate } from './alternate.mjs'
import { startBareTls } from './bare.mjs'
import { timeHandshake } from './client.mjs'
import { rateAtLeast, row } from './report.mjs'

const greeting = '* OK [CAPABILITY IMAP4rev1] ready\r\n'

/** The scripted engine on a port, with nothing but a greeting behind it. */
async function startScripted({ ScriptEngine, readClientHello }, identity, script) {
  const engine = new ScriptEngine({ identity, script })
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, async (raw) => {
    raw.on('error', () => {})
    raw.allowHalfOpen = false
    const opening = await readClientHello(raw, 10_000)
    const { stream } = await engine.accept(raw, opening, { timeout: 10_000, hearsBelow: false })
    stream?.resume().write(greeting)
    stream?.on('end', () => stream.end())
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: server.address().port, close: () => new Promise((resolve) => server.close(resolve)) }
}

/**
 * Full handshakes of the scripted engine without a script, each beside one of a bare tls.Server with the same certificate and
 * version. The engine is read from its source: nothing of the package that is built asks for it by itself.
 */
export async function measureScript({ rounds = 400 } = {}) {
  const loader = register()
  const { ScriptEngine } = await import('../src/tls/script/engine.ts')
  const { readClientHello } = await import('../src/tls/client-hello.ts')
  const rows = []
  for (const key of ['ec', 'rsa']) {
    const servers = await startMailServers({ scenarios: ['good'], protocols: ['imap'], modes: ['implicit'], key })
    const read = (name) => readFileSync(`${servers.pki}/good/${name}`, 'utf8')
    const pair = { key: read('leaf.key'), cert: read('fullchain.pem') }
    const { fingerprint256, subject } = new X509Certificate(pair.cert)
    const identity = { id: 'good', keyPem: pair.key, servedPem: pair.cert, subject, fingerprint256, clientCaPem: '' }
    const [{ tls }] = servers.endpoints
    for (const [version, number] of [
      ['TLSv1.3', 0x0304],
      ['TLSv1.2', 0x0303],
    ]) {
      const bare = await startBareTls({ ...pair, greeting, maxVersion: version })
      const ours = await startScripted({ ScriptEngine, readClientHello }, identity, { versions: [number] })
      const samples = await alternate(
        {
          bare: () => timeHandshake({ port: bare.port, ...tls }),
          ours: () => timeHandshake({ port: ours.port, ...tls }),
        },
        { rounds, warmup: 100 },
      )
      const compare = (field, what, goal) =>
        row({
          what: `${what}, ${version}, ${key}`,
          samples: samples.ours.map((sample) => sample[field]),
          beside: { what: 'bare tls.Server', samples: samples.bare.map((sample) => sample[field]) },
          goal,
        })
      rows.push(compare('handshake', 'handshake of the scripted engine', rateAtLeast(0.6)))
      rows.push(compare('processor', 'processor time, with connect, greeting, close', rateAtLeast(0.6)))
      await Promise.all([bare.close(), ours.close()])
    }
    await servers.close()
  }
  await loader()
  return rows
}
