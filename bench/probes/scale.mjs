// In a fresh process: one endpoint of every scenario that is asked for, on every protocol and mode.
import net from 'node:net'

const [who, count] = process.argv.slice(2)
const wanted = Number(count)

const megabytes = () => process.memoryUsage.rss() / 1e6

const subjects = { mockmail: startOurs, 'node:net': startBare }
const start = await subjects[who](wanted)
const before = megabytes()
const begun = performance.now()
const { ports, close } = await start()
const elapsed = performance.now() - begun
const after = megabytes()
const closing = performance.now()
await close()
const closed = performance.now() - closing
process.stdout.write(JSON.stringify({ ports, elapsed, before, after, closed }))

/** The catalogue has fewer than a thousand ports yet, so each kind of certificate is served under further names. */
async function startOurs(wantedPorts) {
  const { defineCertificate, startMailServers } = await import('../../dist/index.mjs')
  const kinds = [
    { names: { dnsNames: ['imap.example.com'] } },
    { dates: { leaf: { notBefore: { days: -90 }, notAfter: { days: -1 } } } },
    { dates: { intermediate: { notAfter: { days: -1 } } } },
    { issuer: 'self', chain: { send: ['leaf'] } },
    { issuer: 'untrusted-root' },
    { chain: { send: ['leaf'] } },
    { revocation: { leaf: 'revoked', reason: 'keyCompromise' } },
    { key: { leaf: 'rsa' } },
  ]
  const scenarios = Array.from({ length: Math.ceil(wantedPorts / 6) }, (_, index) =>
    defineCertificate({ id: `copy-${index + 1}`, summary: 'one of many', ...kinds[index % kinds.length] }),
  )
  return async () => {
    const servers = await startMailServers({ scenarios })
    return { ports: servers.endpoints.length, close: () => servers.close() }
  }
}

/** As many listeners as we have: two a port, for localhost may mean either address. */
async function startBare(wantedPorts) {
  const servers = []
  const listen = (host, port) =>
    new Promise((resolve, reject) => {
      const server = net.createServer().on('error', reject)
      server.listen({ host, port, exclusive: true }, () => resolve(server))
      servers.push(server)
    })
  return async () => {
    await Promise.all(
      Array.from({ length: wantedPorts }, async () => {
        const first = await listen('127.0.0.1', 0)
        await listen('::1', first.address().port).catch(() => undefined)
      }),
    )
    const close = () => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    return { ports: wantedPorts, close }
  }
}
