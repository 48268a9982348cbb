import { readFileSync } from 'node:fs'
import { startMailServers } from '../dist/index.mjs'
import { alternate } from './alternate.mjs'
import { startBareTls } from './bare.mjs'
import { timeHandshake } from './client.mjs'
import { rateAtLeast, row } from './report.mjs'

/**
 * Full handshakes, client and server together in one process: one of a bare tls.Server with the same certificate and a
 * greeting as long as ours, one of ours, and so on.
 */
export async function measureHandshakes({ rounds = 1000 } = {}) {
  const servers = await startMailServers({ scenarios: ['good'], modes: ['implicit'] })
  const folder = `${servers.pki}/good`
  const bare = await startBareTls({
    key: readFileSync(`${folder}/leaf.key`),
    cert: readFileSync(`${folder}/fullchain.pem`),
    greeting: '* OK [CAPABILITY IMAP4rev1] ready\r\n',
  })
  const subjects = servers.endpoints.flatMap(({ protocol, port, tls }) => [
    [`bare beside ${protocol}`, () => timeHandshake({ port: bare.port, ...tls })],
    [protocol, () => timeHandshake({ port, ...tls })],
  ])
  const samples = await alternate(Object.fromEntries(subjects), { rounds, warmup: 200 })
  await Promise.all([bare.close(), servers.close()])
  const compare = (protocol, field, what, goal) =>
    row({
      what: `${what}, ${protocol}`,
      samples: samples[protocol].map((sample) => sample[field]),
      beside: { what: 'bare tls.Server', samples: samples[`bare beside ${protocol}`].map((sample) => sample[field]) },
      goal,
    })
  const protocols = servers.endpoints.map(({ protocol }) => protocol)
  return [
    ...protocols.map((protocol) => compare(protocol, 'handshake', 'handshake', rateAtLeast(0.95))),
    ...protocols.map((protocol) => compare(protocol, 'whole', 'connect, handshake, greeting, close')),
    ...protocols.map((protocol) => compare(protocol, 'processor', 'processor time of all that')),
  ]
}
