import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { cellsOf } from '../support/clients/cells.ts'
import { describeWith, temporaryDirectory } from '../support/programs.ts'
import { curl } from './curl.ts'
import { gnutlsCli, sClient } from './tls-programs.ts'
import { words } from './words.ts'

let servers: MailServers
beforeAll(async () => {
  servers = await startMailServers({ scenarios: ['certificate-changed', 'self-signed'] })
})
afterAll(() => servers.close())

const cells = cellsOf(['certificate-changed'])

describeWith(['openssl'], 'openssl s_client', () => {
  it.each(cells)(
    'gets another self-signed certificate from the second connection on: $protocol/$mode',
    async (cell) => {
      const server = servers.endpoint(cell)
      server.reset()
      const seen: string[] = []
      for (let nth = 1; nth <= 3; nth++) {
        const said = await sClient(server, servers.ca.path)
        expect(said).toContain('Verify return code: 18 (self-signed certificate)')
        const [pem = ''] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(said) ?? []
        const { fingerprint256, subjectAltName } = new X509Certificate(pem)
        expect(subjectAltName).toContain('DNS:localhost')
        seen.push(fingerprint256)
      }
      const [first, second, third] = seen
      expect(second).not.toBe(first)
      expect(third).toBe(second)
      expect(server.connections.map(({ handshake }) => handshake.certificate?.fingerprint256)).toEqual(seen)
      expect(server.connections.map(({ handshake }) => handshake.certificate?.id)).toEqual([
        'certificate-changed',
        'certificate-changed@2nd',
        'certificate-changed@2nd',
      ])
    },
  )
})

describeWith(['gnutls-cli'], 'gnutls-cli --tofu, which remembers a key', () => {
  const connect = (cell: (typeof cells)[number], home: string, answer: 'y' | 'n'): Promise<string> => {
    const { capabilities, quit } = words[cell.protocol]
    const input = `${answer}\n${capabilities}\n${quit}\n`
    const environment = { HOME: home }
    return gnutlsCli(servers.endpoint(cell), servers.ca.path, ['--tofu', '--crlf'], { input, environment })
  }

  it.each(cells)('asks once, and is not taken in by another: $protocol/$mode', async (cell) => {
    using home = temporaryDirectory()
    const server = servers.endpoint(cell)
    server.reset()
    const first = await connect(cell, home.path, 'y')
    expect(first).toContain('has never been contacted before')
    expect(first).toContain('- Handshake was completed')
    const second = await connect(cell, home.path, 'n')
    expect(second).toContain('Warning: host localhost is known and it is associated with a different key.')
    expect(second).toContain('*** Fatal error: Error in the certificate.')
    expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'refused', verdict: 'pass' })
  })

  it.each(cellsOf(['self-signed']))('is not asked again by the same one: $protocol/$mode', async (cell) => {
    using home = temporaryDirectory()
    await connect(cell, home.path, 'y')
    const second = await connect(cell, home.path, 'n')
    expect(second).not.toContain('(y/N)')
    expect(second).toContain('- Handshake was completed')
  })
})

describeWith(['curl'], 'curl', () => {
  it.each(cells)('that is given the first certificate refuses the second: $protocol/$mode', async (cell) => {
    const server = servers.endpoint(cell)
    server.reset()
    const thisOne = ['--cacert', `${servers.pki}/certificate-changed/leaf.pem`]
    expect(await curl(server, thisOne)).toEqual({ status: 0, said: '' })
    // Once more would have been the same, but for the change.
    expect(await curl(server, thisOne)).toMatchObject({
      status: 60,
      said: expect.stringContaining('SSL certificate problem: self-signed certificate'),
    })
    expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'refused', verdict: 'pass' })
  })

  it.each(cells)('that takes any self-signed certificate gives its password away: $protocol/$mode', async (cell) => {
    const server = servers.endpoint(cell)
    server.reset()
    for (let nth = 1; nth <= 2; nth++) expect(await curl(server, ['--insecure'])).toEqual({ status: 0, said: '' })
    const expected = { outcome: 'leaked', detail: 'leak-credentials-untrusted-tls', verdict: 'fail' }
    expect(await server.outcome({ settle: 20 })).toMatchObject(expected)
  })
})
