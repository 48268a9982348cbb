import { X509Certificate } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { itWith } from '../support/programs.ts'
import { opensslErrors } from './judges/openssl.ts'
import { temporaryDirectory, testPki } from './judges/run.ts'

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe('a directory', () => {
  it('keeps the roots of one run for the next; leaves are new', async () => {
    using directory = temporaryDirectory()
    await using first = await testPki({ directory: directory.path, responder: false })
    await using second = await testPki({ directory: directory.path, responder: false })
    expect(second.caPem).toBe(first.caPem)
    const [leaf, next] = [first.identity('good', {}).leaf, second.identity('good', {}).leaf]
    expect(next.fingerprint256).not.toBe(leaf.fingerprint256)
    const untrusted = [first, second].map((pki) => pki.identity('untrusted', { root: { trusted: false } }))
    expect(untrusted[1]?.rootPem).toBe(untrusted[0]?.rootPem)
  })

  itWith('openssl').each(['ec', 'rsa'] as const)(
    'gives a second run roots that OpenSSL still follows (%s)',
    async (key) => {
      using directory = temporaryDirectory()
      await (await testPki({ directory: directory.path, key, responder: false })).close()
      await using pki = await testPki({ directory: directory.path, key, responder: false })
      pki.identity('good', {})
      pki.identity('untrusted', { root: { trusted: false } })
      pki.write(directory.path)
      const ca = join(directory.path, 'ca.pem')
      expect(await opensslErrors(join(directory.path, 'good'), { ca, hostname: 'localhost' })).toEqual([])
      expect(await opensslErrors(join(directory.path, 'untrusted'), { ca, hostname: 'localhost' })).toEqual(['20@1'])
    },
  )

  it('gives runs that start together the same roots', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'new')
    const runs = await Promise.all(Array.from({ length: 4 }, () => testPki({ directory: path, responder: false })))
    expect(new Set(runs.map(({ caPem }) => caPem)).size).toBe(1)
    expect(readdirSync(path)).toEqual(['roots'])
  })

  it('is for everybody to read, but for the keys', async () => {
    using directory = temporaryDirectory()
    const path = join(directory.path, 'pki')
    await using pki = await testPki({ directory: path, responder: false })
    pki.identity('good', {})
    pki.write(path)
    const folders = ['', 'good', 'good/by-address', 'clients', 'clients/good']
    expect(folders.map((folder) => modeOf(join(path, folder)))).toEqual(['755', '755', '755', '755', '755'])
    // Nothing is in it that is not elsewhere too, but keys.
    expect(modeOf(join(path, 'roots'))).toBe('700')
    const keys = [
      'roots/root.key',
      'roots/untrusted-root.key',
      'good/leaf.key',
      'good/bundle.p12',
      'good/by-address/leaf.key',
      'clients/good/leaf.key',
      'clients/good/bundle.p12',
    ]
    expect(Object.fromEntries(keys.map((file) => [file, modeOf(join(path, file))]))).toEqual(
      Object.fromEntries(keys.map((file) => [file, '600'])),
    )
    const open = ['ca.pem', 'ca.p12', 'manifest.json', 'good/leaf.pem', 'good/fullchain.pem', 'good/crl.pem']
    expect(Object.fromEntries(open.map((file) => [file, modeOf(join(path, file))]))).toEqual(
      Object.fromEntries(open.map((file) => [file, '644'])),
    )
    const secret = /-----BEGIN [A-Z ]*PRIVATE KEY-----/
    const everything = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    for (const { parentPath, name } of everything) {
      const file = join(parentPath, name)
      if (modeOf(file) === '644') expect([name, secret.test(readFileSync(file, 'latin1'))]).toEqual([name, false])
    }
    expect(readdirSync(path).sort()).toEqual(['ca.p12', 'ca.pem', 'clients', 'good', 'manifest.json', 'roots'])
  })

  it('is so whatever the umask says', async () => {
    using directory = temporaryDirectory()
    const before = process.umask(0o077)
    try {
      await using pki = await testPki({ responder: false })
      pki.identity('good', {})
      pki.write(join(directory.path, 'strict'))
    } finally {
      process.umask(before)
    }
    const found = ['strict', 'strict/ca.pem', 'strict/good', 'strict/good/leaf.key']
    expect(found.map((file) => modeOf(join(directory.path, file)))).toEqual(['755', '644', '755', '600'])
  })

  it('keeps the mode of a directory that was there', async () => {
    using directory = temporaryDirectory()
    chmodSync(directory.path, 0o755)
    await using pki = await testPki({ directory: directory.path, responder: false })
    pki.write(directory.path)
    expect(modeOf(directory.path)).toBe('755')
  })

  const afterYears = new Date(Date.now() + 11 * 365 * 86_400_000)
  it.each([
    ['an expired root', () => undefined, { now: afterYears }, 'roots/root.pem has expired on 20'],
    ['a root from the future', () => undefined, { now: new Date('2001-01-01') }, 'roots/root.pem begins only on 20'],
    ['another key type', () => undefined, { key: 'rsa' as const }, 'has a key of type ec, and rsa is asked for'],
    ['constraints', () => undefined, { unconstrained: true }, 'has name constraints, and none are asked for'],
    [
      'constraints against a server name',
      () => undefined,
      { servernames: ['mail.corp.example'] },
      'has name constraints that do not permit all of mail.corp.example',
    ],
    [
      'no certificate',
      (roots: string) => writeFileSync(join(roots, 'root.pem'), 'x'),
      {},
      'is not a certificate in PEM',
    ],
    [
      'no key',
      (roots: string) => writeFileSync(join(roots, 'root.key'), 'x'),
      {},
      'roots/root.key is not a private key',
    ],
    ['a key that is gone', (roots: string) => rmSync(join(roots, 'root.key')), {}, 'roots/root.key is missing'],
    [
      'the key of another',
      (roots: string) => writeFileSync(join(roots, 'root.key'), readFileSync(join(roots, 'untrusted-root.key'))),
      {},
      'roots/root.key is not the key of',
    ],
  ])('with %s is refused, and the message names the file', async (_, damage, options, message) => {
    using directory = temporaryDirectory()
    await (await testPki({ directory: directory.path, responder: false })).close()
    damage(join(directory.path, 'roots'))
    const start = testPki({ directory: directory.path, responder: false, ...options })
    await expect(start).rejects.toMatchObject({ code: 'PKI_UNUSABLE', message: expect.stringContaining(message) })
  })

  it('below a file cannot be written', async () => {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'file')
    writeFileSync(file, '')
    await expect(testPki({ directory: join(file, 'pki') })).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' })
    await using pki = await testPki({ responder: false })
    expect(() => pki.write(file)).toThrow(expect.objectContaining({ code: 'FILE_UNWRITABLE' }))
  })
})

describe('the manifest', () => {
  it('names every file, relative to itself, with what is in it', async () => {
    using directory = temporaryDirectory()
    await using pki = await testPki({ now: new Date('2026-11-21T12:00:00Z'), responder: false })
    const { leaf, byAddress } = pki.identity('self-signed', { leaf: { issuer: 'self' } })
    const identities = [{ id: 'self-signed', expect: 'reject' }]
    pki.write(directory.path, [{ id: 'self-signed+tls12-only', expect: 'either', identities }])
    const manifest = JSON.parse(readFileSync(join(directory.path, 'manifest.json'), 'utf8'))
    const root = new X509Certificate(pki.caPem)
    expect(manifest).toMatchObject({
      schema: 1,
      now: '2026-11-21T12:00:00.000Z',
      key: 'ec',
      ca: {
        file: 'ca.pem',
        trustStore: 'ca.p12',
        certificates: [
          {
            subject: root.subject,
            issuer: root.subject,
            serial: root.serialNumber,
            notBefore: '2024-11-21T12:00:00.000Z',
            notAfter: '2036-11-18T12:00:00.000Z',
            fingerprint256: root.fingerprint256,
          },
        ],
      },
      identities: [
        {
          id: 'self-signed',
          subject: 'CN=localhost',
          issuer: 'CN=localhost',
          serial: leaf.serial,
          notBefore: '2026-11-20T12:00:00.000Z',
          notAfter: '2027-02-19T12:00:00.000Z',
          fingerprint256: leaf.fingerprint256,
          dnsNames: ['localhost', 'mail.mockmail.test'],
          ipAddresses: [],
          files: {
            leaf: 'self-signed/leaf.pem',
            leafDer: 'self-signed/leaf.der',
            key: 'self-signed/leaf.key',
            fullchain: 'self-signed/fullchain.pem',
            bundle: 'self-signed/bundle.p12',
            crl: 'self-signed/crl.pem',
            crlChain: 'self-signed/crl-chain.pem',
            ocsp: 'self-signed/ocsp.der',
            root: 'self-signed/root.pem',
          },
          expect: 'reject',
          byAddress: {
            subject: 'CN=localhost',
            serial: byAddress?.leaf.serial,
            fingerprint256: byAddress?.leaf.fingerprint256,
            dnsNames: ['localhost', 'mail.mockmail.test'],
            ipAddresses: ['127.0.0.1', '::1'],
            files: {
              leaf: 'self-signed/by-address/leaf.pem',
              leafDer: 'self-signed/by-address/leaf.der',
              key: 'self-signed/by-address/leaf.key',
              fullchain: 'self-signed/by-address/fullchain.pem',
              bundle: 'self-signed/by-address/bundle.p12',
              crl: 'self-signed/by-address/crl.pem',
              crlChain: 'self-signed/by-address/crl-chain.pem',
              ocsp: 'self-signed/by-address/ocsp.der',
              root: 'self-signed/by-address/root.pem',
            },
          },
        },
      ],
      scenarios: [{ id: 'self-signed+tls12-only', expect: 'either', identities: ['self-signed'] }],
      password: 'mockmail',
    })
    expect(Object.keys(manifest)).toEqual([
      'schema',
      'now',
      'key',
      'ca',
      'scenarios',
      'identities',
      'clients',
      'password',
      'files',
    ])
    expect(manifest.clients.map(({ id }: { id: string }) => id)).toEqual([
      'good',
      'expired',
      'untrusted',
      'wrong-usage',
    ])
    expect(manifest.clients[0].files).toEqual({
      leaf: 'clients/good/leaf.pem',
      leafDer: 'clients/good/leaf.der',
      key: 'clients/good/leaf.key',
      chain: 'clients/good/chain.pem',
      fullchain: 'clients/good/fullchain.pem',
      bundle: 'clients/good/bundle.p12',
    })
    const written = readdirSync(directory.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => relative(directory.path, join(parentPath, name)).replaceAll('\\', '/'))
    expect(written.sort()).toEqual(manifest.files)
    const {
      identities: [{ files, byAddress: second }],
      clients,
    } = manifest
    const named = [{ files }, second, ...clients].flatMap((one) => Object.values(one.files))
    expect([...named, 'ca.pem', 'ca.p12', 'manifest.json'].sort()).toEqual(manifest.files)
  })

  it('is replaced, with the files, when the PKI is written again', async () => {
    using directory = temporaryDirectory()
    await using pki = await testPki({ responder: false })
    pki.identity('good', {})
    pki.write(directory.path)
    pki.identity('expired', { leaf: { dates: { notAfter: { days: -1 } } } })
    pki.write(directory.path)
    const { identities } = JSON.parse(readFileSync(join(directory.path, 'manifest.json'), 'utf8'))
    expect(identities.map(({ id }: { id: string }) => id)).toEqual(['good', 'expired'])
  })

  it('leaves no temporary file behind, also when it cannot write', async () => {
    using directory = temporaryDirectory()
    await using pki = await testPki({ responder: false })
    pki.identity('good', {})
    pki.write(directory.path)
    // No file system takes such a name; what stands before it is written and renamed.
    pki.identity('n'.repeat(300), {})
    expect(() => pki.write(directory.path)).toThrow(expect.objectContaining({ code: 'FILE_UNWRITABLE' }))
    const names = readdirSync(directory.path, { recursive: true }).map(String)
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(names).toContain('manifest.json')
  })
})
