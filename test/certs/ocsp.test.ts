import { join } from 'node:path'
import { expect, it } from 'vitest'
import { opensslText } from './judges/openssl.ts'
import { describeWith, run, temporaryDirectory, testPki } from './judges/run.ts'

const started = async (key: 'ec' | 'rsa' = 'ec') => {
  const pki = await testPki({ key })
  const directory = temporaryDirectory()
  const good = pki.identity('good', {})
  pki.identity('revoked', { leaf: { revoked: 'keyCompromise' } })
  pki.identity('no-reason', { leaf: { revoked: 'unspecified' } })
  pki.identity('self-signed', { leaf: { issuer: 'self' } })
  pki.identity('untrusted-root', { root: { trusted: false } })
  pki.write(directory.path)
  return {
    path: directory.path,
    good,
    file: (...parts: readonly string[]) => join(directory.path, ...parts),
    async [Symbol.asyncDispose]() {
      directory[Symbol.dispose]()
      await pki.close()
    },
  }
}

type Started = Awaited<ReturnType<typeof started>>

const urlOf = async ({ file }: Started, id: string): Promise<string> =>
  (await opensslText('x509', '-in', file(id, 'leaf.pem'), '-noout', '-ocsp_uri')).trim()

/** What `openssl ocsp` says in the line of the certificate, with the lines about a revocation. */
const ask = async (pki: Started, id: string, ...source: readonly string[]): Promise<readonly string[]> => {
  const issuer = id === 'self-signed' ? 'leaf.pem' : 'chain.pem'
  const anchor = ['self-signed', 'untrusted-root'].includes(id) ? pki.file(id, 'root.pem') : pki.file('ca.pem')
  const args = [
    'ocsp',
    ...source,
    '-issuer',
    pki.file(id, issuer),
    '-cert',
    pki.file(id, 'leaf.pem'),
    '-CAfile',
    anchor,
  ]
  const { stdout, stderr } = await run('openssl', args)
  const lines = `${stderr}${stdout}`.split('\n').map((line) => line.trim().replace(`${pki.path}/`, ''))
  return lines.filter((line) => line !== '' && !/^(?:This Update|Next Update|Revocation Time):/.test(line))
}

const verdicts: Readonly<Record<string, readonly string[]>> = {
  good: ['good/leaf.pem: good'],
  revoked: ['revoked/leaf.pem: revoked', 'Reason: keyCompromise'],
  'no-reason': ['no-reason/leaf.pem: revoked'],
  'self-signed': ['self-signed/leaf.pem: good'],
  'untrusted-root': ['untrusted-root/leaf.pem: good'],
}

describeWith(['openssl'], 'openssl ocsp', () => {
  it.each(['ec', 'rsa'] as const)('has its answers from the responder, and from ocsp.der (%s)', async (key) => {
    await using pki = await started(key)
    for (const [id, lines] of Object.entries(verdicts)) {
      expect(await ask(pki, id, '-url', await urlOf(pki, id))).toEqual(['Response verify OK', ...lines])
      const stapled = await ask(pki, id, '-no_nonce', '-respin', pki.file(id, 'ocsp.der'))
      expect(stapled).toEqual(['Response verify OK', ...lines])
    }
  })

  it('has them for a request with SHA-256 too', async () => {
    await using pki = await started()
    const lines = await ask(pki, 'revoked', '-sha256', '-url', await urlOf(pki, 'revoked'))
    expect(lines).toEqual(['Response verify OK', 'revoked/leaf.pem: revoked', 'Reason: keyCompromise'])
  })

  it('is told unknown of what this issuer has not issued', async () => {
    await using pki = await started()
    const answer = async (...question: readonly string[]) => {
      const url = await urlOf(pki, 'good')
      const { stdout } = await run('openssl', ['ocsp', ...question, '-url', url, '-CAfile', pki.file('ca.pem')])
      return stdout.split('\n')[0]?.replace(`${pki.path}/`, '')
    }
    expect(await answer('-issuer', pki.file('good/chain.pem'), '-serial', '0x1234')).toBe('0x1234: unknown')
    const asAnother = ['-issuer', pki.file('untrusted-root/chain.pem'), '-cert', pki.file('good/leaf.pem')]
    expect(await answer(...asAnother)).toBe('good/leaf.pem: unknown')
  })

  it('is told of the intermediate by the root', async () => {
    await using pki = await started()
    const url = (await opensslText('x509', '-in', pki.file('good/chain.pem'), '-noout', '-ocsp_uri')).trim()
    const args = ['-issuer', pki.file('ca.pem'), '-cert', pki.file('good/chain.pem'), '-CAfile', pki.file('ca.pem')]
    const { stdout, stderr } = await run('openssl', ['ocsp', '-url', url, ...args])
    expect([stderr, stdout.split('\n')[0]]).toEqual(['Response verify OK\n', `${pki.path}/good/chain.pem: good`])
  })
})

describeWith(['java'], 'java', () => {
  it('asks about the whole chain and sees revoked, and only revoked', async () => {
    await using pki = await started()
    const source = join(import.meta.dirname, 'judges', 'Verify.java')
    const { stdout } = await run('java', [source, pki.path, 'ocsp', 'good', 'revoked', 'no-reason'])
    expect(stdout.replaceAll(/: .*/g, '')).toBe('good OK\nrevoked REVOKED\nno-reason REVOKED\n')
  }, 60_000)
})

describeWith(['ocsptool'], 'gnutls', () => {
  it.each([
    ['good', 'good'],
    ['revoked', 'revoked'],
  ])('is told that %s is %s', async (id, status) => {
    await using pki = await started()
    const args = [`--ask=${await urlOf(pki, id)}`, '--load-issuer', pki.file(id, 'chain.pem')]
    const { stdout, stderr } = await run('ocsptool', [...args, '--load-cert', pki.file(id, 'leaf.pem')])
    expect(/Certificate Status: (\w+)/.exec(stdout)?.[1]).toBe(status)
    expect(`${stdout}${stderr}`).toContain('Verifying OCSP Response: Success.')
  })
})

describeWith(['openssl'], 'the responder', () => {
  /** A request about serial number 1 of an issuer that nobody is. */
  const request = Buffer.from(
    `30423040303e303c303a300906052b0e03021a05000414${'00'.repeat(20)}0414${'00'.repeat(20)}020101`,
    'hex',
  )

  it('answers GET as it answers POST', async () => {
    await using pki = await started()
    const url = await urlOf(pki, 'good')
    const responses = await Promise.all([
      fetch(url, { method: 'POST', body: request, headers: { 'content-type': 'application/ocsp-request' } }),
      fetch(`${url}/${encodeURIComponent(request.toString('base64'))}`),
    ])
    expect(responses.map(({ status }) => status)).toEqual([200, 200])
    expect(responses.map(({ headers }) => headers.get('content-type'))).toEqual([
      'application/ocsp-response',
      'application/ocsp-response',
    ])
    for (const response of responses) {
      const body = Buffer.from(await response.arrayBuffer()).toString('hex')
      expect(body).toMatch(/^30(?:81..|82....)0a0100a0/)
      // The serial number, then unknown, then thisUpdate.
      expect(body).toContain('0201018200180f')
    }
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a text', Buffer.from('hello')],
    ['an empty list', Buffer.from('300430023000', 'hex')],
    ['a CertID without a serial number', Buffer.from('300d300b30093007300506032b0e03', 'hex')],
  ])('calls %s a malformed request', async (_, body) => {
    await using pki = await started()
    const response = await fetch(await urlOf(pki, 'good'), { method: 'POST', body })
    expect(Buffer.from(await response.arrayBuffer()).toString('hex')).toBe('30030a0101')
  })

  it('has no answer for an issuer that does not exist, for other methods, or for a request without end', async () => {
    await using pki = await started()
    const url = await urlOf(pki, 'good')
    const post = (to: string, body: Uint8Array<ArrayBuffer>) => fetch(to, { method: 'POST', body })
    expect((await post(`${url}x`, request as Uint8Array<ArrayBuffer>)).status).toBe(404)
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(405)
    expect((await post(url, new Uint8Array(70_000))).status).toBe(413)
  })
})
