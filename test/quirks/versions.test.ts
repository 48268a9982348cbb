import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServers, startMailServers } from '../../src/index.ts'
import { cellsOf, titled } from '../support/clients/cells.ts'
import { goHandshakes } from '../support/clients/go.ts'
import { javaHandshakes } from '../support/clients/java.ts'
import { describeWith, isInstalled } from '../support/programs.ts'
import { gnutlsCli, sClient } from './tls-programs.ts'

/** What each program says, in its own words; of OpenSSL and GnuTLS also when it is told otherwise than by default. */
interface Words {
  readonly openssl: RegExp
  /** `-min_protocol TLSv1 -cipher DEFAULT@SECLEVEL=0`: as before RFC 8996. */
  readonly opensslLenient: RegExp
  /** 3.7 still offers TLS 1.0 and 1.1 by default. */
  readonly gnutls: RegExp
  /** `--priority` without them. */
  readonly gnutlsModern: RegExp
  readonly java: RegExp
  readonly go: RegExp
}

const speaks = (version: string): Pick<Words, 'openssl' | 'opensslLenient' | 'gnutls' | 'gnutlsModern'> => ({
  openssl: new RegExp(`^New, TLSv${version}, Cipher is (?!\\(NONE\\))`, 'm'),
  opensslLenient: new RegExp(`^New, TLSv${version}, Cipher is (?!\\(NONE\\))`, 'm'),
  gnutls: new RegExp(`^- Description: \\(TLS${version}-X\\.509\\)`, 'm'),
  gnutlsModern: new RegExp(`^- Description: \\(TLS${version}-X\\.509\\)`, 'm'),
})
const ok = /^OK$/

/** OpenSSL names TLS 1.1 by its ciphers, which are those of 1.0; the session says which it was. */
const speaksOnlyWhenTold = (session: string, description: string): Words => ({
  // By default either the version or the SHA-1 signature of its key exchange is not allowed: a matter of the distribution.
  openssl: /legacy sigalg disallowed or unsupported|alert protocol version|unsupported protocol|no protocols available/,
  opensslLenient: new RegExp(`^ +Protocol  : ${session}$`, 'm'),
  gnutls: new RegExp(`^- Description: \\(${description}-X\\.509\\)`, 'm'),
  gnutlsModern: /^\*\*\* Received alert \[70\]: Error in protocol version$/m,
  java: /^SSLHandshakeException: SSLHandshakeException: Received fatal alert: protocol_version$/,
  go: /^remote error: tls: protocol version not supported$/,
})

const allTheSame = (openssl: RegExp, gnutls: RegExp, java: RegExp, go: RegExp): Words => ({
  ...{ openssl, opensslLenient: openssl, gnutls, gnutlsModern: gnutls, java, go },
})

const words: Readonly<Record<string, Words>> = {
  'tls10-only': speaksOnlyWhenTold('TLSv1', 'TLS1\\.0'),
  'tls11-only': speaksOnlyWhenTold('TLSv1\\.1', 'TLS1\\.1'),
  'tls12-only': { ...speaks('1\\.2'), java: ok, go: ok },
  'tls13-only': { ...speaks('1\\.3'), java: ok, go: ok },
  'version-intolerant': allTheSame(
    /unexpected eof while reading/,
    /^\*\*\* Fatal error: The TLS connection was non-properly terminated\.$/m,
    /^SSLHandshakeException: EOFException: SSL peer shut down incorrectly$/,
    /^EOF$/,
  ),
  'sslv3-only': allTheSame(
    /:unsupported protocol:/,
    /^\*\*\* Fatal error: A packet with illegal or unsupported version was received\.$/m,
    /^SSLHandshakeException: SSLHandshakeException: The server selected protocol version SSL30 is not accepted by client preferences \[TLS13, TLS12\]$/,
    /^tls: server selected unsupported protocol version 300$/,
  ),
  'sslv2-only': allTheSame(
    /:wrong version number:/,
    /^\*\*\* Fatal error: An unexpected TLS packet was received\.$/m,
    /^SSLException: SSLException: SSL V2\.0 servers are not supported\.$/,
    /^tls: unsupported SSLv2 handshake received$/,
  ),
  // The control: whatever the options, the newest version is chosen.
  good: { ...speaks('1\\.3'), java: ok, go: ok },
}

const scenarios = Object.keys(words)
const cells = titled(cellsOf(scenarios))
const targets = (servers: MailServers) => cells.map(([, cell]) => servers.endpoint(cell))

let servers: MailServers
beforeAll(async () => {
  servers = await startMailServers({ scenarios })
})
afterAll(() => servers.close())

describeWith(['openssl'], 'openssl s_client', () => {
  it.concurrent.each(cells)('by default: %s', async (_, cell) => {
    const said = await sClient(servers.endpoint(cell), servers.ca.path)
    expect(said).toMatch(words[cell.scenario]?.openssl as RegExp)
  })

  it.concurrent.each(cells)('with every version allowed: %s', async (_, cell) => {
    const lenient = ['-min_protocol', 'TLSv1', '-cipher', 'DEFAULT@SECLEVEL=0']
    const said = await sClient(servers.endpoint(cell), servers.ca.path, lenient)
    expect(said).toMatch(words[cell.scenario]?.opensslLenient as RegExp)
  })
})

describeWith(['gnutls-cli'], 'gnutls-cli', () => {
  it.concurrent.each(cells)('by default: %s', async (_, cell) => {
    const said = await gnutlsCli(servers.endpoint(cell), servers.ca.path)
    expect(said).toMatch(words[cell.scenario]?.gnutls as RegExp)
  })

  it.concurrent.each(cells)('with TLS 1.2 and 1.3 only: %s', async (_, cell) => {
    const modern = ['--priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:+VERS-TLS1.3']
    const said = await gnutlsCli(servers.endpoint(cell), servers.ca.path, modern)
    expect(said).toMatch(words[cell.scenario]?.gnutlsModern as RegExp)
  })
})

describeWith(['java'], 'javax.net.ssl', () => {
  let said: readonly string[]
  beforeAll(async () => {
    said = await javaHandshakes(
      targets(servers).map((target) => ({ target })),
      { ca: servers.ca.path },
    )
  }, 90_000)

  it.each(cells.map(([title, cell], index) => [title, cell, index] as const))('%s', (_, { scenario }, index) => {
    expect(said[index]).toMatch(words[scenario]?.java as RegExp)
  })
})

describeWith(['go'], 'crypto/tls', () => {
  let said: readonly string[]
  beforeAll(async () => {
    said = await goHandshakes(targets(servers), servers.ca.path)
  }, 90_000)

  it.each(cells.map(([title, cell], index) => [title, cell, index] as const))('%s', (_, { scenario }, index) => {
    expect(said[index]).toMatch(words[scenario]?.go as RegExp)
  })
})

describe('our record of the programs', () => {
  it('has every quirk fired, wherever a program came', () => {
    const quirky = servers.endpoints.filter(({ scenario }) => scenario !== 'good')
    const greeted = quirky.flatMap(({ connections }) => connections.filter(({ clientHello }) => clientHello !== null))
    expect(greeted.length > 0 || !isInstalled('openssl')).toBe(true)
    for (const { scenario, fired } of greeted) expect(fired.map(({ part }) => part)).toContain(scenario)
  })
})
