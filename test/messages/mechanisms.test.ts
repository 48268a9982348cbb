import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MailServer, type MailServers, type Protocol, startMailServers } from '../../src/index.ts'
import { describeWith, type Finished, run } from '../support/programs.ts'

const mechanisms = ['CRAM-MD5', 'XOAUTH2', 'APOP'] as const
type Mechanism = (typeof mechanisms)[number]

/** What a record says of it; the secret is what crossed the wire. */
const kinds: Readonly<Record<Mechanism, { readonly kind: string; readonly secret: unknown }>> = {
  'CRAM-MD5': { kind: 'digest', secret: expect.stringMatching(/^[0-9a-f]{32}$/) },
  XOAUTH2: { kind: 'bearer', secret: 'token-of-alice' },
  APOP: { kind: 'digest', secret: expect.stringMatching(/^[0-9a-f]{32}$/) },
}

/** The only login that is right; a token stands for the password where tokens are sent. */
const login = { user: 'alice@example.com', secret: 'token-of-alice' } as const

type Client = (server: MailServer, mechanism: Mechanism, secret: string, ca: string) => Promise<Finished>

const curl =
  (...more: readonly string[]): Client =>
  ({ protocol, url }, mechanism, secret, ca) => {
    const trust = ['-q', '-sS', '--ssl-reqd', '--cacert', ca, '--capath', '/dev/null']
    const token = ['--user', login.user, '--oauth2-bearer', secret, '--login-options', 'AUTH=XOAUTH2']
    const digest = [
      '--user',
      `${login.user}:${secret}`,
      '--login-options',
      `AUTH=${mechanism === 'APOP' ? '+' : ''}${mechanism}`,
    ]
    const command = protocol === 'pop3' ? ['-l'] : ['-X', 'NOOP']
    return run('curl', [...trust, ...(mechanism === 'XOAUTH2' ? token : digest), ...more, ...command, url])
  }

const python: Client = ({ protocol, port }, mechanism, secret, ca) =>
  run('python3', [join(import.meta.dirname, 'login.py'), mechanism, protocol, String(port), ca, login.user, secret])

const sasl: readonly (readonly [Mechanism, Protocol])[] = [
  ['CRAM-MD5', 'smtp'],
  ['CRAM-MD5', 'imap'],
  ['CRAM-MD5', 'pop3'],
  ['XOAUTH2', 'smtp'],
  ['XOAUTH2', 'imap'],
  ['XOAUTH2', 'pop3'],
]
const apop = ['APOP', 'pop3'] as const

const clients: readonly {
  readonly name: string
  readonly needs: string
  readonly play: Client
  readonly logins: readonly (readonly [Mechanism, Protocol])[]
}[] = [
  { name: 'curl', needs: 'curl', play: curl(), logins: [...sasl, apop] },
  {
    name: 'curl --sasl-ir',
    needs: 'curl',
    play: curl('--sasl-ir'),
    logins: sasl.filter(([name]) => name === 'XOAUTH2'),
  },
  // poplib knows APOP and no SASL.
  {
    name: 'python',
    needs: 'python3',
    play: python,
    logins: [...sasl.filter(([, protocol]) => protocol !== 'pop3'), apop],
  },
]

for (const { name, needs, play, logins } of clients) {
  describeWith([needs], `${name}, with a mechanism that shows no password`, () => {
    let servers: MailServers
    beforeAll(async () => {
      servers = await startMailServers({ modes: ['implicit'], user: `${login.user}:${login.secret}` })
    })
    afterAll(() => servers.close())

    const attempt = async ([mechanism, protocol]: readonly [Mechanism, Protocol], secret: string) => {
      const server = servers.endpoint({ protocol })
      server.reset()
      const { status, stdout, stderr } = await play(server, mechanism, secret, servers.ca.path)
      await server.outcome()
      const credentials = server.connections.flatMap((record) => record.credentials)
      const commands = server.connections.flatMap((record) => record.commands.map(({ line }) => line))
      return { status, said: stdout + stderr, credentials, commands }
    }
    const titles = logins.map((cell) => [cell.join(' over '), cell] as const)

    it.each(titles)('logs in: %s', async (_, cell) => {
      const { status, said, credentials, commands } = await attempt(cell, login.secret)
      expect({ status, said }).toMatchObject({ status: 0 })
      const [mechanism] = cell
      const right = { mechanism, user: login.user, phase: 'tls', accepted: true, ...kinds[mechanism] }
      expect(credentials).toEqual([expect.objectContaining(right)])
      if (name !== 'curl --sasl-ir') return
      const initial = Buffer.from(`user=${login.user}\x01auth=Bearer ${login.secret}\x01\x01`).toString('base64')
      expect(commands.filter((line) => line.includes('AUTH'))).toEqual([expect.stringMatching(` XOAUTH2 ${initial}$`)])
    })

    it.each(titles)('is refused with the wrong secret: %s', async (_, cell) => {
      const { status, credentials } = await attempt(cell, 'mistyped')
      expect(status).not.toBe(0)
      const [mechanism] = cell
      const { kind } = kinds[mechanism]
      expect(credentials.length).toBeGreaterThan(0)
      for (const credential of credentials) {
        expect(credential).toMatchObject({ mechanism, kind, user: login.user, accepted: false })
      }
    })
  })
}
