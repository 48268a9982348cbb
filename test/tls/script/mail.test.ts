import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MailServer, type MailServers, startMailServers } from '../../../src/index.ts'
import type { Script } from '../../../src/scenarios/tls-script.ts'
import { Endpoint } from '../../../src/servers/core/endpoint.ts'
import { scriptedEngine } from '../../../src/tls/script/lazy.ts'
import type { SessionClient } from '../../support/clients/client.ts'
import { fetchmail } from '../../support/clients/fetchmail.ts'
import { msmtp } from '../../support/clients/msmtp.ts'
import { imapflow, nodemailer, nodePop3 } from '../../support/clients/node.ts'
import { itWith } from '../../support/programs.ts'

/** Node's engine of every endpoint is taken out, and this one put in its place: what the core does with it is all its own. */
const usual = Endpoint.prototype.engine
let script: Script = {}
let servers: MailServers
beforeAll(async () => {
  servers = await startMailServers({ scenarios: ['good'] })
  const read = (name: string): string => readFileSync(join(servers.pki, 'good', name), 'utf8')
  const [keyPem, servedPem] = [read('leaf.key'), read('fullchain.pem')]
  const { fingerprint256, subject } = new X509Certificate(servedPem)
  Endpoint.prototype.engine = () =>
    scriptedEngine({ script, identity: { id: 'good', keyPem, servedPem, fingerprint256, subject, clientCaPem: '' } })
})
afterAll(async () => {
  Endpoint.prototype.engine = usual
  await servers.close()
})

const mail = { from: 'a@example.com', to: 'b@example.com', raw: 'Subject: hello\r\n\r\nhello\r\n' }

const play = async (client: SessionClient, server: MailServer) => {
  server.reset()
  const { protocol, mode, servername, port, user, password } = server
  const target = { scenario: 'good', protocol, mode, servername, port, user, password }
  const [said] = await client.playAll([target], { ca: servers.ca.path, mail })
  return { said, record: server.connections.at(-1), outcome: await server.outcome() }
}

const sessions = [imapflow, nodemailer, nodePop3, msmtp, fetchmail].flatMap((client) =>
  client.protocols.flatMap((protocol) =>
    (['implicit', 'starttls'] as const)
      .filter((mode) => client.cannot?.[protocol] !== mode)
      .map((mode) => ({ client, protocol, mode, title: `${client.name} ${protocol} ${mode}` })),
  ),
)

/** Ways to be right. */
const right: Readonly<Record<string, Script>> = {
  'TLS 1.3': {},
  'TLS 1.2': { versions: [0x0303] },
  'records of three octets with padding': { records: { handshake: { size: 1 }, data: { size: 3, pad: 7 } } },
}

for (const [what, wanted] of Object.entries(right)) {
  for (const { client, protocol, mode, title } of sessions) {
    // It waits for ever for the rest of an answer that comes in pieces, over bare TCP too.
    if (client === nodePop3 && wanted.records?.data?.size) continue
    itWith(...client.needs)(`${title} holds its session over the scripted engine: ${what}`, async () => {
      script = wanted
      const { said, record, outcome } = await play(client, servers.endpoint({ scenario: 'good', protocol, mode }))
      expect(said).toMatchObject({ ok: true })
      expect(outcome).toMatchObject({ outcome: 'accepted', detail: 'safe-continue' })
      expect(record?.handshake).toMatchObject({ result: 'finished', error: null, certificate: { id: 'good' } })
      expect(record?.handshake.version).toBe(wanted.versions ? 'TLSv1.2' : 'TLSv1.3')
    })
  }
}

it.each(sessions.filter(({ client }) => client === imapflow || client === nodemailer))(
  '$title breaks off at a Finished that is wrong, and that is seen',
  async ({ client, protocol, mode }) => {
    script = { at: { finished: { set: { verifyData: { flip: 0 } } } } }
    const { said, record, outcome } = await play(client, servers.endpoint({ scenario: 'good', protocol, mode }))
    expect(said).toMatchObject({ ok: false, said: expect.stringContaining('digest check failed') })
    expect(record?.handshake).toMatchObject({
      result: 'alert',
      alertReceived: { code: 51, name: 'decrypt_error' },
      certificate: { id: 'good' },
    })
    expect(outcome).toMatchObject({ outcome: 'refused', qualifier: 'alert:decrypt_error' })
  },
)
