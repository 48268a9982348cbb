import { readFileSync } from 'node:fs'
import { startMailServers } from '../dist/index.mjs'
import { alternate } from './alternate.mjs'
import { startBareTls } from './bare.mjs'
import { timeHandshake } from './client.mjs'
import { rateAtLeast, row } from './report.mjs'

/** Full handshakes, client and server together in one process, beside a bare tls.Server with the same certificate. */
export async function measureHandshakes({ rounds = 1000 } = {}) {
  const servers = await startMailServers({ scenarios: ['good'], modes: ['implicit'] })
  const folder = `${servers.pki}/good`
  const bare = await startBareTls({
    key: readFileSync(`${folder}/leaf.key`),
    cert: readFileSync(`${folder}/fullchain.pem`),
    greeting: '* OK [CAPABILITY IMAP4rev1] ready\r\n',
  })
  const { ca, servername } = servers.endpoints[0].tls
  const subjects = Object.fromEntries(
    servers.endpoints.map(({ protocol, port }) => [protocol, () => timeHandshake({ port, ca, servername })]),
  )
  const samples = await alternate(
    { bare: () => timeHandshake({ port: bare.port, ca, servername }), ...subjects },
    { rounds, warmup: 100 },
  )
  await Promise.all([bare.close(), servers.close()])
  const of = (subject, field) => samples[subject].map((sample) => sample[field])
  const rows = (field, name, goal) =>
    Object.keys(subjects).map((protocol) =>
      row({
        what: `${name}, ${protocol}`,
        samples: of(protocol, field),
        beside: { what: 'bare tls.Server', samples: of('bare', field) },
        goal,
      }),
    )
  return [...rows('handshake', 'handshake', rateAtLeast(0.95)), ...rows('whole', 'connect, handshake, greeting, close')]
}
