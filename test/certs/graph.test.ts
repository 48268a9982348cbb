import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parsePem } from '../../src/certs/pem.ts'
import type { Identity } from '../../src/certs/types.ts'
import { type CertificateFault, days, hex, host, servername } from '../../src/index.ts'
import { temporaryDirectory, testPki } from './judges/run.ts'

const subjectsOf = (pem: string): readonly string[] =>
  parsePem(pem).map((der) => new X509Certificate(der).subject.replace(/ [0-9a-f]{6}.*/, ''))

describe('a root without constraints', () => {
  /** Names as OpenSSL was seen to take or refuse them below a constrained root. */
  it.each<[string, CertificateFault, 'needed' | 'not needed']>([
    ['the names of the run', {}, 'not needed'],
    ['a permitted domain', { leaf: { names: { dNSName: ['imap.example.com'] } } }, 'not needed'],
    [
      'a NUL before a permitted domain',
      { leaf: { names: { dNSName: [`${servername}\0.example.com`] } } },
      'not needed',
    ],
    ['a part of a label', { leaf: { names: { dNSName: ['ma*.mockmail.test'] } } }, 'not needed'],
    ['an address of loopback', { leaf: { names: { dNSName: [servername], iPAddress: [host] } } }, 'not needed'],
    ['a mail address there', { leaf: { names: { rfc822Name: ['a@example.com'] } } }, 'not needed'],
    ['no name at all', { leaf: { subject: [['CN', servername]], extensions: { subjectAltName: null } } }, 'not needed'],
    ['a foreign domain', { leaf: { names: { dNSName: ['localhost', 'example.invalid'] } } }, 'needed'],
    ['a wildcard below the top', { leaf: { names: { dNSName: ['*.test'] } } }, 'needed'],
    ['a trailing dot', { leaf: { names: { dNSName: [`${servername}.`] } } }, 'needed'],
    ['a port', { leaf: { names: { dNSName: [`${servername}:993`] } } }, 'needed'],
    ['an empty name', { leaf: { names: { dNSName: ['', servername] } } }, 'needed'],
    ['a foreign address', { leaf: { names: { iPAddress: ['192.0.2.1'] } } }, 'needed'],
    [
      'an address that is none',
      { leaf: { names: { dNSName: [servername], iPAddress: [hex('7f00000101')] } } },
      'needed',
    ],
    ['a foreign mail address', { leaf: { names: { rfc822Name: ['a@example.invalid'] } } }, 'needed'],
    [
      'an address as common name',
      { leaf: { subject: [['CN', host]], extensions: { subjectAltName: null } } },
      'needed',
    ],
    [
      'a foreign common name',
      { leaf: { subject: [['CN', 'a.invalid']], names: { rfc822Name: ['a@example.com'] } } },
      'needed',
    ],
    ['what is no list of names', { leaf: { extensions: { subjectAltName: { value: hex('ffff') } } } }, 'needed'],
  ])('for %s is %s', async (_, fault, needed) => {
    await using pki = await testPki({ responder: false })
    pki.declare('own', needed === 'needed' ? fault : { ...fault, send: ['path', 'path'] })
    const expected =
      needed === 'needed' ? ['CN=mockmail Root CA', 'CN=mockmail Unconstrained Root CA'] : ['CN=mockmail Root CA']
    expect(subjectsOf(pki.caPem)).toEqual(expected)
  })

  it('is there only while it is served, and its key is nowhere on the disk', async () => {
    using directory = temporaryDirectory()
    const foreign = { leaf: { names: { dNSName: ['example.invalid'] } } }
    await using pki = await testPki({ responder: false, directory: directory.path })
    pki.identity('foreign', foreign)
    pki.write(directory.path)
    const roots = pki.caPem.match(/-----BEGIN[\s\S]+?END CERTIFICATE-----\n/g) ?? []
    expect(roots).toHaveLength(2)
    expect(readdirSync(join(directory.path, 'roots')).sort()).toEqual([
      'root.key',
      'root.pem',
      'untrusted-root.key',
      'untrusted-root.pem',
    ])
    const [constrained, free] = roots.map((pem) =>
      new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' }),
    )
    expect(free).not.toBe(constrained)
    await using next = await testPki({ responder: false, directory: directory.path })
    expect(next.caPem).toBe(readFileSync(join(directory.path, 'roots/root.pem'), 'utf8'))
  })
})

describe('a member that is changed', () => {
  const partsOf = ({ leaf, chainPem }: Identity) => {
    const intermediate = new X509Certificate(chainPem)
    const urls = [...leaf.der.toString('latin1').matchAll(/http:[\w./:-]+/g)].map(([url]) => url)
    return [intermediate.subject, intermediate.publicKey.export({ type: 'spki', format: 'pem' }), ...urls]
  }

  it('has a name, a key and addresses of its own, and one that is not has those of every run', async () => {
    await using pki = await testPki()
    const usual = partsOf(pki.identity('good'))
    expect(partsOf(pki.identity('expired', { leaf: { dates: { notAfter: days(-1) } } }))).toEqual(usual)
    const own = partsOf(pki.identity('own', { intermediate: { dates: { notAfter: days(-1) } } }))
    expect(own.filter((part) => usual.includes(part))).toEqual([])
    const below = partsOf(pki.identity('below', { root: { dates: { notAfter: days(-1) } } }))
    expect(below.filter((part) => usual.includes(part))).toEqual([])
  })

  it('is one member of all identities that change it alike', async () => {
    await using pki = await testPki()
    const fault = { intermediate: { keyUsage: ['cRLSign'] } } as const
    expect(partsOf(pki.identity('one', fault))).toEqual(partsOf(pki.identity('two', { ...fault, send: ['leaf'] })))
  })

  it('of which the name or the key is told has that', async () => {
    await using pki = await testPki({ responder: false })
    const good = pki.identity('good')
    const cross = { members: { cross: { subjectOf: 'intermediate', keyOf: 'leaf' } }, send: ['path', 'cross'] } as const
    const crossed = pki.identity('crossed', cross)
    const last = new X509Certificate(parsePem(crossed.servedPem).at(-1) ?? '')
    expect(last.subject).toBe(new X509Certificate(good.chainPem).subject)
    expect(last.checkPrivateKey((await import('node:crypto')).createPrivateKey(crossed.keyPem))).toBe(true)
  })
})

describe('a graph that cannot be', () => {
  it.each<[string, CertificateFault, string]>([
    [
      'a member that is not there',
      { leaf: { issuer: 'nobody' } },
      "'leaf.issuer' names a member 'nobody', and there are ",
    ],
    [
      'names in a circle',
      { intermediate: { subjectOf: 'root' }, root: { subjectOf: 'intermediate' } },
      'goes in a circle',
    ],
  ])('has %s, and is refused before anything is issued', async (_, fault, message) => {
    await using pki = await testPki({ responder: false })
    expect(() => pki.declare('own', fault)).toThrow(
      expect.objectContaining({ code: 'INVALID_DEFINITION', message: expect.stringContaining(message) }),
    )
  })

  it('is none where two certify each other', async () => {
    await using pki = await testPki({ responder: false })
    const { chainPem } = pki.identity('loop', {
      members: { ca2: { issuer: 'ca3' }, ca3: { issuer: 'ca2' } },
      intermediate: { issuer: 'ca2' },
    })
    const [, second, third] = parsePem(chainPem).map((der) => new X509Certificate(der))
    expect([second, third].map((one) => one?.issuer)).toEqual([third?.subject, second?.subject])
  })
})

describe('what nobody asks for', () => {
  it('is not issued: a declared identity is as cheap as none', async () => {
    await using pki = await testPki({ responder: false })
    const before = performance.now()
    for (let index = 0; index < 1000; index++)
      pki.declare(`own-${index}`, { intermediate: { dates: { notAfter: days(-1) } } })
    const declared = (performance.now() - before) / 1000
    const begun = performance.now()
    for (let index = 0; index < 50; index++) pki.identity(`own-${index}`)
    const issued = (performance.now() - begun) / 50
    expect(issued / declared).toBeGreaterThan(2)
  })

  it('is issued once, and one leaf beside the other when an address is dialled', async () => {
    await using pki = await testPki({ responder: false })
    const good = pki.identity('good')
    expect(good.forName('localhost')).toBe(good)
    expect(good.forName(null)).toBe(good.byAddress)
    expect(good.forName('127.0.0.1').leaf.ipAddresses).toEqual(['127.0.0.1', '::1'])
  })

  it('is another leaf for another name where the entry says so', async () => {
    await using pki = await testPki({ responder: false })
    const two = pki.identity('two', {
      members: { other: { like: 'leaf', names: { dNSName: ['other.example.com'] } } },
      sni: { 'mail.mockmail.test': 'other', none: 'other' },
    })
    expect(two.forName('localhost').leaf.dnsNames).toEqual(['localhost', 'mail.mockmail.test'])
    expect(two.forName('mail.mockmail.test').leaf.dnsNames).toEqual(['other.example.com'])
    expect(two.forName(null)).toBe(two.forName('mail.mockmail.test'))
  })
})
