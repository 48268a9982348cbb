import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect, createServer, type PeerCertificate } from 'node:tls'
import { describe, expect, it, vi } from 'vitest'
import type { Identity } from '../../src/certs/types.ts'
import { itWith } from '../support/programs.ts'
import { opensslErrors, opensslText } from './judges/openssl.ts'
import { describeWith, run, servernames, temporaryDirectory, testPki } from './judges/run.ts'

const now = new Date('2026-11-21T12:00:00Z')

describe('an identity', () => {
  it('is issued once for each id', async () => {
    await using pki = await testPki({ responder: false })
    const good = pki.identity('good', {})
    expect(pki.identity('good', {})).toBe(good)
    expect(pki.identity('another', {}).leaf.serial).not.toBe(good.leaf.serial)
  })

  it('says of its leaf what Node reads in it', async () => {
    await using pki = await testPki({ now, responder: false })
    const { leaf, keyPem } = pki.identity('good', {})
    const read = new X509Certificate(leaf.pem)
    expect(read.raw.equals(leaf.der)).toBe(true)
    expect(read.fingerprint256).toBe(leaf.fingerprint256)
    expect(read.serialNumber).toBe(leaf.serial)
    expect(read.subject).toBe('CN=localhost')
    expect(leaf.subject).toBe('CN=localhost')
    expect(leaf.issuer).toMatch(/^CN=mockmail Intermediate CA [0-9a-f]{6}$/)
    expect(read.subjectAltName).toBe('DNS:localhost, DNS:mail.mockmail.test')
    expect(keyPem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/)
    expect([leaf.dnsNames, leaf.ipAddresses]).toEqual([servernames.slice(0, 2), []])
  })

  it('has a serial number of sixteen octets that is positive and not shortened', async () => {
    await using pki = await testPki({ responder: false })
    const serials = Array.from({ length: 50 }, (_, index) => pki.identity(`leaf-${index}`, {}).leaf.serial)
    expect(serials.filter((serial) => !/^[4-7][0-9A-F]{31}$/.test(serial))).toEqual([])
    expect(new Set(serials).size).toBe(50)
  })

  it('counts its dates from now: a leaf of 90 days, authorities older than any leaf', async () => {
    await using pki = await testPki({ now, responder: false })
    const { leaf, chainPem } = pki.identity('good', {})
    const dates = [leaf.pem, chainPem, pki.caPem].map((pem) => {
      const { validFrom, validTo } = new X509Certificate(pem)
      return [validFrom, validTo]
    })
    expect(dates).toEqual([
      ['Nov 20 12:00:00 2026 GMT', 'Feb 19 12:00:00 2027 GMT'],
      ['Nov 21 12:00:00 2024 GMT', 'Nov 18 12:00:00 2036 GMT'],
      ['Nov 21 12:00:00 2024 GMT', 'Nov 18 12:00:00 2036 GMT'],
    ])
    expect(leaf.notBefore.toISOString()).toBe('2026-11-20T12:00:00.000Z')
  })

  it.each([
    ['2049-06-01T00:00:00Z', 'Aug 30 00:00:00 2049 GMT'],
    ['2049-12-01T00:00:00Z', 'Mar  1 00:00:00 2050 GMT'],
    ['9995-01-01T00:00:00Z', 'Apr  1 00:00:00 9995 GMT'],
  ])('has right dates when now is %s', async (instant, end) => {
    await using pki = await testPki({ now: new Date(instant), responder: false })
    expect(new X509Certificate(pki.identity('good', {}).leaf.pem).validTo).toBe(end)
  })

  it('is dated by the real clock while a test fakes it', async () => {
    vi.useFakeTimers({ now: new Date('2001-01-01T00:00:00Z'), toFake: ['Date'] })
    try {
      await using pki = await testPki({ responder: false })
      expect(pki.now.getUTCFullYear()).toBeGreaterThan(2025)
    } finally {
      vi.useRealTimers()
    }
  })

  it('sends leaf and intermediate, and what a facet says instead', async () => {
    await using pki = await testPki({ responder: false })
    const usual = pki.identity('good', {})
    expect(usual.servedPem).toBe(usual.leaf.pem + usual.chainPem)
    const alone = pki.identity('alone', { send: ['leaf'] })
    expect(alone.servedPem).toBe(alone.leaf.pem)
    expect(alone.chainPem).toBe(usual.chainPem)
    const whole = pki.identity('whole', { send: ['path', 'root'] })
    expect(whole.servedPem).toBe(whole.leaf.pem + whole.chainPem + pki.caPem)
    const own = pki.identity('own', { leaf: { issuer: 'self' } })
    expect([own.servedPem, own.chainPem, own.rootPem]).toEqual([own.leaf.pem, '', own.leaf.pem])
  })

  it('takes key, usage and extensions from its facets', async () => {
    await using pki = await testPki({ responder: false })
    const { leaf } = pki.identity('odd', {
      leaf: {
        key: 'rsa-2048',
        extendedKeyUsage: ['clientAuth', 'emailProtection'],
        extensions: { tlsFeature: { critical: true, value: Buffer.from('3003020105', 'hex') } },
      },
    })
    const read = new X509Certificate(leaf.pem)
    expect(read.publicKey.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048 })
    expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.4'])
    expect(leaf.der.toString('hex')).toContain('06082b060105050701180101ff04053003020105')
  })

  it('adds the root of an identity whose root has dates of its own to the trusted ones', async () => {
    await using pki = await testPki({ responder: false })
    const before = pki.caPem
    pki.identity('root-expired', { root: { dates: { notAfter: { days: -1 } } } })
    pki.identity('untrusted', { root: { trusted: false, dates: { notAfter: { days: -1 } } } })
    expect(pki.caPem.startsWith(before)).toBe(true)
    expect(pki.caPem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
  })

  it.each(['a/b', 'a\\b', '..', '.', '', 'a\0b', 'roots', 'clients'])('cannot be called %j', async (id) => {
    await using pki = await testPki({ responder: false })
    expect(() => pki.identity(id, {})).toThrow(expect.objectContaining({ code: 'INVALID_DEFINITION' }))
  })
})

describe('server names', () => {
  itWith('openssl')('are issued to and permitted, foreign ones too', async () => {
    const names = [
      'mail.corp.example',
      '*.other.example',
      'bücher.example',
      'MX.Upper.example.',
      '192.0.2.7',
      '2001:db8::25',
    ]
    await using pki = await testPki({ servernames: names, responder: false })
    const { leaf, byAddress } = pki.identity('good', {})
    const dnsNames = 'DNS:mail.corp.example, DNS:*.other.example, DNS:xn--bcher-kva.example, DNS:mx.upper.example'
    expect(new X509Certificate(leaf.pem).subjectAltName).toBe(dnsNames)
    expect(new X509Certificate(byAddress?.leaf.pem ?? '').subjectAltName).toBe(
      `${dnsNames}, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:25`,
    )
    using directory = temporaryDirectory()
    pki.write(directory.path)
    const ca = join(directory.path, 'ca.pem')
    expect(await opensslErrors(join(directory.path, 'good'), { ca, hostname: 'a.other.example' })).toEqual([])
    expect(await opensslErrors(join(directory.path, 'good/by-address'), { ca, address: '192.0.2.7' })).toEqual([])
    expect(await opensslErrors(join(directory.path, 'good'), { ca, address: '192.0.2.7' })).toEqual(['64@0'])
  })

  itWith('openssl')(
    'leave a name too long for a common name to the alternative names, which are critical then',
    async () => {
      const long = `${'a'.repeat(60)}.mockmail.test`
      await using pki = await testPki({ servernames: [long], responder: false })
      const { leaf } = pki.identity('good', {})
      expect(leaf.subject).toBe('')
      using directory = temporaryDirectory()
      pki.write(directory.path)
      const errors = await opensslErrors(join(directory.path, 'good'), {
        ca: join(directory.path, 'ca.pem'),
        hostname: long,
      })
      expect(errors).toEqual([])
      expect(
        await opensslText('x509', '-in', join(directory.path, 'good/leaf.pem'), '-noout', '-ext', 'subjectAltName'),
      ).toBe(`X509v3 Subject Alternative Name: critical\n    DNS:${long}\n`)
    },
  )

  it.each([[[]], [['']], [['a b']], [['*']], [['1:2:3']], [['a.*.example']]])('cannot be %j', async (names) => {
    await expect(testPki({ servernames: names })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })

  itWith('openssl')('are free below roots without constraints', async () => {
    await using pki = await testPki({ unconstrained: true, responder: false })
    pki.identity('foreign', { leaf: { names: { dNSName: ['localhost', 'example.invalid'] } } })
    using directory = temporaryDirectory()
    pki.write(directory.path)
    const ca = join(directory.path, 'ca.pem')
    expect(await opensslErrors(join(directory.path, 'foreign'), { ca, hostname: 'localhost' })).toEqual([])
  })
})

describe.each(['ec', 'rsa'] as const)('a TLS server with a %s key', (key) => {
  it('is accepted under good and refused by the reason under others', async () => {
    await using pki = await testPki({ key, responder: false })
    const good = pki.identity('good', {})
    expect(await handshake(good, { ca: pki.caPem, servername: 'localhost' })).toBe('authorized')
    expect(await handshake(good, { ca: pki.caPem, servername: 'mail.mockmail.test' })).toBe('authorized')
    expect(await handshake(good, { ca: pki.caPem, servername: 'a.mockmail.test' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
    const own = pki.identity('self-signed', { leaf: { issuer: 'self' } })
    expect(await handshake(own, { ca: pki.caPem, servername: 'localhost' })).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(await handshake(own, { ca: own.rootPem ?? '', servername: 'localhost' })).toBe('authorized')
    const alone = pki.identity('missing-intermediate', { send: ['leaf'] })
    expect(await handshake(alone, { ca: pki.caPem, servername: 'localhost' })).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  })

  it('is revoked for a client that has the CRLs of the whole chain, and only then', async () => {
    await using pki = await testPki({ key, responder: false })
    const trust = { ca: pki.caPem, servername: 'localhost' }
    const good = pki.identity('good', {})
    const revoked = pki.identity('revoked', { leaf: { revoked: 'superseded' } })
    expect(await handshake(good, { ...trust, crl: eachPem(good.crlChainPem) })).toBe('authorized')
    expect(await handshake(revoked, { ...trust, crl: eachPem(revoked.crlChainPem) })).toBe('CERT_REVOKED')
    expect(await handshake(revoked, trust)).toBe('authorized')
  })
})

describeWith(['python3'], 'python', () => {
  it('accepts good and refuses self-signed', async () => {
    await using pki = await testPki({ responder: false })
    using directory = temporaryDirectory()
    const identities = [pki.identity('good', {}), pki.identity('self-signed', { leaf: { issuer: 'self' } })]
    pki.write(directory.path)
    const client = `
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
for port in sys.argv[2:]:
    try:
        with context.wrap_socket(socket.create_connection(('127.0.0.1', int(port)), 5), server_hostname='localhost'):
            print('OK')
    except ssl.SSLCertVerificationError as error:
        print(error.verify_code, error.verify_message)
`
    const servers = await Promise.all(identities.map(listen))
    try {
      const args = ['-c', client, join(directory.path, 'ca.pem'), ...servers.map(({ port }) => String(port))]
      expect(await run('python3', args)).toMatchObject({ stdout: 'OK\n18 self-signed certificate\n', stderr: '' })
    } finally {
      for (const { server } of servers) server.close()
    }
  })
})

const listen = async ({ servedPem, keyPem }: Identity) => {
  const server = createServer({ cert: servedPem, key: keyPem })
  server.on('secureConnection', (socket) => socket.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

/** Node reads one CRL of a text, and wants an array for more. */
const eachPem = (text: string): string[] => text.split(/(?<=END X509 CRL-----\n)(?=.)/)

interface Trust {
  readonly ca: string
  readonly servername: string
  readonly crl?: string[]
}

const handshake = async (identity: Identity, trust: Trust): Promise<string> => {
  const { server, port } = await listen(identity)
  try {
    return await new Promise<string>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', ...trust }, () => {
        const peer: PeerCertificate = socket.getPeerCertificate()
        resolve(peer.fingerprint256 === identity.leaf.fingerprint256 ? 'authorized' : 'another certificate')
        socket.destroy()
      })
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })
  } finally {
    server.close()
  }
}
