import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { curl } from '../quirks/curl.ts'
import { playClient } from '../quirks/scripted-client.ts'
import { gnutlsCli, sClient } from '../quirks/tls-programs.ts'
import { playOne } from '../support/clients/client.ts'
import { imapflow } from '../support/clients/node.ts'
import { mail } from '../support/clients/play.ts'
import { python } from '../support/clients/python.ts'
import { describeWith, temporaryDirectory } from '../support/programs.ts'
import { cellsIn, codesIn, describeReport, notTrusted, statusIn } from './describe-report.ts'
import { missive } from './missive.ts'

let servers: MailServers
beforeAll(async () => {
  const scenarios = Object.values(missive.rows).flatMap((row) => row.scenarios)
  servers = await startMailServers({ scenarios, protocols: ['imap'], modes: ['implicit', 'starttls', 'plain'] })
})
afterAll(() => servers.close())

describeReport(missive, {
  expired(row) {
    describeWith(['openssl', 'gnutls-cli'], 'openssl and gnutls', () => {
      it.each(cellsIn(row))('$protocol/$mode: code 10, and the same in other words', async (cell) => {
        const [server, ca] = [servers.endpoint(cell), servers.ca.path]
        expect(codesIn(await sClient(server, ca))).toEqual([10])
        expect(statusIn(await gnutlsCli(server, ca))).toBe(
          notTrusted('The certificate chain uses expired certificate.'),
        )
      })
    })

    describeWith(['python3'], 'mail clients', () => {
      it.each(cellsIn(row))('$protocol/$mode: refused', async (cell) => {
        const server = servers.endpoint(cell)
        for (const [client, said] of [
          [imapflow, /^CERT_HAS_EXPIRED: certificate has expired$/],
          [python, /certificate verify failed: certificate has expired/],
        ] as const) {
          server.reset()
          const heard = await playOne(client, server, { ca: servers.ca.path, mail })
          expect(heard).toMatchObject({ ok: false, said: expect.stringMatching(said) })
          expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'refused', verdict: 'pass' })
        }
      })
    })
  },

  'self-signed'(row) {
    const changed = cellsIn(row, ['certificate-changed'])

    describeWith(['gnutls-cli'], 'gnutls, which remembers a key', () => {
      it.each(changed)('$protocol/$mode: warned of the second after the opt-in', async (cell) => {
        const server = servers.endpoint(cell)
        server.reset()
        using home = temporaryDirectory()
        const connect = (answer: string): Promise<string> =>
          gnutlsCli(server, servers.ca.path, ['--tofu', '--crlf'], {
            input: `${answer}\na CAPABILITY\nb LOGOUT\n`,
            environment: { HOME: home.path },
          })
        expect(await connect('y')).toContain('has never been contacted before')
        expect(await connect('n')).toContain('is known and it is associated with a different key')
        expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'refused', verdict: 'pass' })
      })
    })

    describeWith(['curl'], 'curl', () => {
      it.each(cellsIn(row, ['self-signed']))('$protocol/$mode: refuses first', async (cell) => {
        const server = servers.endpoint(cell)
        server.reset()
        expect(await curl(server, ['--cacert', servers.ca.path])).toMatchObject({ status: 60 })
        expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'refused', verdict: 'pass' })
      })

      it.each(changed)('$protocol/$mode: a client that takes whatever is self-signed is caught', async (cell) => {
        const server = servers.endpoint(cell)
        server.reset()
        for (let nth = 1; nth <= 2; nth++) expect(await curl(server, ['--insecure'])).toEqual({ status: 0, said: '' })
        expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'leaked', verdict: 'fail' })
        // The first certificate may have been the user's choice; the second was nobody's.
        expect(server.connections.map(({ handshake }) => handshake.certificate?.id)).toEqual([
          'certificate-changed',
          'certificate-changed@2nd',
        ])
      })
    })
  },

  'encryption-none'(row) {
    it.each(cellsIn(row))('$protocol/$mode: the password in clear', async (cell) => {
      const server = servers.endpoint(cell)
      server.reset()
      const transcript = await playClient(server)
      expect(transcript).toContain(`C: a4 LOGIN ${server.user} ${server.password}\n`)
      expect(await server.outcome({ settle: 20 })).toMatchObject({
        outcome: 'accepted',
        verdict: 'pass',
        flags: ['clear-by-mode'],
      })
      const [credential] = server.connections[0]?.credentials ?? []
      expect(credential).toMatchObject({ phase: 'clear', user: server.user, secret: server.password, accepted: true })
    })
  },
})
