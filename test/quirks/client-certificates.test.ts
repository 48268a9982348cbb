import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Judgement, type MailServer, type MailServers, startMailServers } from '../../src/index.ts'
import { cellsOf } from '../support/clients/cells.ts'
import { describeWith } from '../support/programs.ts'
import { curl } from './curl.ts'
import { gnutlsCli, sClient } from './tls-programs.ts'
import { words } from './words.ts'

type Id = 'none' | 'good' | 'expired' | 'untrusted' | 'wrong-usage'

/** Why the server turns a client away, in the words of our record. */
const refused: Readonly<Record<Exclude<Id, 'good'>, RegExp>> = {
  none: /peer did not return a certificate/,
  expired: /^client certificate: CERT_HAS_EXPIRED$/,
  untrusted: /^client certificate: UNABLE_TO_GET_ISSUER_CERT_LOCALLY$/,
  // OpenSSL's number 26 has this name since Node 20.
  'wrong-usage': /^client certificate: (?:INVALID_PURPOSE|UNSPECIFIED)$/,
}

let servers: MailServers
beforeAll(async () => {
  servers = await startMailServers({ scenarios: ['client-cert-required', 'client-cert-optional', 'good'] })
})
afterAll(() => servers.close())

const fileOf = (id: Id, name: string): string => `${servers.pki}/clients/${id}/${name}`

const trusting = (): readonly string[] => ['--cacert', servers.ca.path]

const pem = (id: Id): readonly string[] =>
  id === 'none' ? [] : ['--cert', fileOf(id, 'fullchain.pem'), '--key', fileOf(id, 'leaf.key')]

const ids = ['none', 'good', 'expired', 'untrusted', 'wrong-usage'] as const
const rowsOf = (scenario: string, of: readonly Id[] = ids) =>
  cellsOf([scenario]).flatMap((cell) => of.map((id) => ({ ...cell, id })))

async function judge(server: MailServer): Promise<Pick<Judgement, 'outcome' | 'verdict'>> {
  const { outcome, verdict } = await server.outcome({ settle: 20 })
  return { outcome, verdict }
}

describeWith(['curl'], 'curl', () => {
  it.each(rowsOf('client-cert-required'))(
    'with certificate $id, required on $protocol/$mode',
    async ({ id, ...cell }) => {
      const server = servers.endpoint(cell)
      server.reset()
      const { status, said } = await curl(server, [...trusting(), ...pem(id)])
      const [record] = server.connections
      if (id === 'good') {
        expect({ status, said }).toEqual({ status: 0, said: '' })
        expect(await judge(server)).toEqual({ outcome: 'accepted', verdict: 'pass' })
        expect(record?.handshake.clientCertificate).toBe('CN=user@mockmail.test')
        return
      }
      expect(status).toBe(56)
      expect(said).toMatch(id === 'none' ? /alert certificate required/ : /^curl: \(56\) /)
      expect(await judge(server)).toEqual({ outcome: 'turned-away', verdict: 'pass' })
      expect(record?.handshake.error).toMatch(refused[id])
      expect(server.connections.flatMap(({ credentials }) => credentials)).toEqual([])
    },
  )

  it.each(rowsOf('client-cert-optional'))(
    'with certificate $id, optional on $protocol/$mode',
    async ({ id, ...cell }) => {
      const server = servers.endpoint(cell)
      server.reset()
      expect(await curl(server, [...trusting(), ...pem(id)])).toEqual({ status: 0, said: '' })
      expect(await judge(server)).toEqual({ outcome: 'accepted', verdict: 'pass' })
      const subject = id === 'none' ? null : 'CN=user@mockmail.test'
      expect(server.connections[0]?.handshake.clientCertificate).toBe(subject)
    },
  )

  it.each(cellsOf(['good']))('is not asked for one by good on $protocol/$mode', async (cell) => {
    const server = servers.endpoint(cell)
    server.reset()
    expect(await curl(server, [...trusting(), ...pem('good')])).toEqual({ status: 0, said: '' })
    expect(server.connections[0]?.handshake.clientCertificate).toBeNull()
  })

  it.each(['good', 'expired'] as const)('takes %s from the PKCS#12 file with its password', async (id) => {
    const server = servers.endpoint({ scenario: 'client-cert-required', protocol: 'smtp', mode: 'starttls' })
    server.reset()
    const bundle = ['--cert-type', 'P12', '--cert', `${fileOf(id, 'bundle.p12')}:mockmail`]
    expect((await curl(server, [...trusting(), ...bundle])).status).toBe(id === 'good' ? 0 : 56)
    expect((await judge(server)).outcome).toBe(id === 'good' ? 'accepted' : 'turned-away')
    server.reset()
    const locked = ['--cert-type', 'P12', '--cert', `${fileOf(id, 'bundle.p12')}:another`]
    expect(await curl(server, [...trusting(), ...locked])).toMatchObject({
      status: 58,
      said: expect.stringContaining('PKCS12'),
    })
  })
})

describeWith(['gnutls-cli'], 'gnutls-cli', () => {
  it.each(rowsOf('client-cert-required'))(
    'with certificate $id, required on $protocol/$mode',
    async ({ id, ...cell }) => {
      const server = servers.endpoint(cell)
      server.reset()
      const certificate = ['--x509certfile', fileOf(id, 'fullchain.pem'), '--x509keyfile', fileOf(id, 'leaf.key')]
      const { capabilities, quit } = words[cell.protocol]
      const input = `${capabilities}\n${quit}\n`
      const flags = ['--crlf', ...(id === 'none' ? [] : certificate)]
      const said = await gnutlsCli(server, servers.ca.path, flags, { input })
      expect(said).toContain('- Handshake was completed')
      expect(await judge(server)).toEqual({ outcome: id === 'good' ? 'accepted' : 'turned-away', verdict: 'pass' })
      if (id === 'none') expect(said).toContain('*** Received alert [116]: Certificate is required')
      else if (id !== 'good') expect(said).toContain('- Peer has closed the GnuTLS connection')
      if (id !== 'good') expect(server.connections[0]?.handshake.error).toMatch(refused[id])
    },
  )
})

describeWith(['openssl'], 'openssl s_client', () => {
  it.each([
    ['-tls1_2', 'alert handshake failure', 'SSL alert number 40'],
    ['-tls1_3', 'alert certificate required', 'SSL alert number 116'],
  ])('with no certificate and %s: %s', async (version, words, number) => {
    for (const cell of cellsOf(['client-cert-required'])) {
      const server = servers.endpoint(cell)
      server.reset()
      const said = await sClient(server, servers.ca.path, [version, '-ign_eof'])
      expect(said).toContain(words)
      expect(said).toContain(number)
      expect(await judge(server)).toEqual({ outcome: 'turned-away', verdict: 'pass' })
    }
  })
})
