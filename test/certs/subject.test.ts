import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Subject } from '../../src/scenarios/entry.ts'
import { opensslErrors, opensslText } from './judges/openssl.ts'
import { describeWith, temporaryDirectory, testPki } from './judges/run.ts'

const domain: Subject = [
  ['DC', 'com'],
  ['DC', 'contoso'],
]
const intermediate: Subject = [...domain, ['CN', 'Subordinate CA']]
const root: Subject = [...domain, ['CN', 'Root CA']]
const leaf: Subject = [
  ['C', 'US'],
  ['O', 'Contoso, Ltd.'],
  ['CN', 'Wörld'],
]

describe('a subject of one’s own', () => {
  it('is that of each certificate, with a suffix for the authorities', async () => {
    await using pki = await testPki({ responder: false })
    const identity = pki.identity('own', {
      leaf: { subject: leaf },
      intermediate: { subject: intermediate },
      root: { subject: root },
    })
    expect(identity.leaf.subject).toBe('CN=W\\C3\\B6rld,O=Contoso\\, Ltd.,C=US')
    expect(identity.leaf.issuer).toMatch(/^CN=Subordinate CA [0-9a-f]{6}-\d+,DC=contoso,DC=com$/)
    const read = new X509Certificate(identity.chainPem)
    expect(read.subject).toMatch(/^DC=com\nDC=contoso\nCN=Subordinate CA /)
    expect(read.issuer).toMatch(/^DC=com\nDC=contoso\nCN=Root CA [0-9a-f]{6}$/)
  })

  it('of a root that is kept is the same in the next run, and so is its key', async () => {
    using directory = temporaryDirectory()
    const run = async () => {
      await using pki = await testPki({ responder: false, directory: directory.path })
      const { chainPem } = pki.identity('own', { intermediate: { subject: intermediate }, root: { subject: root } })
      return { chainPem, roots: pki.caPem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [] }
    }
    const [first, second] = [await run(), await run()]
    const imported = new X509Certificate(first.roots[1] ?? '')
    const next = new X509Certificate(second.chainPem)
    expect(next.checkIssued(imported)).toBe(true)
    expect(next.verify(imported.publicKey)).toBe(true)
  })

  it('of a trusted root is one more root to trust, once', async () => {
    await using pki = await testPki({ responder: false })
    const before = pki.caPem
    pki.identity('one', { root: { subject: root } })
    pki.identity('two', { root: { subject: root }, intermediate: { subject: intermediate } })
    pki.identity('three', { root: { subject: root }, leaf: { revoked: 'keyCompromise' } })
    expect(pki.caPem.startsWith(before)).toBe(true)
    expect(pki.caPem.match(/BEGIN CERTIFICATE/g)).toHaveLength(2)
  })

  it('of an untrusted root is not, and no other authority has the same name', async () => {
    await using pki = await testPki({ responder: false })
    const trusted = pki.identity('trusted', { root: { subject: root }, intermediate: { subject: intermediate } })
    const before = pki.caPem
    const untrusted = pki.identity('untrusted', {
      root: { trusted: false, subject: root },
      intermediate: { subject: intermediate },
    })
    expect(pki.caPem).toBe(before)
    expect(untrusted.leaf.issuer).not.toBe(trusted.leaf.issuer)
    expect(new X509Certificate(untrusted.chainPem).issuer).not.toBe(new X509Certificate(trusted.chainPem).issuer)
    expect(new X509Certificate(untrusted.rootPem ?? '').subject).toMatch(/^DC=com\nDC=contoso\nCN=Root CA /)
  })

  it('of the intermediate alone leaves the usual root in place', async () => {
    await using pki = await testPki({ responder: false })
    const { chainPem } = pki.identity('own', { intermediate: { subject: intermediate } })
    expect(new X509Certificate(chainPem).checkIssued(new X509Certificate(pki.caPem))).toBe(true)
  })

  it('is that of a leaf that signs itself', async () => {
    await using pki = await testPki({ responder: false })
    const own = pki.identity('own', { leaf: { issuer: 'self', subject: leaf } }).leaf
    expect([own.subject, own.issuer]).toEqual(Array(2).fill('CN=W\\C3\\B6rld,O=Contoso\\, Ltd.,C=US'))
  })
})

describeWith(['openssl'], 'openssl', () => {
  it('verifies such a chain, prints its names in order, and names the root in the trust store', async () => {
    await using pki = await testPki({ responder: false })
    pki.identity('own', { leaf: { subject: leaf }, intermediate: { subject: intermediate }, root: { subject: root } })
    pki.identity('expired', {
      intermediate: { subject: intermediate },
      root: { subject: root, dates: { notAfter: { days: -1 } } },
    })
    using directory = temporaryDirectory()
    pki.write(directory.path)
    const folder = join(directory.path, 'own')
    const ca = join(directory.path, 'ca.pem')
    expect(await opensslErrors(folder, { ca, hostname: 'localhost' })).toEqual([])
    // Both roots have the same key, and only the name tells them apart.
    expect(await opensslErrors(join(directory.path, 'expired'), { ca })).toEqual(['10@2'])
    const printed = await opensslText(
      'x509',
      '-in',
      join(folder, 'chain.pem'),
      '-noout',
      '-subject',
      '-nameopt',
      'RFC2253',
    )
    expect(printed).toMatch(/^subject=CN=Subordinate CA [0-9a-f]{6}-\d+,DC=contoso,DC=com\n$/)
    const types = await opensslText('asn1parse', '-in', join(folder, 'leaf.pem'))
    expect(types).toMatch(/PRINTABLESTRING +:US\n/)
    expect(types).toMatch(/IA5STRING +:contoso\n/)
    const store = ['-in', join(directory.path, 'ca.p12'), '-passin', 'pass:mockmail', '-nokeys']
    expect(await opensslText('pkcs12', ...store)).toMatch(/friendlyName: Root CA [0-9a-f]{6}\n/)
  })
})
