import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MailServer, type MailServers, startMailServers } from '../../src/index.ts'
import { cellsOf, titled } from '../support/clients/cells.ts'
import { describeWith, type Finished, run } from '../support/programs.ts'

const script = (name: string): string => join(import.meta.dirname, name)

/** A client that shows a certificate, in one of the files that a folder of `clients` has. */
interface Holder {
  readonly name: string
  readonly needs: readonly string[]
  /** @param folder with the certificate, or undefined to show none */
  play(
    server: MailServer,
    files: { readonly ca: string; readonly pki: string; readonly folder?: string },
  ): Promise<Finished>
}

const session = ({ servername, port, user, password }: MailServer): readonly string[] => [
  servername,
  String(port),
  user,
  password,
]

const pem = (folder: string | undefined): readonly string[] =>
  folder === undefined ? [] : ['--cert', `${folder}/fullchain.pem`, '--key', `${folder}/leaf.key`]
const pkcs12 = (folder: string | undefined): readonly string[] =>
  folder === undefined ? [] : ['--cert-type', 'P12', '--cert', `${folder}/bundle.p12:mockmail`]

const curl = ({ url, user, password }: MailServer, ca: string, certificate: readonly string[]): Promise<Finished> => {
  const common = ['-q', '-sS', '--ssl-reqd', '--cacert', ca, '--capath', '/dev/null', '-u', `${user}:${password}`]
  const command = url.startsWith('pop3') ? ['-l'] : ['-X', 'NOOP']
  return run('curl', [...common, ...certificate, ...command, url])
}

const openssl = ({ port, user, password }: MailServer, ca: string, certificate: readonly string[]): Promise<Finished> =>
  run('openssl', ['s_client', '-quiet', '-CAfile', ca, ...certificate, '-connect', `127.0.0.1:${port}`], {
    input: `a LOGIN ${user} ${password}\r\nb LOGOUT\r\n`,
  })

const node = (server: MailServer, files: Readonly<Record<string, string>>): Promise<Finished> =>
  run('node', [script('session.mjs'), ...session(server), JSON.stringify(files)])

const holders: readonly Holder[] = [
  { name: 'curl, PEM', needs: ['curl'], play: (server, { ca, folder }) => curl(server, ca, pem(folder)) },
  { name: 'curl, PKCS#12', needs: ['curl'], play: (server, { ca, folder }) => curl(server, ca, pkcs12(folder)) },
  {
    name: 'openssl, PEM',
    needs: ['openssl'],
    play: (server, { ca, folder }) => {
      const certificate = [
        '-cert',
        `${folder}/leaf.pem`,
        '-cert_chain',
        `${folder}/chain.pem`,
        '-key',
        `${folder}/leaf.key`,
      ]
      return openssl(server, ca, folder === undefined ? [] : certificate)
    },
  },
  {
    name: 'python, PEM',
    needs: ['python3'],
    play: (server, { ca, folder }) => {
      const certificate = folder === undefined ? [] : [`${folder}/fullchain.pem`, `${folder}/leaf.key`]
      return run('python3', [script('session.py'), ...session(server), ca, ...certificate])
    },
  },
  {
    name: 'node, PEM',
    needs: ['node'],
    play: (server, { ca, folder }) =>
      node(server, { ca, ...(folder !== undefined && { cert: `${folder}/fullchain.pem`, key: `${folder}/leaf.key` }) }),
  },
  {
    name: 'node, PKCS#12',
    needs: ['node'],
    play: (server, { ca, folder }) =>
      node(server, { ca, ...(folder !== undefined && { pfx: `${folder}/bundle.p12` }) }),
  },
  {
    name: 'java, PKCS#12',
    needs: ['java'],
    play: (server, { pki, folder }) => {
      const trust = [`-Djavax.net.ssl.trustStore=${pki}/ca.p12`, '-Djavax.net.ssl.trustStorePassword=mockmail']
      const show = [`-Djavax.net.ssl.keyStore=${folder}/bundle.p12`, '-Djavax.net.ssl.keyStorePassword=mockmail']
      return run('java', [...trust, ...(folder === undefined ? [] : show), script('Session.java'), ...session(server)])
    },
  },
]

const rejected = ['expired', 'untrusted', 'wrong-usage'] as const

for (const { name, needs, play } of holders) {
  describeWith(needs, `${name}, where a client certificate is required`, () => {
    let servers: MailServers
    beforeAll(async () => {
      servers = await startMailServers({
        scenarios: ['client-cert-required'],
        protocols: ['imap'],
        modes: ['implicit'],
      })
    })
    afterAll(() => servers.close())

    const show = async (id: string | undefined) => {
      const server = servers.endpoint()
      server.reset()
      const folder = id === undefined ? {} : { folder: `${servers.pki}/clients/${id}` }
      const { status, stdout, stderr } = await play(server, { ca: servers.ca.path, pki: servers.pki, ...folder })
      const { outcome, verdict } = await server.outcome()
      const logins = server.connections.flatMap((record) => record.credentials).length
      const shown = server.connections[0]?.handshake.clientCertificate ?? null
      return { status, said: stdout + stderr, outcome, verdict, logins, shown }
    }

    it('logs in with good', async () => {
      const right = { outcome: 'accepted', verdict: 'pass', logins: 1, shown: 'CN=user@mockmail.test' }
      expect(await show('good')).toMatchObject({ status: 0, ...right })
    })

    it.each(rejected)('is turned away with %s', async (id) => {
      expect(await show(id)).toMatchObject({ outcome: 'turned-away', logins: 0 })
    })

    it('is turned away without one', async () => {
      expect(await show(undefined)).toMatchObject({ outcome: 'turned-away', logins: 0, shown: null })
    })
  })
}

describeWith(['curl'], 'curl with a client certificate, wherever TLS begins', () => {
  let servers: MailServers
  beforeAll(async () => {
    servers = await startMailServers({ scenarios: ['client-cert-required'] })
  })
  afterAll(() => servers.close())

  it.each(titled(cellsOf(['client-cert-required'])))(
    'logs in with good, and is turned away with expired: %s',
    async (_, cell) => {
      const server = servers.endpoint(cell)
      const folder = `${servers.pki}/clients/good`
      expect(await curl(server, servers.ca.path, pem(folder))).toMatchObject({ status: 0, stderr: '' })
      expect(await server.outcome()).toMatchObject({ outcome: 'accepted', verdict: 'pass' })
      server.reset()
      const { status } = await curl(server, servers.ca.path, pem(`${servers.pki}/clients/expired`))
      expect(status).not.toBe(0)
      expect(await server.outcome()).toMatchObject({ outcome: 'turned-away' })
    },
  )
})
