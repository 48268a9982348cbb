import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { judges } from '../../scripts/measure/judges.ts'
import { targetsOf } from '../../scripts/measure/targets.ts'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { gnutlsCli, sClient } from '../quirks/tls-programs.ts'
import type { Cell } from '../support/clients/cells.ts'
import { describeWith, run, temporaryDirectory } from '../support/programs.ts'
import { cellsIn, codesIn, describeReport, statusIn } from './describe-report.ts'
import { exchange } from './exchange.ts'
import { startOnWellKnownPorts } from './well-known-ports.ts'

const java = judges.find(({ id }) => id === 'java')

/** OpenSSL's level 0 lets a client take SHA-1 in a key exchange, as clients of the report's time did. */
const asThen = ['-cipher', 'DEFAULT@SECLEVEL=0']

let servers: MailServers
beforeAll(async () => {
  servers = await startMailServers({ scenarios: Object.values(exchange.rows).flatMap((row) => row.scenarios) })
})
afterAll(() => servers.close())

const ask = (cell: Cell, flags: readonly string[] = [], ca = servers.ca.path): Promise<string> =>
  sClient(servers.endpoint(cell), ca, [...asThen, ...flags])

const fileOf = ({ scenario }: Cell, name: string): string => `${servers.pki}/${scenario}/${name}`

/** Subjects of the certificates that were sent, by depth. */
const chainIn = (said: string): readonly string[] =>
  [...said.matchAll(/^ \d s:(.*)$/gm)].map(([, subject]) => subject ?? '')

const returnCodeIn = (said: string): number => Number(/^ +Verify return code: (\d+) \(/m.exec(said)?.[1])

const subordinate = /^DC = com, DC = contoso, DC = int, CN = Contoso Subordinate CA [0-9a-f]{6}-\d+$/

describeReport(exchange, {
  'untrusted-root'(row) {
    describeWith(['openssl'], 'openssl', () => {
      it.concurrent.each(cellsIn(row))('$protocol/$mode: 20, and a chain of depth 0 and 1', async (cell) => {
        const said = await ask(cell)
        expect(said).toContain('verify error:num=20:unable to get local issuer certificate\n')
        expect(said).toContain('Verify return code: 20 (unable to get local issuer certificate)')
        expect(codesIn(said)).toEqual([20])
        expect(chainIn(said)).toEqual(['CN = localhost', expect.stringMatching(subordinate)])
        expect(said).toMatch(/^ {3}i:DC = com, DC = contoso, DC = int, CN = Contoso Offline Root CA [0-9a-f]{6}$/m)
        expect(returnCodeIn(await ask(cell, [], fileOf(cell, 'root.pem')))).toBe(0)
      })
    })
  },

  'missing-intermediate'(row) {
    describeWith(['openssl'], 'openssl', () => {
      it.concurrent.each(cellsIn(row))('$protocol/$mode: 20 and 21, and a chain of depth 0', async (cell) => {
        const said = await ask(cell)
        expect(codesIn(said)).toEqual([20, 21])
        expect(said).toContain('Verify return code: 21 (unable to verify the first certificate)')
        expect(chainIn(said)).toEqual(['CN = localhost'])
        using folder = temporaryDirectory()
        const both = join(folder.path, 'root-and-subordinate.pem')
        writeFileSync(both, readFileSync(servers.ca.path, 'utf8') + readFileSync(fileOf(cell, 'chain.pem'), 'utf8'))
        expect(returnCodeIn(await ask(cell, [], both))).toBe(0)
      })
    })
  },

  dates(row) {
    const found: Readonly<Record<string, readonly [number, number]>> = {
      'exchange-like+expired': [10, 0],
      'exchange-like+not-yet-valid': [9, 0],
      'exchange-like+expired-intermediate': [10, 1],
      'exchange-like+expired-root': [10, 2],
    }
    describeWith(['openssl'], 'openssl', () => {
      it.concurrent.each(cellsIn(row))('$scenario on $protocol/$mode: the code at its depth', async (cell) => {
        const [code, depth] = found[cell.scenario] ?? []
        const said = await ask(cell)
        expect(codesIn(said)).toEqual([code])
        expect(returnCodeIn(said)).toBe(code)
        // The line before an error says where it is.
        expect(/^depth=(\d).*\nverify error:/m.exec(said)?.[1]).toBe(String(depth))
      })
    })
  },

  'wrong-host'(row) {
    describeWith(['openssl'], 'openssl', () => {
      it.concurrent.each(cellsIn(row))('$protocol/$mode: 62', async (cell) => {
        const said = await ask(cell)
        expect(codesIn(said)).toEqual([62])
        expect(said).toContain('Verify return code: 62 (hostname mismatch)')
      })
    })
  },

  revoked(row) {
    describeWith(['openssl'], 'openssl', () => {
      it.concurrent.each(cellsIn(row))('$protocol/$mode: 23 with a CRL, 0 without', async (cell) => {
        const said = await ask(cell, ['-crl_check', '-CRL', fileOf(cell, 'crl.pem')])
        expect(codesIn(said)).toEqual([23])
        expect(said).toContain('Verify return code: 23 (certificate revoked)')
        expect(returnCodeIn(await ask(cell))).toBe(0)
      })

      it.each([
        ['exchange-like+revoked', /: revoked\n[\s\S]*Reason: keyCompromise\n/],
        ['exchange-like', /: good\n/],
      ])('of %s the OCSP responder says so', async (scenario, answer) => {
        const folder = `${servers.pki}/${scenario}`
        const named = await run('openssl', ['x509', '-in', `${folder}/leaf.pem`, '-noout', '-ocsp_uri'])
        const about = ['-issuer', `${folder}/chain.pem`, '-cert', `${folder}/leaf.pem`, '-CAfile', servers.ca.path]
        const { stdout, stderr } = await run('openssl', ['ocsp', ...about, '-url', named.stdout.trim()])
        expect(stderr).toContain('Response verify OK')
        expect(stdout).toMatch(answer)
      })
    })
  },

  'self-signed'(row) {
    describeWith(['openssl'], 'openssl', () => {
      it.concurrent.each(cellsIn(row))('$protocol/$mode: 18', async (cell) => {
        const said = await ask(cell)
        expect(codesIn(said)).toEqual([18])
        expect(said).toContain('Verify return code: 18 (self-signed certificate)')
      })
    })
  },

  'both-ports'(row) {
    describeWith(['openssl'], 'openssl', () => {
      it('offset + 25 with -starttls smtp and offset + 465 without show the same certificate', async () => {
        const { offset, servers: wellKnown } = await startOnWellKnownPorts({
          scenarios: row.scenarios,
          protocols: ['smtp'],
        })
        await using _ = wellKnown
        const leaves: string[] = []
        for (const [port, mode] of [
          [25, 'starttls'],
          [465, 'implicit'],
        ] as const) {
          const server = wellKnown.endpoints.find((endpoint) => endpoint.port === offset + port)
          if (!server) throw new Error(`nothing listens on ${offset} + ${port}`)
          expect(server.mode).toBe(mode)
          const said = await sClient(server, wellKnown.ca.path)
          leaves.push(...(said.match(/^-----BEGIN[\s\S]+?^-----END/m) ?? []))
        }
        expect(leaves).toHaveLength(2)
        expect(leaves[0]).toBe(leaves[1])
      })
    })
  },

  parameters(row) {
    const fields = [
      /^New, TLSv1\.2, Cipher is ECDHE-RSA-AES256-SHA384$/m,
      /^ +Protocol +: TLSv1\.2$/m,
      /^ +Cipher +: ECDHE-RSA-AES256-SHA384$/m,
      // OpenSSL 1.1 and older call it P-384.
      /^Server Temp Key: ECDH, (?:P-384|secp384r1), 384 bits$/m,
      /^Peer signing digest: SHA1$/m,
      /^No ALPN negotiated$/m,
      /^ +TLS session ticket lifetime hint: 7200 \(seconds\)$/m,
      /^ +Extended master secret: yes$/m,
      /^ +Verify return code: 0 \(ok\)$/m,
    ]
    describeWith(['openssl'], 'openssl', () => {
      it.concurrent.each(cellsIn(row))('$protocol/$mode: every field of the report', async (cell) => {
        const said = await ask(cell)
        for (const field of fields) expect(said).toMatch(field)
      })

      it.concurrent.each(cellsIn(row))(
        '$protocol/$mode: SHA256 for a client that no longer takes SHA1',
        async (cell) => {
          const said = await sClient(servers.endpoint(cell), servers.ca.path, ['-cipher', 'DEFAULT@SECLEVEL=2'])
          expect(said).toMatch(/^Peer signing digest: SHA256$/m)
          expect(returnCodeIn(said)).toBe(0)
        },
      )

      it('lets another part take the place of a parameter', async () => {
        await using other = await startMailServers({ scenarios: ['exchange-like+tls13-only'], protocols: ['smtp'] })
        for (const server of other.endpoints) {
          const said = await sClient(server, other.ca.path)
          expect(said).toMatch(/^New, TLSv1\.3, Cipher is TLS_AES_256_GCM_SHA384$/m)
          expect(said).toMatch(/^Server Temp Key: ECDH, (?:P-384|secp384r1), 384 bits$/m)
        }
      })
    })

    describeWith(['gnutls-cli'], 'gnutls', () => {
      it.concurrent.each(cellsIn(row))('$protocol/$mode: the same in its own words', async (cell) => {
        const said = await gnutlsCli(servers.endpoint(cell), servers.ca.path)
        expect(statusIn(said)).toBe('The certificate is trusted.')
        // It gave up CBC with SHA384, so the second choice of the server is taken.
        expect(said).toContain('- Description: (TLS1.2-X.509)-(ECDHE-SECP384R1)-(RSA-SHA1)-(AES-256-GCM)\n')
        expect(said).toContain('- Options: extended master secret,')
        expect(said).toMatch(/issuer `CN=Contoso Subordinate CA [0-9a-f]{6}-\d+,DC=int,DC=contoso,DC=com'/)
      })
    })
  },

  xrdst(row) {
    const greeting =
      /^220 localhost Microsoft ESMTP MAIL Service ready at \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000\r?$/m
    describeWith(['openssl'], 'openssl', () => {
      it('smtp/starttls: the last line of the clear list', async () => {
        const said = await ask({ scenario: 'exchange-like', protocol: 'smtp', mode: 'starttls' })
        expect(said).toMatch(/^250 XRDST$/m)
        expect(said).not.toMatch(/^250-/m)
      })

      it.each(cellsIn(row))('$protocol/$mode: the last line inside TLS, with s_client kept open', async (cell) => {
        const server = servers.endpoint(cell)
        const session = { input: 'EHLO client.example\nQUIT\n' }
        const said = await sClient(server, servers.ca.path, ['-crlf', '-ign_eof', '-quiet'], session)
        const list = said.slice(said.lastIndexOf('250-localhost')).split(/\r?\n/)
        const lines = list.filter((line) => line.startsWith('250'))
        expect(lines.at(-1)).toBe('250 XRDST')
        const order = lines.slice(1).map((line) => line.slice(4).split(' ')[0])
        expect(order).toEqual(['SIZE', 'PIPELINING', 'ENHANCEDSTATUSCODES', 'AUTH', '8BITMIME', 'SMTPUTF8', 'XRDST'])
        const [first] = server.connections.at(-1)?.transcript ?? []
        expect(first?.text).toMatch(greeting)
        expect(server.connections.at(-1)?.capabilities.tls?.at(-1)).toBe('XRDST')
      })
    })
  },

  remedies(row) {
    const untrusted = cellsIn(row, ['exchange-like+untrusted-root'])
    const incomplete = cellsIn(row, ['exchange-like+missing-intermediate'])

    describeWith(['java'], 'java', () => {
      it('finds no path without the import, and one with it', async () => {
        using folder = temporaryDirectory()
        const targets = [...untrusted, ...incomplete].flatMap((cell) => targetsOf(servers.endpoint(cell), servers.pki))
        const question = { targets, limit: 10_000, directory: folder.path }
        const without = await java?.ask({ ...question, ca: servers.ca.path })
        expect(without).toHaveLength(targets.length)
        for (const { said } of without ?? []) {
          expect(said.at(-1)?.text).toMatch(/unable to find valid certification path to requested target$/)
        }
        const imported = join(folder.path, 'imported.pem')
        const [root, subordinate] = [untrusted[0], incomplete[0]]
        if (!root || !subordinate) throw new Error('there are such cells')
        const files = [servers.ca.path, fileOf(root, 'root.pem'), fileOf(subordinate, 'chain.pem')]
        writeFileSync(imported, files.map((file) => readFileSync(file, 'utf8')).join(''))
        const withImport = await java?.ask({ ...question, ca: imported })
        expect(withImport?.map(({ outcome }) => outcome)).toEqual(targets.map(() => 'accepted'))
      }, 90_000)
    })

    describeWith(['keytool'], 'keytool', () => {
      it('imports root and subordinate CA into a keystore, and the trust store that is exported, and removes them', async () => {
        using folder = temporaryDirectory()
        const store = ['-keystore', join(folder.path, 'keystore.p12'), '-storepass', 'changeit', '-noprompt']
        const [root, subordinate] = [untrusted[0], incomplete[0]]
        if (!root || !subordinate) throw new Error('there are such cells')
        for (const [alias, file] of [
          ['root', fileOf(root, 'root.pem')],
          ['subordinate', fileOf(subordinate, 'chain.pem')],
        ] as const) {
          const { stderr } = await run('keytool', ['-importcert', '-alias', alias, '-file', file, ...store])
          expect(stderr).toContain('Certificate was added to keystore')
        }
        const exported = ['-srckeystore', `${servers.pki}/ca.p12`, '-srcstorepass', 'mockmail']
        const destination = ['-destkeystore', store[1] ?? '', '-deststorepass', 'changeit', '-noprompt']
        await run('keytool', ['-importkeystore', ...exported, ...destination])
        const listed = async (): Promise<string> => (await run('keytool', ['-list', ...store.slice(0, 4)])).stdout
        const [alias = ''] = /contoso offline root ca [0-9a-f]{6}(?=, .*trustedCertEntry)/.exec(await listed()) ?? []
        expect(alias).not.toBe('')
        for (const one of [alias, 'root', 'subordinate']) await run('keytool', ['-delete', '-alias', one, ...store])
        const left = await listed()
        for (const one of [alias, 'root', 'subordinate']) expect(left).not.toContain(`\n${one}, `)
      }, 60_000)
    })

    describeWith(['openssl'], 'openssl', () => {
      it('reads what Windows imports: DER and PKCS#12', async () => {
        const [cell] = untrusted
        if (!cell) throw new Error('there are such cells')
        const der = await run('openssl', [
          'x509',
          '-inform',
          'DER',
          '-in',
          fileOf(cell, 'leaf.der'),
          '-noout',
          '-issuer',
        ])
        expect(der.stdout).toContain('CN = Contoso Subordinate CA ')
        const bundle = ['-in', fileOf(cell, 'bundle.p12'), '-passin', 'pass:mockmail', '-nodes']
        const { stdout } = await run('openssl', ['pkcs12', ...bundle])
        expect(stdout.match(/^-----BEGIN (?:CERTIFICATE|PRIVATE KEY)-----$/gm)).toHaveLength(3)
      })
    })
  },
})
