import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  type ConnectionRecord,
  formatTranscript,
  type MailServers,
  type Protocol,
  startMailServers,
} from '../../src/index.ts'
import { ensureBuilt, openWorkplace, run as runMockmail } from '../cli/mockmail.ts'
import { curl } from '../quirks/curl.ts'
import { playClient } from '../quirks/scripted-client.ts'
import { gnutlsCli, sClient } from '../quirks/tls-programs.ts'
import { Wire } from '../quirks/wire.ts'
import { words } from '../quirks/words.ts'
import { playOne } from '../support/clients/client.ts'
import { mail } from '../support/clients/play.ts'
import { python } from '../support/clients/python.ts'
import { describeWith } from '../support/programs.ts'
import { cellsIn, codesIn, describeReport } from './describe-report.ts'
import { mailbee } from './mailbee.ts'
import { startOnWellKnownPorts } from './well-known-ports.ts'

let servers: MailServers
beforeAll(async () => {
  const scenarios = ['good', ...Object.values(mailbee.rows).flatMap((row) => row.scenarios)]
  servers = await startMailServers({ scenarios, modes: ['implicit', 'starttls', 'plain'] })
})
afterAll(() => servers.close())

const trusting = (): readonly string[] => ['--cacert', servers.ca.path]

const insideTls = ({ credentials }: ConnectionRecord): readonly string[] => credentials.map(({ phase }) => phase)

/**
 * What a server answers to lines in clear, the greeting first.
 *
 * @param patience milliseconds
 */
async function ask(
  port: number,
  protocol: Protocol,
  lines: readonly string[],
  patience?: number,
): Promise<readonly string[]> {
  const wire = (await Wire.open(port, [])) as Wire
  const answers: string[] = []
  for (const line of ['', ...lines]) {
    if (line !== '') wire.say(line)
    const reply = await wire.reply((text) => words[protocol].isWhole(text, line), patience)
    answers.push('text' in reply ? reply.text : reply.ended)
  }
  wire.leave()
  return answers
}

describeReport(mailbee, {
  'startup-modes'(row) {
    describeWith(['curl'], 'curl', () => {
      it.each(cellsIn(row, ['starttls-stripped']))('$protocol/$mode: leaves when TLS is required', async (cell) => {
        const server = servers.endpoint(cell)
        server.reset()
        expect(await curl(server, trusting())).toMatchObject({ status: 64 })
        expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'refused', verdict: 'pass' })
      })

      it.each(cellsIn(row, ['starttls-stripped']))('$protocol/$mode: logs in in clear when it is not', async (cell) => {
        const server = servers.endpoint(cell)
        server.reset()
        expect(await curl(server, [...trusting(), '--no-ssl-reqd', '--ssl'])).toEqual({ status: 0, said: '' })
        const judged = await server.outcome({ settle: 20 })
        expect(judged).toMatchObject({ outcome: 'leaked', detail: 'leak-credentials-clear', verdict: 'fail' })
      })

      it.each(cellsIn(row, ['good']))('$protocol/$mode: takes TLS where it is to be had', async (cell) => {
        const server = servers.endpoint(cell)
        for (const flags of [[], ['--no-ssl-reqd', '--ssl']]) {
          server.reset()
          expect(await curl(server, [...trusting(), ...flags])).toEqual({ status: 0, said: '' })
          expect(server.connections.map(insideTls)).toEqual([['tls']])
        }
      })
    })
  },

  'port-detection'() {
    it('each port speaks its protocol in its mode, and nothing comes to 25', async () => {
      const { offset, servers: wellKnown } = await startOnWellKnownPorts({ scenarios: ['good'] })
      await using _ = wellKnown
      const places = wellKnown.endpoints.map(({ protocol, mode, port }) => `${port - offset} ${protocol}/${mode}`)
      expect(places.sort()).toEqual([
        '110 pop3/starttls',
        '143 imap/starttls',
        '25 smtp/starttls',
        '465 smtp/implicit',
        '587 smtp/starttls',
        '993 imap/implicit',
        '995 pop3/implicit',
      ])
      const submission = wellKnown.endpoints.filter(({ port }) => port !== offset + 25)
      for (const server of submission) {
        await playClient(server)
        expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'accepted', verdict: 'pass' })
      }
      expect(wellKnown.endpoints.find(({ port }) => port === offset + 25)?.connections).toEqual([])
    })
  },

  'submission-without-starttls'(row) {
    describeWith(['curl'], 'curl', () => {
      it('on 587 and its like over IMAP and POP3', async () => {
        const { offset, servers: wellKnown } = await startOnWellKnownPorts({
          scenarios: row.scenarios,
          modes: row.modes,
        })
        await using _ = wellKnown
        for (const [protocol, port] of [
          ['smtp', 587],
          ['imap', 143],
          ['pop3', 110],
        ] as const) {
          const [, list] = await ask(offset + port, protocol, [words[protocol].capabilities])
          expect(list).not.toMatch(/STARTTLS|STLS/)
          const server = wellKnown.endpoints.find((endpoint) => endpoint.port === offset + port)
          if (!server) throw new Error(`nothing listens on ${offset} + ${port}`)
          expect(await curl(server, ['--cacert', wellKnown.ca.path])).toMatchObject({ status: 64 })
        }
      })
    })
  },

  'starttls-required'(row) {
    it.each(cellsIn(row))('$protocol/$mode: refused in clear', async ({ protocol, ...cell }) => {
      const { login, capabilities } = words[protocol]
      const [first = ''] = login('user', 'secret')
      const { port } = servers.endpoint({ protocol, ...cell })
      const [, , refusal] = await ask(port, protocol, [capabilities, first])
      expect(refusal).toBe(
        {
          smtp: '530 5.7.0 Must issue a STARTTLS command first\r\n',
          imap: 'a4 NO [PRIVACYREQUIRED] Use TLS first\r\n',
          pop3: '-ERR must use STLS first\r\n',
        }[protocol],
      )
    })

    it('is the only difference: good takes mail in clear', async () => {
      const lines = ['EHLO client.example', 'MAIL FROM:<a@example.com>']
      for (const [scenario, answer] of [
        ['starttls-required', '530 5.7.0 Must issue a STARTTLS command first\r\n'],
        ['good', '250 2.1.0 Accepted\r\n'],
      ] as const) {
        const { port } = servers.endpoint({ scenario, protocol: 'smtp', mode: 'starttls' })
        expect((await ask(port, 'smtp', lines)).at(-1)).toBe(answer)
      }
    })
  },

  'auth-after-tls'(row) {
    it.each(cellsIn(row))('$protocol/$mode: two lists', async (cell) => {
      const server = servers.endpoint(cell)
      server.reset()
      await playClient(server)
      const { clear, tls } = server.connections[0]?.capabilities ?? {}
      const starttls = /^(?:STARTTLS|STLS)$/
      const login = /^(?:AUTH[ =]|USER|SASL )/
      expect(clear?.filter((text) => starttls.test(text))).toHaveLength(1)
      expect(clear?.filter((text) => login.test(text))).toEqual([])
      expect(clear?.includes('LOGINDISABLED')).toBe(cell.protocol === 'imap')
      // IMAP's last list is that of behind the login, where neither has a place.
      if (cell.protocol === 'imap')
        expect(formatTranscript(server.connections[0]?.transcript ?? [])).toMatch(/S\*: .* AUTH=PLAIN/)
      else expect(tls?.filter((text) => login.test(text))).not.toEqual([])
      expect(tls?.filter((text) => starttls.test(text))).toEqual([])
    })
  },

  'auth-never'(row) {
    it.each(cellsIn(row))('$protocol/$mode: none in either list, and the command is refused', async (cell) => {
      const server = servers.endpoint(cell)
      server.reset()
      const transcript = await playClient(server, { logsInUnasked: true })
      expect(transcript).not.toMatch(/^S\*?: (?:250[ -]AUTH|.* AUTH=|USER|SASL)/m)
      expect(transcript).toMatch(/^S\*?: (?:502 5\.5\.1 |a4 BAD |-ERR )/m)
      expect(server.connections[0]?.credentials.map(({ accepted }) => accepted)).not.toContain(true)
    })

    describeWith(['python3'], 'python', () => {
      it.each(cellsIn({ ...row, modes: ['implicit', 'starttls'], protocols: ['smtp'] }))(
        '$protocol/$mode',
        async (cell) => {
          const said = await playOne(python, servers.endpoint(cell), { ca: servers.ca.path, mail })
          expect(said.said).toBe('SMTPNotSupportedError: SMTP AUTH extension not supported by server.')
        },
      )
    })
  },

  'ports-mixed-up'(row) {
    const ports = [
      ['plaintext-on-implicit', { smtp: 465, imap: 993, pop3: 995 }],
      ['implicit-on-starttls', { smtp: 25, imap: 143, pop3: 110 }],
    ] as const
    describeWith(['openssl'], 'openssl', () => {
      it.each(ports)('%s', async (scenario, numbers) => {
        const { offset, servers: wellKnown } = await startOnWellKnownPorts({ scenarios: [scenario], modes: row.modes })
        await using _ = wellKnown
        for (const protocol of ['smtp', 'imap', 'pop3'] as const) {
          const port = offset + numbers[protocol]
          const target = wellKnown.endpoints.find((endpoint) => endpoint.port === port)
          if (!target) throw new Error(`nothing listens on ${port}`)
          const [greeting] = await ask(port, protocol, [], scenario === 'implicit-on-starttls' ? 300 : undefined)
          const said = await sClient({ ...target, mode: 'implicit', servername: 'localhost' }, wellKnown.ca.path)
          if (scenario === 'plaintext-on-implicit') {
            expect(greeting).toMatch(/^(?:220|\* OK|\+OK) /)
            expect(said).toContain(':wrong version number:')
          } else {
            expect(greeting).toBe('silence')
            expect(said).toContain('Verify return code: 0 (ok)')
          }
        }
      })
    })
  },

  'client-certificate'(row) {
    const ids = ['good', 'expired', 'untrusted', 'wrong-usage', 'none'] as const
    const rows = cellsIn(row).flatMap((cell) => ids.map((id) => ({ ...cell, id })))
    describeWith(['curl'], 'curl', () => {
      it.each(rows)('$scenario on $protocol/$mode: $id', async ({ id, ...cell }) => {
        const server = servers.endpoint(cell)
        server.reset()
        const pfx = `${servers.pki}/clients/${id}/bundle.p12:mockmail`
        const certificate = id === 'none' ? [] : ['--cert-type', 'P12', '--cert', pfx]
        const { status } = await curl(server, [...trusting(), ...certificate])
        const getsIn = id === 'good' || cell.scenario === 'client-cert-optional'
        expect(status).toBe(getsIn ? 0 : 56)
        const { outcome, verdict } = await server.outcome({ settle: 20 })
        expect({ outcome, verdict }).toEqual({ outcome: getsIn ? 'accepted' : 'turned-away', verdict: 'pass' })
      })
    })
  },

  'validation-flags'(row) {
    const flags: Readonly<Record<string, number>> = { 'untrusted-root': 20, 'wrong-host': 62, expired: 10, revoked: 23 }
    describeWith(['openssl'], 'openssl', () => {
      it.concurrent.each(cellsIn(row))('$scenario on $protocol/$mode: the codes of its parts', async (cell) => {
        const parts = cell.scenario.split('+')
        const crl = ['-crl_check', '-CRL', `${servers.pki}/${cell.scenario}/crl.pem`]
        const said = await sClient(servers.endpoint(cell), servers.ca.path, parts.includes('revoked') ? crl : [])
        expect(codesIn(said)).toEqual(parts.map((part) => flags[part]).sort((a, b) => Number(a) - Number(b)))
      })
    })
  },

  'continued-session'(row) {
    it.each(cellsIn(row))('$protocol/$mode: one connection, one login, one message', async (cell) => {
      const server = servers.endpoint(cell)
      server.reset()
      const seen: (string | undefined)[] = []
      await playClient(server, {
        attempts: [{ rejectUnauthorized: false }],
        inspects: (socket) => seen.push(String(socket.authorizationError)),
      })
      expect(seen).toEqual(['DEPTH_ZERO_SELF_SIGNED_CERT'])
      expect(server.connections).toHaveLength(1)
      const [{ counts, handshake } = { counts: undefined, handshake: undefined }] = server.connections
      expect(handshake?.certificate?.id).toBe('self-signed')
      expect(counts).toMatchObject({ credentials: 1, messages: 1 })
      expect(server.messages.map(({ secure }) => secure)).toEqual([true])
      expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'leaked', verdict: 'fail' })
    })
  },

  'tls-not-negotiated'(row) {
    const said: Readonly<Record<string, readonly [openssl: string, gnutls: string]>> = {
      'version-intolerant': ['unexpected eof while reading', 'The TLS connection was non-properly terminated.'],
      'sslv3-only': ['unsupported protocol', 'A packet with illegal or unsupported version was received.'],
      'sslv2-only': ['wrong version number', 'An unexpected TLS packet was received.'],
    }
    describeWith(['openssl'], 'openssl', () => {
      it.concurrent.each(cellsIn(row))('$scenario on $protocol/$mode', async (cell) => {
        expect(await sClient(servers.endpoint(cell), servers.ca.path)).toContain(said[cell.scenario]?.[0])
      })
    })
    describeWith(['gnutls-cli'], 'gnutls', () => {
      it.concurrent.each(cellsIn(row))('$scenario on $protocol/$mode', async (cell) => {
        const heard = await gnutlsCli(servers.endpoint(cell), servers.ca.path)
        expect(heard).toContain(`*** Fatal error: ${said[cell.scenario]?.[1]}`)
      })
    })
  },

  'second-ehlo'(row) {
    it.each(cellsIn(row))('$protocol/$mode: 503 until EHLO, and an answer behind it', async (cell) => {
      const [login = ''] = words.smtp.login('user', 'secret')
      const said = ['NOOP', login, words.smtp.capabilities, 'NOOP']
      const answers = async (scenario: string): Promise<readonly string[]> => {
        const server = servers.endpoint({ ...cell, scenario })
        const transcript = await playClient(server, { insteadOfAskingAgain: said })
        return transcript
          .split('\n')
          .filter((line) => /^S\*: \d{3} /.test(line))
          .map((line) => line.slice(4, 7))
      }
      // Behind the second NOOP come a login, a message and QUIT.
      expect(await answers('ehlo-required-after-tls')).toEqual([
        '503',
        '503',
        '250',
        '250',
        '235',
        '250',
        '250',
        '354',
        '250',
        '221',
      ])
      expect(await answers('good')).toEqual(['250', '503', '250', '250', '235', '250', '250', '354', '250', '221'])
    })
  },

  'protocol-log'(row) {
    beforeAll(ensureBuilt, 70_000)

    describeWith(['curl'], 'mockmail exec --log', () => {
      it.each(cellsIn(row))('$protocol/$mode', async ({ protocol, mode }) => {
        using workplace = openWorkplace()
        const log = join(workplace.path, 'session.log')
        const shell = `curl -q -sS --cacert "$MOCKMAIL_CA" --user "$MOCKMAIL_USER:$MOCKMAIL_PASSWORD" ${mode === 'starttls' ? '--ssl-reqd' : ''} "$MOCKMAIL_URL"`
        const args = ['exec', 'good', '--protocol', protocol, '--mode', mode, '--log', log, '--', 'sh', '-c', shell]
        const { status, stderr } = await runMockmail(workplace, args)
        expect({ status, stderr }).toMatchObject({ status: 0 })
        const record: ConnectionRecord = JSON.parse(readFileSync(log, 'utf8'))
        const transcript = formatTranscript(record.transcript)
        expect(transcript).toMatch(mode === 'implicit' ? /^S\*: / : /^S: /)
        const asked = { smtp: /\nC(\*?): QUIT\n/, imap: /\nC(\*?): A\d+ LIST "" \*\n/, pop3: /\nC(\*?): LIST\n/ }[
          protocol
        ]
        expect(asked.exec(transcript)?.[1]).toBe(mode === 'plain' ? '' : '*')
      })
    })
  },
})
