import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MailServer, type MailServers, startMailServers } from '../../src/index.ts'
import { gnutlsCli, sClient } from '../quirks/tls-programs.ts'
import { Wire } from '../quirks/wire.ts'
import { words } from '../quirks/words.ts'
import { describeWith } from '../support/programs.ts'
import { captureClientHello, connectRaw, connectTls, tlsError } from '../support/raw.ts'
import { cellsIn, describeReport } from './describe-report.ts'
import { mailDllHandshake } from './mail-dll-handshake.ts'

let servers: MailServers
let clientHello: Buffer
beforeAll(async () => {
  const scenarios = ['good', ...Object.values(mailDllHandshake.rows).flatMap((row) => row.scenarios)]
  servers = await startMailServers({ scenarios, modes: ['implicit', 'starttls', 'plain'] })
  clientHello = await captureClientHello()
})
afterAll(() => servers.close())

const greetings = { smtp: '220 localhost ', imap: '* OK ', pop3: '+OK ' } as const

describeReport(mailDllHandshake, {
  'text-for-a-hello'(row) {
    it.each(cellsIn(row))('$protocol/$mode: a ClientHello gets text; on good, a ServerHello', async (cell) => {
      const client = connectRaw(servers.endpoint(cell))
      client.send(clientHello)
      expect((await client.until(/\r\n/)).startsWith(greetings[cell.protocol])).toBe(true)
      client.socket.destroy()
      const twin = connectRaw(servers.endpoint({ ...cell, scenario: 'good' }))
      twin.send(clientHello)
      expect((await twin.until(/^[\s\S]{5}/)).slice(0, 3)).toBe('\x16\x03\x03')
      twin.socket.destroy()
    })

    describeWith(['openssl'], 'openssl', () => {
      it.each(cellsIn(row))('$protocol/$mode: wrong version number', async (cell) => {
        expect(await sClient(servers.endpoint(cell), servers.ca.path)).toContain(':wrong version number:')
      })
    })

    describeWith(['gnutls-cli'], 'gnutls', () => {
      it.each(cellsIn(row))('$protocol/$mode: an unexpected packet', async (cell) => {
        const said = await gnutlsCli(servers.endpoint(cell), servers.ca.path)
        expect(said).toContain('*** Fatal error: An unexpected TLS packet was received.')
      })
    })
  },

  'no-greeting'(row) {
    it.each(cellsIn(row))('$protocol/$mode: not a byte; on good, a greeting', async (cell) => {
      const { isWhole } = words[cell.protocol]
      const wire = (await Wire.open(servers.endpoint(cell).port, [])) as Wire
      expect(await wire.reply((text) => text !== '', 300)).toEqual({ ended: 'silence' })
      wire.leave()
      const twin = (await Wire.open(servers.endpoint({ ...cell, scenario: 'good' }).port, [])) as Wire
      expect(await twin.reply((text) => isWhole(text, ''))).toHaveProperty('text')
      twin.leave()
    })

    it.each(cellsIn(row))('$protocol/$mode: TLS from the first byte finds the greeting', async (cell) => {
      const client = connectTls(servers.endpoint(cell))
      expect(await tlsError(client)).toBeUndefined()
      const inside = connectRaw(servers.endpoint(cell), client)
      expect(await inside.until(/\r\n/)).toContain(greetings[cell.protocol])
      client.destroy()
    })
  },

  'no-tls-at-all'(row) {
    const withoutTls = cellsIn(row).filter(({ scenario, mode }) => scenario !== 'good' || mode === 'plain')

    const ask = async (server: MailServer): Promise<{ readonly list: string; readonly answer: string }> => {
      const { isWhole, capabilities, starttls } = words[server.protocol]
      const wire = (await Wire.open(server.port, [])) as Wire
      const said = async (line: string): Promise<string> => {
        if (line) wire.say(line)
        const reply = await wire.reply((text) => isWhole(text, line))
        return 'text' in reply ? reply.text : reply.ended
      }
      await said('')
      const list = await said(capabilities)
      const answer = await said(starttls)
      wire.leave()
      return { list, answer }
    }

    it.each(withoutTls)('$scenario on $protocol/$mode: neither offered nor accepted', async (cell) => {
      const { list, answer } = await ask(servers.endpoint(cell))
      expect(list).not.toMatch(/STARTTLS|STLS/)
      expect(words[cell.protocol].isPositive(answer)).toBe(false)
    })

    it.each(cellsIn(row, ['good']).filter(({ mode }) => mode === 'starttls'))(
      'good on $protocol/$mode: both',
      async (cell) => {
        const { list, answer } = await ask(servers.endpoint(cell))
        expect(list).toMatch(/STARTTLS|STLS/)
        expect(words[cell.protocol].isPositive(answer)).toBe(true)
      },
    )
  },

  'old-versions-only'(row) {
    describeWith(['openssl'], 'openssl', () => {
      const today = ['-min_protocol', 'TLSv1.2']
      it.each(cellsIn(row))('$scenario on $protocol/$mode: no session with TLS 1.2 and 1.3', async (cell) => {
        const said = await sClient(servers.endpoint(cell), servers.ca.path, today)
        expect(said).toContain('Cipher is (NONE)')
      })

      const old = [
        { scenario: 'tls10-only', flags: ['-tls1', '-cipher', 'DEFAULT@SECLEVEL=0'], session: 'TLSv1' },
        { scenario: 'tls11-only', flags: ['-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0'], session: 'TLSv1.1' },
        { scenario: 'version-intolerant', flags: ['-tls1_2'], session: 'TLSv1.2' },
      ]
      const cells = old.flatMap((how) => cellsIn(row, [how.scenario]).map((cell) => ({ ...cell, ...how })))
      it.each(cells)(
        '$scenario on $protocol/$mode: $session when it is forced',
        async ({ flags, session, ...cell }) => {
          const said = await sClient(servers.endpoint(cell), servers.ca.path, flags)
          expect(said).toContain(`    Protocol  : ${session}\n`)
          expect(said).toContain('Verify return code: 0 (ok)')
        },
      )
    })
  },
})
