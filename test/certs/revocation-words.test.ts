import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Identity } from '../../src/certs/types.ts'
import { type CertificateFault, days, flipBit, hex, series, text } from '../../src/index.ts'
import { describeWith, run, temporaryDirectory, testPki } from './judges/run.ts'

/** What `openssl verify -crl_check` finds with the CRL: error codes, the first that counts; none where it is content. */
const crls: Readonly<Record<string, { readonly fault: CertificateFault; readonly errors: readonly number[] }>> = {
  good: { fault: {}, errors: [] },
  revoked: { fault: { leaf: { revoked: 'keyCompromise' } }, errors: [23] },
  'certificate-hold': { fault: { leaf: { revoked: 'certificateHold' } }, errors: [23] },
  expired: { fault: { intermediate: { crl: { nextUpdate: days(-1) } } }, errors: [12] },
  'not-yet-valid': { fault: { intermediate: { crl: { thisUpdate: days(1) } } }, errors: [11] },
  'no-nextupdate': { fault: { intermediate: { crl: { nextUpdate: null } } }, errors: [] },
  'wrong-signer': { fault: { intermediate: { crl: { signKey: 'other' } } }, errors: [8] },
  'bad-signature': { fault: { intermediate: { crl: { raw: { signatureValue: flipBit(-1) } } } }, errors: [8] },
  'other-issuer-same-serial': { fault: { root: { crl: { lists: ['leaf'] } } }, errors: [] },
  listed: { fault: { intermediate: { crl: { lists: ['leaf'] } } }, errors: [23] },
  'issuer-no-crlsign': { fault: { intermediate: { keyUsage: ['digitalSignature', 'keyCertSign'] } }, errors: [35] },
  'unknown-critical-ext': {
    fault: { intermediate: { crl: { extensions: { '1.3.6.1.4.1.55555.1': { critical: true, value: hex('0500') } } } } },
    errors: [36],
  },
  'number-missing': { fault: { intermediate: { crl: { extensions: { cRLNumber: null } } } }, errors: [] },
  'wrong-scope': {
    fault: {
      intermediate: { crl: { extensions: { issuingDistributionPoint: { critical: true, value: hex('30038201ff') } } } },
    },
    errors: [44],
  },
  v1: { fault: { intermediate: { crl: { version: 1 } } }, errors: [] },
  long: { fault: { intermediate: { crl: { lists: [series('{n}', 5000)] } } }, errors: [] },
}

/** What `openssl ocsp` says of the response that is stapled. */
const staples: Readonly<Record<string, { readonly fault: CertificateFault; readonly says: RegExp }>> = {
  good: { fault: { leaf: { staple: {} } }, says: /Response verify OK\n[\s\S]*leaf\.pem: good\n/ },
  revoked: { fault: { leaf: { staple: { certStatus: 'revoked' } } }, says: /leaf\.pem: revoked\n/ },
  unknown: { fault: { leaf: { staple: { certStatus: 'unknown' } } }, says: /leaf\.pem: unknown\n/ },
  expired: { fault: { leaf: { staple: { nextUpdate: days(-1) } } }, says: /Status times invalid[\s\S]*expired/ },
  'not-yet-valid': {
    fault: { leaf: { staple: { thisUpdate: days(1) } } },
    says: /Status times invalid[\s\S]*not yet valid/,
  },
  'no-nextupdate': {
    fault: { leaf: { staple: { nextUpdate: null } } },
    says: /Response verify OK\n(?![\s\S]*Next Update)/,
  },
  'wrong-cert': { fault: { leaf: { staple: { about: 'other' } } }, says: /No Status found/ },
  'wrong-signer': {
    fault: { members: { other: { like: 'root', trusted: false } }, leaf: { staple: { responder: 'other' } } },
    says: /Response Verify Failure/,
  },
  'bad-signature': {
    fault: { leaf: { staple: { raw: { signature: flipBit(-1) } } } },
    says: /Response Verify Failure/,
  },
  delegated: {
    fault: { members: { who: { like: 'responder', issuer: 'intermediate' } }, leaf: { staple: { responder: 'who' } } },
    says: /Response verify OK\n[\s\S]*leaf\.pem: good\n/,
  },
  'delegated-no-eku': {
    fault: {
      members: { who: { like: 'responder', issuer: 'intermediate', extensions: { extendedKeyUsage: null } } },
      leaf: { staple: { responder: 'who' } },
    },
    says: /missing ocspsigning usage/,
  },
  'try-later': { fault: { leaf: { staple: { responseStatus: 'tryLater' } } }, says: /Responder Error: trylater \(3\)/ },
  garbage: { fault: { leaf: { staple: { bytes: text('GARBAGE') } } }, says: /Error reading OCSP response|rror/ },
}

const started = testPki()
afterAll(async () => (await started).close())

/** The files of an identity that is given to `openssl`, by their names. */
const written = async (id: string, fault: CertificateFault) => {
  const pki = await started
  const identity: Identity = pki.identity(id, fault)
  const directory = temporaryDirectory()
  const file = (name: string): string => join(directory.path, name)
  writeFileSync(file('leaf.pem'), identity.leaf.pem)
  writeFileSync(file('chain.pem'), identity.chainPem)
  writeFileSync(file('ca.pem'), pki.caPem)
  writeFileSync(file('crl.pem'), identity.crl?.pem ?? '')
  writeFileSync(file('staple.der'), identity.staple?.() ?? '')
  return { identity, file, [Symbol.dispose]: () => directory[Symbol.dispose]() }
}

describeWith(['openssl'], 'openssl verify -crl_check', () => {
  it.each(Object.entries(crls))('finds in a CRL that is %s what it should', async (id, { fault, errors }) => {
    using files = await written(`crl-${id}`, fault)
    const trust = ['-no-CApath', '-CAfile', files.file('ca.pem'), '-untrusted', files.file('chain.pem')]
    const args = ['verify', '-crl_check', ...trust, '-CRLfile', files.file('crl.pem'), files.file('leaf.pem')]
    const { stdout, stderr } = await run('openssl', args)
    const found = [...stderr.matchAll(/^error (\d+) at \d+ depth/gm)].map(([, code]) => Number(code))
    expect(found.length > 0 || stdout.endsWith(': OK\n')).toBe(true)
    expect(found).toEqual(errors)
  })
})

describeWith(['openssl'], 'openssl ocsp', () => {
  it.each(Object.entries(staples))('says of a staple that is %s what it should', async (id, { fault, says }) => {
    using files = await written(`staple-${id}`, fault)
    const about = ['-issuer', files.file('chain.pem'), '-cert', files.file('leaf.pem')]
    const trust = ['-CAfile', files.file('ca.pem'), '-verify_other', files.file('chain.pem')]
    const args = ['ocsp', '-no_nonce', '-respin', files.file('staple.der'), ...about, ...trust]
    const { stdout, stderr } = await run('openssl', args)
    expect(`${stderr}${stdout}`).toMatch(says)
    if (!['good', 'delegated', 'no-nextupdate'].includes(id))
      expect(`${stderr}${stdout}`).not.toMatch(staples['good']?.says ?? /^/)
  })

  it('is told the same by the responder, whose words are the issuer’s', async () => {
    using files = await written('asked', { intermediate: { ocsp: { certStatus: 'revoked' } } })
    const { stdout: url } = await run('openssl', ['x509', '-in', files.file('leaf.pem'), '-noout', '-ocsp_uri'])
    const about = ['-issuer', files.file('chain.pem'), '-cert', files.file('leaf.pem')]
    const { stdout } = await run('openssl', ['ocsp', '-url', url.trim(), ...about, '-CAfile', files.file('ca.pem')])
    expect(stdout).toMatch(/leaf\.pem: revoked\n/)
  })
})

describe('an authority that says nothing', () => {
  it('is named nowhere, and has no file', async () => {
    const pki = await started
    const mute = pki.identity('mute', { intermediate: { crl: null, ocsp: null } })
    expect(mute.leaf.der.includes('http://')).toBe(false)
    expect(mute.crl).toBeUndefined()
    expect(pki.identity('good').leaf.der.includes('/crl/')).toBe(true)
    expect(pki.identity('good').crl).toBeDefined()
  })
})

describe('what cannot be had', () => {
  const urlOf = ({ leaf }: Identity): string => /http:[\w./:-]+\.crl/.exec(leaf.der.toString('latin1'))?.[0] ?? ''
  const asked = async (unavailable: 'refused' | 'not-found' | 'slow' | 'silent', ms: number) => {
    const pki = await started
    const url = urlOf(pki.identity(`crl-${unavailable}`, { intermediate: { crl: { unavailable } } }))
    const body = fetch(url, { signal: AbortSignal.timeout(ms) }).then(async (response) =>
      response.ok ? Buffer.from(await response.arrayBuffer()).length : response.status,
    )
    return await body.catch((error: Error) => error.name)
  }

  it('is refused, not there, or silent, each at an address of its own', async () => {
    expect(await asked('refused', 5000)).toBe('TypeError')
    expect(await asked('not-found', 5000)).toBe(404)
    expect(await asked('silent', 300)).toBe('TimeoutError')
    const pki = await started
    const url = urlOf(pki.identity('good'))
    expect((await fetch(url)).status).toBe(200)
  })

  it('comes octet by octet where it is slow', async () => {
    const pki = await started
    const { body } = await fetch(urlOf(pki.identity('crl-slow', { intermediate: { crl: { unavailable: 'slow' } } })))
    const reader = body?.getReader()
    expect((await reader?.read())?.value).toEqual(Uint8Array.of(0x30))
    expect((await reader?.read())?.value?.length).toBe(1)
    await reader?.cancel()
  })

  it('is an issuer’s certificate too', async () => {
    const pki = await started
    const right = pki.identity('aia', { send: ['leaf'], leaf: { caIssuers: {} } })
    const address = ({ leaf }: Identity): string => /http:[\w./:-]+\.crt/.exec(leaf.der.toString('latin1'))?.[0] ?? ''
    const response = await fetch(address(right))
    expect(response.headers.get('content-type')).toBe('application/pkix-cert')
    const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from(await response.arrayBuffer()).toString('base64')}`
    expect(right.chainPem.replace(/\n/g, '')).toContain(pem.replace(/\n/g, ''))
    const lost = pki.identity('aia-lost', { send: ['leaf'], leaf: { caIssuers: { unavailable: 'not-found' } } })
    expect((await fetch(address(lost))).status).toBe(404)
  })
})
