import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServer, type MailServers, startMailServers } from '../../src/index.ts'
import { scenariosOfEntry } from '../../src/scenarios/listing.ts'
import { catalogue } from '../../src/scenarios/registry.ts'
import { rowIds } from '../support/clients/cells.ts'
import { describeWith, run, temporaryDirectory } from './judges/run.ts'

/** What four implementations say of a handshake, each in its own words; Node is built on OpenSSL, so it counts with that one. */
interface Said {
  readonly openssl: number
  readonly gnutls: string
  readonly go: string
  readonly java: string
  readonly node: string
}

const fine: Said = { openssl: 0, gnutls: 'The certificate is trusted.', go: 'OK', java: 'OK', node: 'OK' }
const not = (why: string): string => `The certificate is NOT trusted. ${why}`
const wrongName = not('The name in the certificate does not match the expected.')
const constrained = not("The certificate chain violates the signer's constraints.")
const tooLong = 'Could not verify certificate (err: Some constraint limits were reached.)'
const mayNotSign = {
  openssl: 32,
  gnutls: constrained,
  go: 'x509: invalid signature: parent certificate cannot sign this kind of certificate',
  java: 'CA key usage check failed: keyCertSign bit is not set',
  node: 'key usage does not include certificate signing',
}

const rows: Readonly<Record<string, Said>> = {
  'self-signed-ca-as-leaf': fine,
  'null-byte-san': {
    openssl: 62,
    gnutls: wrongName,
    go: 'x509: certificate is valid for localhost\0.example.com, not localhost',
    java: 'No subject alternative DNS name matching localhost found.',
    node: "Host: localhost. is not in the cert's altnames",
  },
  // OpenSSL, Java and Node let a wildcard be a part of a label.
  'wildcard-partial-label': {
    ...fine,
    gnutls: wrongName,
    go: 'x509: certificate is valid for ma*.mockmail.test, not mail.mockmail.test',
  },
  // All but Go fall back to the common name.
  'no-san-cn-only': { ...fine, go: 'x509: certificate relies on legacy Common Name field, use SANs instead' },
  'nc-excluded-dns': {
    openssl: 48,
    gnutls: constrained,
    go: 'DNS name "localhost" is excluded by constraint "localhost"',
    java: 'name constraints check failed',
    node: 'excluded subtree violation',
  },
  'bad-signature-leaf': {
    openssl: 7,
    gnutls: not('The signature in the certificate is invalid.'),
    go: 'x509: ECDSA verification failure',
    java: 'Signature does not match.',
    node: 'certificate signature failure',
  },
  'intermediate-no-keycertsign': mayNotSign,
  'leaf-signed-by-leaf': mayNotSign,
  'chain-length:8': fine,
  'chain-length:11': { ...fine, java: 'The certificate chain length (11) exceeds the maximum allowed length (10)' },
  'chain-length:30': {
    ...fine,
    gnutls: tooLong,
    java: 'The certificate chain length (11) exceeds the maximum allowed length (10)',
  },
  'chain-length:120': {
    // s_client prints the last error: that its search ends after a hundred.
    openssl: 20,
    gnutls: tooLong,
    go: 'x509: signature check attempts limit reached while verifying certificate chain',
    java: 'exceeds the maximum allowed size (32768)',
    node: 'unable to get local issuer certificate',
  },
  'cross-signed-expired-alt': fine,
  'missing-aki': fine,
  'unknown-critical-ext': {
    openssl: 34,
    gnutls: not('The certificate contains an unknown critical extension.'),
    go: 'x509: unhandled critical extension',
    java: 'unrecognized critical extension(s)',
    node: 'unhandled critical extension',
  },
  // Java refuses SHA-1 only below the roots that it brings itself.
  'sha1-leaf': {
    openssl: 68,
    gnutls: not('The certificate chain uses insecure algorithm.'),
    go: 'x509: cannot verify signature: insecure algorithm SHA1-RSA',
    java: 'OK',
    node: 'CA signature digest algorithm too weak',
  },
  // Of these GnuTLS alone reads a staple without being told to.
  'ocsp-staple-revoked': { ...fine, gnutls: not('The certificate chain is revoked.') },
  // None of them fetches a CRL by itself.
  'crl-dp-unreachable:refused': fine,
  'crl-dp-unreachable:not-found': fine,
  'crl-dp-unreachable:slow': fine,
  'crl-dp-unreachable:silent': fine,
}

const scenarios = catalogue.filter(({ id }) => rowIds.includes(id)).flatMap(scenariosOfEntry)
const judge = (name: string): string => join(import.meta.dirname, 'judges', name)

it('has a row for every value of every entry', () => {
  expect(Object.keys(rows).sort()).toEqual([...scenarios].sort())
})

describe('over a real handshake', () => {
  let servers: MailServers
  beforeAll(async () => {
    servers = await startMailServers({ scenarios: ['good', ...scenarios], protocols: ['smtp'] })
    expect(servers.leftOut).toEqual([])
  }, 60_000)
  afterAll(() => servers.close())

  const expected = { good: fine, ...rows }
  const ids = Object.keys(expected)
  const all = (): readonly MailServer[] => ids.map((scenario) => servers.endpoint({ scenario, mode: 'implicit' }))
  const wordsOf = (who: Exclude<keyof Said, 'openssl'>) =>
    Object.fromEntries(Object.entries(expected).map(([id, said]) => [id, expect.stringContaining(said[who])]))

  /** What a client that is a program of ours prints, a line for each. */
  const dial = async (program: string, ...args: readonly string[]): Promise<object> => {
    const pairs = all().flatMap(({ port, servername }) => [String(port), servername])
    const { stdout, stderr } = await run(program, [...args, servers.pki, ...pairs])
    const lines = stdout.trimEnd().split('\n')
    if (lines.length !== ids.length) throw new Error(`${program}: ${stdout}${stderr}`)
    return Object.fromEntries(ids.map((id, index) => [id, lines[index]]))
  }

  const opensslSays = async ({ port, servername, mode }: MailServer, ...more: readonly string[]): Promise<string> => {
    const dialled = ['-connect', `127.0.0.1:${port}`, '-servername', servername, '-verify_hostname', servername]
    const trust = ['-CAfile', servers.ca.path, '-no-CApath', '-no-CAstore']
    const start = mode === 'starttls' ? ['-starttls', 'smtp'] : []
    return (await run('openssl', ['s_client', ...dialled, ...trust, ...start, ...more])).stdout
  }
  const codeIn = (said: string): number => Number(/Verify return code: (\d+) \(/.exec(said)?.[1])

  describeWith(['openssl'], 'openssl', () => {
    it.each(['implicit', 'starttls'] as const)('finds what it should, and nothing in good (%s)', async (mode) => {
      for (const [scenario, { openssl }] of Object.entries(expected)) {
        const code = codeIn(await opensslSays(servers.endpoint({ scenario, mode })))
        expect([scenario, code]).toEqual([scenario, openssl])
      }
    })

    it('is given the staple when it asks for it, and of good none', async () => {
      const statusOf = async (scenario: string, mode: 'implicit' | 'starttls') =>
        /Cert Status: (\w+)/.exec(await opensslSays(servers.endpoint({ scenario, mode }), '-status'))?.[1]
      expect(await statusOf('ocsp-staple-revoked', 'implicit')).toBe('revoked')
      expect(await statusOf('ocsp-staple-revoked', 'starttls')).toBe('revoked')
      expect(await statusOf('good', 'implicit')).toBeUndefined()
    })
  })

  describeWith(['gnutls-cli'], 'GnuTLS', () => {
    it('says what it should of each', async () => {
      const said = all().map(async ({ scenario, port, servername }) => {
        const names = ['--sni-hostname', servername, '--verify-hostname', servername]
        const { stdout } = await run('gnutls-cli', [
          '-p',
          String(port),
          '--x509cafile',
          servers.ca.path,
          ...names,
          '127.0.0.1',
        ])
        return [scenario, /^- (?:Status: )?(The certificate is .*|Could not .*)$/m.exec(stdout)?.[1]?.trim()] as const
      })
      expect(Object.fromEntries(await Promise.all(said))).toEqual(wordsOf('gnutls'))
    }, 60_000)
  })

  describeWith(['go'], 'Go', () => {
    it('says what it should of each', async () => {
      using build = temporaryDirectory()
      const program = join(build.path, 'dial')
      const { status } = await run('go', ['build', '-o', program, judge('dial.go')])
      expect(status).toBe(0)
      expect(await dial(program)).toEqual(wordsOf('go'))
    }, 90_000)
  })

  describeWith(['java'], 'Java', () => {
    it('says what it should of each', async () => {
      expect(await dial('java', judge('Dial.java'))).toEqual(wordsOf('java'))
    }, 60_000)
  })

  it('says so to Node too', async () => {
    expect(await dial(process.execPath, judge('dial.mjs'))).toEqual(wordsOf('node'))
  })

  it('has fired on every connection, and has no defect', () => {
    const idle = servers.endpoints.flatMap(({ scenario, connections }) =>
      connections.filter(({ fired, defect }) => defect !== null || (scenario !== 'good' && fired.length === 0)),
    )
    expect(idle).toEqual([])
  })
})
