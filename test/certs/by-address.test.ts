import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../src/scenarios/registry.ts'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { opensslErrors } from './judges/openssl.ts'
import { describeWith, temporaryDirectory, testPki } from './judges/run.ts'

const revoked = { leaf: { revoked: 'keyCompromise' } } as const

describe('the leaf for addresses', () => {
  it('has the names of the first and the addresses, and is another certificate with another key', async () => {
    await using pki = await testPki({ responder: false })
    const { leaf, keyPem, byAddress } = pki.identity('good', {})
    expect([leaf.dnsNames, leaf.ipAddresses]).toEqual([['localhost', 'mail.mockmail.test'], []])
    expect([byAddress?.leaf.dnsNames, byAddress?.leaf.ipAddresses]).toEqual([
      ['localhost', 'mail.mockmail.test'],
      ['127.0.0.1', '::1'],
    ])
    expect(byAddress?.leaf.fingerprint256).not.toBe(leaf.fingerprint256)
    expect(byAddress?.keyPem).not.toBe(keyPem)
    expect(byAddress?.leaf.issuer).toBe(leaf.issuer)
    expect([byAddress?.leaf.notBefore, byAddress?.leaf.notAfter]).toEqual([leaf.notBefore, leaf.notAfter])
    expect(byAddress?.byAddress).toBeUndefined()
  })

  it('is issued once', async () => {
    await using pki = await testPki({ responder: false })
    expect(pki.identity('good', {}).byAddress).toBe(pki.identity('good', {}).byAddress)
  })

  it.each(catalogue.filter(({ kind }) => kind === 'certificate').map(({ id }) => id))(
    'of %s is there unless the entry says its names, and has no wildcard',
    async (id) => {
      await using pki = await testPki({ responder: false })
      const { recipe } = resolveScenario(id).forConnection(1).certificate
      const { leaf, byAddress } = pki.identity(id, recipe)
      const { names, extensions } = recipe.members['leaf'] ?? {}
      expect(byAddress === undefined).toBe(names !== undefined || extensions?.subjectAltName === null)
      if (byAddress !== undefined) expect([leaf.ipAddresses, byAddress.leaf.ipAddresses.length]).toEqual([[], 2])
      expect([...leaf.dnsNames, ...(byAddress?.leaf.dnsNames ?? [])].filter((name) => name.startsWith('*'))).toEqual([])
    },
  )

  it.each([
    [['mail.corp.example'], ['mail.corp.example'], []],
    [['192.0.2.7', '::1'], [], ['192.0.2.7', '::1']],
  ])('is not needed where the run has names of one kind: %j', async (servernames, dnsNames, ipAddresses) => {
    await using pki = await testPki({ servernames, responder: false })
    const { leaf, byAddress } = pki.identity('good', {})
    expect([leaf.dnsNames, leaf.ipAddresses, byAddress]).toEqual([dnsNames, ipAddresses, undefined])
  })

  it('has a wildcard where it was asked for, as the first has', async () => {
    await using pki = await testPki({ servernames: ['*.corp.example', '127.0.0.1'], responder: false })
    const { leaf, byAddress } = pki.identity('good', {})
    expect([leaf.dnsNames, byAddress?.leaf.dnsNames]).toEqual([['*.corp.example'], ['*.corp.example']])
  })
})

describeWith(['openssl'], 'openssl', () => {
  it('finds the first good for its name only, and the second for the addresses too', async () => {
    await using pki = await testPki({ responder: false })
    using directory = temporaryDirectory()
    pki.identity('good', {})
    pki.write(directory.path)
    const [good, ca] = [join(directory.path, 'good'), join(directory.path, 'ca.pem')]
    const second = join(good, 'by-address')
    expect(await opensslErrors(good, { ca, hostname: 'localhost' })).toEqual([])
    expect(await opensslErrors(good, { ca, address: '127.0.0.1' })).toEqual(['64@0'])
    expect(await opensslErrors(second, { ca, hostname: 'localhost' })).toEqual([])
    expect(await opensslErrors(second, { ca, address: '127.0.0.1' })).toEqual([])
    expect(await opensslErrors(second, { ca, address: '::1' })).toEqual([])
    expect(await opensslErrors(second, { ca, address: '192.0.2.1' })).toEqual(['64@0'])
  })

  it('finds both revoked, by the CRL that either folder has, and by OCSP', async () => {
    await using pki = await testPki()
    using directory = temporaryDirectory()
    // A client that has the CRL from before the second is dialled would keep it for a week.
    const early = pki.identity('revoked', revoked).crl?.pem
    pki.identity('good', {})
    pki.write(directory.path)
    const [folder, ca] = [join(directory.path, 'revoked'), join(directory.path, 'ca.pem')]
    expect(readFileSync(join(folder, 'by-address/crl.pem'), 'utf8')).toBe(early)
    const good = join(directory.path, 'good')
    for (const [where, expected, status] of [
      [folder, ['23@0'], 'revoked'],
      [join(folder, 'by-address'), ['23@0'], 'revoked'],
      [good, [], 'good'],
      [join(good, 'by-address'), [], 'good'],
    ] as const) {
      expect([where, await opensslErrors(where, { ca, hostname: 'localhost', crl: 'file' })]).toEqual([where, expected])
      expect([where, await askedStatus(where, ca)]).toEqual([where, status])
    }
  })

  it('trusts each of two self-signed leaves by its own root.pem', async () => {
    await using pki = await testPki({ responder: false })
    using directory = temporaryDirectory()
    pki.identity('self-signed', { leaf: { issuer: 'self' } })
    pki.write(directory.path)
    const folder = join(directory.path, 'self-signed')
    const second = join(folder, 'by-address')
    expect(await opensslErrors(folder, { ca: join(folder, 'root.pem'), hostname: 'localhost' })).toEqual([])
    expect(await opensslErrors(second, { ca: join(second, 'root.pem'), address: '127.0.0.1' })).toEqual([])
    expect(await opensslErrors(second, { ca: join(folder, 'root.pem'), address: '127.0.0.1' })).toEqual(['18@0'])
  })
})

/** The word that `openssl ocsp` has from the responder. */
const askedStatus = async (folder: string, ca: string): Promise<string | undefined> => {
  const [leaf, chain] = [join(folder, 'leaf.pem'), join(folder, 'chain.pem')]
  const { stdout: url } = await promisify(execFile)('openssl', ['x509', '-in', leaf, '-noout', '-ocsp_uri'])
  const args = ['ocsp', '-issuer', chain, '-cert', leaf, '-url', url.trim(), '-CAfile', ca, '-no-CApath']
  const { stdout } = await promisify(execFile)('openssl', args)
  return /leaf\.pem: (\w+)/.exec(stdout)?.[1]
}
