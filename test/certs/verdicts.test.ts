import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KeyType } from '../../src/scenarios/entry.ts'
import { entries, writtenPki } from './judges/folders.ts'
import { hasFile, opensslErrors } from './judges/openssl.ts'
import { describeWith, run, temporaryDirectory } from './judges/run.ts'

type Written = Awaited<ReturnType<typeof writtenPki>>

/** What `openssl verify` finds, and nothing else: code@depth. */
const opensslVerdicts: Readonly<Record<string, readonly string[]>> = {
  good: [],
  expired: ['10@0'],
  'self-signed': ['18@0'],
  'untrusted-root': ['20@1'],
  'untrusted-root-in-chain': ['19@2'],
  'certificate-changed': ['18@0'],
  // 21 is what s_client adds when nothing but the leaf has come.
  'missing-intermediate': ['20@0'],
  'wrong-host': ['62@0'],
  // Without a CRL nobody can see it.
  revoked: [],
  'self-signed+wrong-host': ['18@0', '62@0'],
  // Below a root without constraints.
  'foreign-name': [],
  'not-yet-valid': ['9@0'],
  'expired-intermediate': ['10@1'],
  'expired-root': ['10@2'],
}

const gnutlsVerdicts: Readonly<Record<string, string>> = {
  good: 'Verified. The certificate is trusted.',
  expired: 'Not verified. The certificate is NOT trusted. The certificate chain uses expired certificate.',
  'self-signed': 'Not verified. The certificate is NOT trusted. The certificate issuer is unknown.',
  'untrusted-root': 'Not verified. The certificate is NOT trusted. The certificate issuer is unknown.',
  'untrusted-root-in-chain': 'Not verified. The certificate is NOT trusted. The certificate issuer is unknown.',
  'certificate-changed': 'Not verified. The certificate is NOT trusted. The certificate issuer is unknown.',
  'missing-intermediate': 'Not verified. The certificate is NOT trusted. The certificate issuer is unknown.',
  'wrong-host':
    'Not verified. The certificate is NOT trusted. The name in the certificate does not match the expected.',
  revoked: 'Verified. The certificate is trusted.',
  'self-signed+wrong-host':
    'Not verified. The certificate is NOT trusted. The certificate issuer is unknown. The name in the certificate does not match the expected.',
  'foreign-name': 'Verified. The certificate is trusted.',
  'not-yet-valid':
    'Not verified. The certificate is NOT trusted. The certificate chain uses not yet valid certificate.',
  'expired-intermediate':
    'Not verified. The certificate is NOT trusted. The certificate chain uses expired certificate.',
  'expired-root': 'Not verified. The certificate is NOT trusted. The certificate chain uses expired certificate.',
}

/** Java checks no names here, and neither the dates nor the constraints of an anchor. */
const javaVerdicts: Readonly<Record<string, string>> = {
  good: 'OK',
  expired: 'EXPIRED',
  'self-signed': 'NO_TRUST_ANCHOR',
  'untrusted-root': 'NO_TRUST_ANCHOR',
  'untrusted-root-in-chain': 'NO_TRUST_ANCHOR',
  'certificate-changed': 'NO_TRUST_ANCHOR',
  'missing-intermediate': 'NO_TRUST_ANCHOR',
  'wrong-host': 'OK',
  revoked: 'REVOKED',
  'self-signed+wrong-host': 'NO_TRUST_ANCHOR',
  'foreign-name': 'OK',
  'not-yet-valid': 'NOT_YET_VALID',
  'expired-intermediate': 'EXPIRED',
  'expired-root': 'OK',
}

const goVerdicts: Readonly<Record<string, RegExp>> = {
  good: /^OK$/,
  expired: /^x509: certificate has expired or is not yet valid: .* is after /,
  'self-signed': /^x509: certificate signed by unknown authority/,
  'untrusted-root': /^x509: certificate signed by unknown authority/,
  'untrusted-root-in-chain': /^x509: certificate signed by unknown authority/,
  'certificate-changed': /^x509: certificate signed by unknown authority/,
  'missing-intermediate': /^x509: certificate signed by unknown authority/,
  'wrong-host': /^x509: certificate is valid for imap\.example\.com, not localhost$/,
  revoked: /^OK$/,
  'self-signed+wrong-host': /^x509: certificate is valid for imap\.example\.com, not localhost$/,
  'foreign-name': /^OK$/,
  'not-yet-valid': /^x509: certificate has expired or is not yet valid: .* is before /,
  'expired-intermediate': /^x509: certificate has expired or is not yet valid: .* is after /,
  'expired-root': /^x509: certificate has expired or is not yet valid: .* is after /,
}

describe.each<KeyType>(['ec', 'rsa'])('with %s keys', (key) => {
  let pki: Written
  beforeAll(async () => {
    pki = await writtenPki(key)
  })
  afterAll(() => pki[Symbol.dispose]())

  it('has a verdict here for every certificate of the catalogue', () => {
    expect(Object.keys(opensslVerdicts)).toEqual(expect.arrayContaining(Object.keys(entries)))
  })

  describeWith(['openssl'], 'openssl', () => {
    it.each(Object.entries(opensslVerdicts))('finds in %s exactly %j', async (id, errors) => {
      expect(await opensslErrors(pki.folder(id), { ca: pki.ca, hostname: 'localhost' })).toEqual(errors)
    })

    it.each(['good', 'expired', 'wrong-host', 'self-signed', 'revoked'])('takes the CRL of %s', async (id) => {
      const hostname = 'localhost'
      const errors = await opensslErrors(pki.folder(id), { ca: pki.ca, hostname, crl: 'file' })
      const added = id === 'revoked' ? ['23@0'] : []
      expect(errors).toEqual([...(opensslVerdicts[id] ?? []), ...added])
    })

    it.each(['self-signed', 'untrusted-root', 'expired-root'])('finds nothing in %s with its root.pem', async (id) => {
      const ca = join(pki.folder(id), 'root.pem')
      expect(await opensslErrors(pki.folder(id), { ca, hostname: 'localhost', crl: 'file' })).toEqual([])
    })

    it('has no root.pem where no anchor helps', () => {
      const without = ['good', 'expired', 'missing-intermediate', 'wrong-host', 'revoked', 'expired-intermediate']
      expect(without.filter((id) => hasFile(pki.folder(id), 'root.pem'))).toEqual([])
    })

    it('takes chain.pem as what missing-intermediate lacks', async () => {
      const folder = pki.folder('missing-intermediate')
      const args = ['verify', '-no-CApath', '-CAfile', pki.ca, '-untrusted', join(folder, 'chain.pem')]
      expect((await run('openssl', [...args, join(folder, 'leaf.pem')])).status).toBe(0)
    })
  })

  describeWith(['certtool'], 'gnutls', () => {
    it.each(Object.entries(gnutlsVerdicts))('says of %s: %s', async (id, verdict) => {
      const args = ['--verify', '--verify-hostname', 'localhost', '--load-ca-certificate', pki.ca]
      const { stdout } = await run('certtool', [...args, '--infile', join(pki.folder(id), 'fullchain.pem')])
      expect(/Chain verification output: (.*?) *$/m.exec(stdout)?.[1]).toBe(verdict)
    })
  })

  describeWith(['java'], 'java', () => {
    it('gives each its reason, with the CRLs of the whole chain', async () => {
      const source = join(import.meta.dirname, 'judges', 'Verify.java')
      const { stdout } = await run('java', [source, pki.path, 'crl', ...Object.keys(javaVerdicts)])
      expect(Object.fromEntries(pairsOf(stdout))).toEqual(javaVerdicts)
    }, 60_000)

    it('sees nothing in revoked without them', async () => {
      const source = join(import.meta.dirname, 'judges', 'Verify.java')
      const { stdout } = await run('java', [source, pki.path, 'plain', 'revoked', 'good'])
      expect(stdout).toBe('revoked OK\ngood OK\n')
    }, 60_000)
  })

  describeWith(['go'], 'go', () => {
    it('gives each its error', async () => {
      using build = temporaryDirectory()
      const program = join(build.path, 'verify')
      const source = join(import.meta.dirname, 'judges', 'verify.go')
      expect(await run('go', ['build', '-o', program, source])).toMatchObject({ status: 0, stderr: '' })
      const { stdout } = await run(program, [pki.path, ...Object.keys(goVerdicts)])
      const errors = new Map(pairsOf(stdout))
      for (const [id, verdict] of Object.entries(goVerdicts)) expect(errors.get(id), id).toMatch(verdict)
    }, 90_000)
  })
})

const pairsOf = (output: string): readonly [string, string][] =>
  output
    .trimEnd()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)])
