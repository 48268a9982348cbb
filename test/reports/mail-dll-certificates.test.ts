import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { curl } from '../quirks/curl.ts'
import { playClient } from '../quirks/scripted-client.ts'
import { gnutlsCli, sClient } from '../quirks/tls-programs.ts'
import { cellsOf, certificateParts, needsRevocationCheck } from '../support/clients/cells.ts'
import { playOne } from '../support/clients/client.ts'
import { curl as curlClient } from '../support/clients/curl.ts'
import { mail } from '../support/clients/play.ts'
import { python } from '../support/clients/python.ts'
import { describeWith } from '../support/programs.ts'
import { cellsIn, codesIn, describeReport, notTrusted, statusIn } from './describe-report.ts'
import { mailDllCertificates } from './mail-dll-certificates.ts'

const toBeRefused = certificateParts.filter(({ entry }) => entry.expect === 'reject').map(({ id }) => id)
const nameMismatch = 'The name in the certificate does not match the expected.'
const issuerUnknown = 'The certificate issuer is unknown.'

let servers: MailServers
beforeAll(async () => {
  const scenarios: readonly string[] = ['good', 'self-signed+wrong-host', 'port-closed', ...toBeRefused]
  // What the report's user has dialled, and the certificate of wrong-host does not name.
  const servernames = ['localhost', 'example.com']
  servers = await startMailServers({ scenarios, servernames, modes: ['implicit', 'starttls', 'plain'] })
})
afterAll(() => servers.close())

const dialling = (name: string) => ({
  openssl: ['-servername', name, '-verify_hostname', name],
  gnutls: [`--sni-hostname=${name}`, `--verify-hostname=${name}`],
})

describeReport(mailDllCertificates, {
  'another-name'(row) {
    describeWith(['openssl'], 'openssl', () => {
      it.each(cellsIn(row))('$protocol/$mode: 62 alone, and nothing for the name that it has', async (cell) => {
        const [server, ca] = [servers.endpoint(cell), servers.ca.path]
        expect(codesIn(await sClient(server, ca, dialling('example.com').openssl))).toEqual([62])
        const right = await sClient(server, ca, dialling('imap.example.com').openssl)
        expect(codesIn(right)).toEqual([])
        expect(right).toContain('Verification: OK')
      })
    })

    describeWith(['gnutls-cli'], 'gnutls', () => {
      it.each(cellsIn(row))('$protocol/$mode: only the name', async (cell) => {
        const [server, ca] = [servers.endpoint(cell), servers.ca.path]
        const said = await gnutlsCli(server, ca, dialling('example.com').gnutls)
        expect(statusIn(said)).toBe(notTrusted(nameMismatch))
        const right = await gnutlsCli(server, ca, dialling('imap.example.com').gnutls)
        expect(statusIn(right)).toBe('The certificate is trusted.')
      })
    })
  },

  'self-signed'(row) {
    describeWith(['openssl'], 'openssl', () => {
      it.each(cellsIn(row))('$protocol/$mode: 18 alone, and nothing once the leaf is trusted', async (cell) => {
        const server = servers.endpoint(cell)
        expect(codesIn(await sClient(server, servers.ca.path))).toEqual([18])
        const trusted = await sClient(server, `${servers.pki}/self-signed/leaf.pem`)
        expect(codesIn(trusted)).toEqual([])
        expect(trusted).toContain('Verified peername: localhost')
      })
    })

    describeWith(['gnutls-cli'], 'gnutls', () => {
      it.each(cellsIn(row))('$protocol/$mode: only the issuer', async (cell) => {
        const said = await gnutlsCli(servers.endpoint(cell), servers.ca.path)
        expect(statusIn(said)).toBe(notTrusted(issuerUnknown))
      })
    })
  },

  'both-flags'(row) {
    describeWith(['openssl'], 'openssl', () => {
      it.each(cellsIn(row))('$protocol/$mode: 18 and 62 and no other', async (cell) => {
        expect(codesIn(await sClient(servers.endpoint(cell), servers.ca.path))).toEqual([18, 62])
      })
    })

    describeWith(['gnutls-cli'], 'gnutls', () => {
      it.each(cellsIn(row))('$protocol/$mode: issuer and name', async (cell) => {
        const said = await gnutlsCli(servers.endpoint(cell), servers.ca.path)
        expect(statusIn(said)).toBe(notTrusted(issuerUnknown, nameMismatch))
      })
    })
  },

  'careless-callback'() {
    describeWith(['curl'], 'curl', () => {
      it.each(cellsOf(toBeRefused))('$scenario on $protocol/$mode: taken, and judged', async (cell) => {
        const server = servers.endpoint(cell)
        server.reset()
        const connections = cell.scenario === 'certificate-changed' ? 2 : 1
        for (let nth = 1; nth <= connections; nth++) {
          expect(await curl(server, ['--insecure'])).toEqual({ status: 0, said: '' })
        }
        const judged = await server.outcome({ settle: 20, requireRevocation: needsRevocationCheck(cell.scenario) })
        expect(judged).toMatchObject({ outcome: 'leaked', detail: 'leak-credentials-untrusted-tls', verdict: 'fail' })
      })

      it.each(cellsOf(['expired', 'good']))('$scenario on $protocol/$mode with --cacert', async (cell) => {
        const server = servers.endpoint(cell)
        server.reset()
        const { status } = await curl(server, ['--cacert', servers.ca.path])
        expect(status).toBe(cell.scenario === 'good' ? 0 : 60)
        expect((await server.outcome({ settle: 20 })).verdict).toBe('pass')
      })
    })
  },

  'port-closed'(row) {
    const tlsCells = cellsIn(row).filter(({ mode }) => mode !== 'plain')

    it.each(cellsIn(row))('$protocol/$mode: ECONNREFUSED, and nothing recorded', async (cell) => {
      const server = servers.endpoint(cell)
      expect(await playClient(server)).toBe('-- ECONNREFUSED')
      expect(server.connections).toEqual([])
      expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'not-reached', verdict: 'inconclusive' })
    })

    describeWith(['openssl'], 'openssl', () => {
      it.each(tlsCells)('$protocol/$mode: Connection refused', async (cell) => {
        const said = await sClient(servers.endpoint(cell), servers.ca.path)
        expect(said).toMatch(/:Connection refused:/)
        expect(said).not.toContain('CONNECTED')
      })
    })

    describeWith(['gnutls-cli'], 'gnutls', () => {
      it.each(tlsCells)('$protocol/$mode: Connection refused', async (cell) => {
        expect(await gnutlsCli(servers.endpoint(cell), servers.ca.path)).toMatch(/: Connection refused$/m)
      })
    })

    describeWith(['curl', 'python3'], 'mail programs', () => {
      it.each(tlsCells)('$protocol/$mode: no word of a certificate', async (cell) => {
        const errand = { ca: servers.ca.path, mail }
        const server = servers.endpoint(cell)
        expect(await playOne(curlClient, server, errand)).toMatchObject({
          ok: false,
          said: expect.stringMatching(/^curl: \(7\) Failed to connect/),
        })
        expect(await playOne(python, server, errand)).toMatchObject({
          ok: false,
          said: 'ConnectionRefusedError: [Errno 111] Connection refused',
        })
      })
    })
  },

  'every-mode'(row) {
    it.each(cellsIn(row))('$protocol/$mode: a session, and where its TLS began', async (cell) => {
      const server = servers.endpoint(cell)
      server.reset()
      await playClient(server)
      expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'accepted', verdict: 'pass' })
      const [record] = server.connections
      const began = { implicit: 'first-bytes', starttls: 'after-reply', plain: undefined }[cell.mode]
      expect(record?.clientHello?.at).toBe(began)
      expect(record?.credentials.map(({ phase }) => phase)).toEqual([cell.mode === 'plain' ? 'clear' : 'tls'])
    })
  },
})
