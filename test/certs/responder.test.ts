import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Responder, type ResponderLimits, startResponder } from '../../src/certs/responder.ts'
import type { Identity } from '../../src/certs/types.ts'
import { opensslErrors } from './judges/openssl.ts'
import { describeWith, temporaryDirectory, testPki } from './judges/run.ts'

const crlUrl = ({ leaf }: Identity): string =>
  /http:\/\/127\.0\.0\.1:\d+\/crl\/[\w-]+\.crl/.exec(leaf.der.toString('latin1'))?.[0] ?? ''

const revoked = { revocation: { leaf: 'revoked', reason: 'keyCompromise' } } as const

describe('the responder', () => {
  it('serves the CRL of the leaf as DER', async () => {
    await using pki = await testPki()
    const identity = pki.identity('good', {})
    const response = await fetch(crlUrl(identity))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/pkix-crl')
    expect(Buffer.from(await response.arrayBuffer()).equals(identity.crl.der)).toBe(true)
  })

  it('serves the CRL of the root, which the intermediate names', async () => {
    await using pki = await testPki()
    const url = /http:[\w./:-]+\.crl/.exec(
      new X509Certificate(pki.identity('good', {}).chainPem).raw.toString('latin1'),
    )
    const response = await fetch(url?.[0] ?? '')
    expect([response.status, url?.[0]?.endsWith('/crl/root.crl')]).toEqual([200, true])
  })

  it('answers HEAD with the length and nothing else', async () => {
    await using pki = await testPki()
    const identity = pki.identity('good', {})
    const response = await fetch(crlUrl(identity), { method: 'HEAD' })
    expect(response.headers.get('content-length')).toBe(String(identity.crl.der.length))
    expect((await response.arrayBuffer()).byteLength).toBe(0)
  })

  it('has nothing elsewhere, and takes no other method', async () => {
    await using pki = await testPki()
    const url = crlUrl(pki.identity('good', {}))
    expect((await fetch(url.replace(/[\w-]+\.crl$/, 'nobody.crl'))).status).toBe(404)
    expect((await fetch(new URL('/', url))).status).toBe(404)
    const refused = await fetch(url, { method: 'POST', body: 'x' })
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('gives a revoked leaf an issuer of its own, so that no CRL from before hides it', async () => {
    await using pki = await testPki()
    const [good, bad] = [pki.identity('good', {}), pki.identity('revoked', revoked)]
    expect(crlUrl(bad)).not.toBe(crlUrl(good))
    expect(bad.leaf.issuer).not.toBe(good.leaf.issuer)
  })

  it('ends kept-alive and idle connections when it closes, twice if need be', async () => {
    const pki = await testPki()
    const url = crlUrl(pki.identity('good', {}))
    const agent = new Agent({ keepAlive: true })
    const [response] = await once(request(url, { agent }).end(), 'response')
    response.resume()
    await once(response, 'end')
    const idle = connect(Number(new URL(url).port), '127.0.0.1')
    await once(idle, 'connect')
    const ended = once(idle, 'close')
    await Promise.all([pki.close(), pki.close()])
    await ended
    agent.destroy()
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })

  it('survives a peer that speaks no HTTP, or resets', async () => {
    await using pki = await testPki()
    const url = crlUrl(pki.identity('good', {}))
    const port = Number(new URL(url).port)
    const reset = connect(port, '127.0.0.1', () => reset.resetAndDestroy())
    const garbage = connect(port, '127.0.0.1', () => garbage.write('\x16\x03\x01\r\n\r\n'))
    await Promise.all([once(reset, 'close'), once(garbage, 'data')])
    garbage.destroy()
    expect((await fetch(url)).status).toBe(200)
  })

  it('is absent on request, and then no certificate names it', async () => {
    await using pki = await testPki({ responder: false })
    expect(crlUrl(pki.identity('good', {}))).toBe('')
  })
})

describe('the responder under attack', () => {
  it.each([
    ['nothing at all', ''],
    ['half a header', 'GET /crl/root.crl HTTP/1.1\r\nHost: x\r\n'],
    ['half a body', 'POST /ocsp/root HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf'],
  ])('ends a connection that sends %s and then waits', async (_, bytes) => {
    await using responder = await limited({ patience: 50 })
    const socket = await opened(responder)
    const closed = once(socket, 'close')
    socket.write(bytes)
    await closed
    expect(await status(responder)).toBe(200)
  })

  it('ends one that drips, however often it does', async () => {
    await using responder = await limited({ patience: 100 })
    const socket = await opened(responder)
    // What it has not read yet when it ends the connection makes a reset of the end.
    socket.on('error', () => {})
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write('GET /crl/root.crl HTTP/1.1\r\n')
    const drip = setInterval(() => socket.write('X: y\r\n'), 10)
    await closed
    clearInterval(drip)
  })

  it('gives one that asks again its time anew', async () => {
    await using responder = await limited({ patience: 300 })
    const socket = await opened(responder)
    const began = Date.now()
    let answers = 0
    while (Date.now() - began < 450) {
      socket.write('GET /crl/root.crl HTTP/1.1\r\nHost: x\r\n\r\n')
      const [answer] = await once(socket, 'data')
      expect(String(answer)).toContain('HTTP/1.1 200 OK')
      answers++
    }
    expect([answers > 1, socket.destroyed]).toEqual([true, false])
    socket.destroy()
  })

  it('makes room for who comes by ending the one that has been silent for longest', async () => {
    await using responder = await limited({ connections: 3 })
    const silent = await Promise.all([opened(responder), opened(responder), opened(responder)])
    const first = once(silent[0] as Socket, 'close')
    expect(await status(responder)).toBe(200)
    await first
    expect(silent.map(({ destroyed }) => destroyed)).toEqual([true, false, false])
    for (const socket of silent) socket.destroy()
  })

  it('answers all of many requests that come at once, and others meanwhile', async () => {
    await using responder = await limited({})
    await status(responder)
    const [flood, other] = await Promise.all([opened(responder), opened(responder)])
    const count = 3000
    let answers = 0
    let last = Buffer.alloc(0)
    const answered = new Promise<void>((resolve) =>
      flood.on('data', (bytes) => {
        last = Buffer.concat([last, bytes])
        const parts = last.toString('latin1').split('HTTP/1.1 200 OK')
        answers += parts.length - 1
        last = Buffer.from(parts.at(-1) ?? '')
        if (answers === count) resolve()
      }),
    )
    flood.write('GET /crl/root.crl HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(count))
    await once(flood, 'data')
    other.write('GET /crl/root.crl HTTP/1.1\r\nHost: x\r\n\r\n')
    const [answer] = await once(other, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*crl$/)
    expect(answers).toBeLessThan(count / 4)
    await answered
    flood.destroy()
    other.destroy()
  })

  it('takes no body that is longer than a request can be', async () => {
    await using pki = await testPki()
    const url = crlUrl(pki.identity('good', {})).replace(/\/crl\/([\w-]+)\.crl$/, '/ocsp/$1')
    expect((await fetch(url, { method: 'POST', body: Buffer.alloc(65_537) })).status).toBe(413)
    expect((await fetch(url, { method: 'POST', body: Buffer.alloc(65_536) })).status).toBe(200)
  })
})

const limited = async (limits: Partial<ResponderLimits>): Promise<Responder & AsyncDisposable> => {
  const content = { crl: () => Buffer.from('crl'), ocsp: () => Buffer.from('ocsp') }
  const responder = await startResponder(content, { patience: 60_000, connections: 100, ...limits })
  return { ...responder, [Symbol.asyncDispose]: () => responder.close() }
}

const opened = async ({ url }: Responder): Promise<Socket> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => {})
  return socket
}

const status = async ({ url }: Responder): Promise<number> =>
  (await fetch(`${url}/crl/root.crl`, { headers: { connection: 'close' } })).status

describeWith(['openssl'], 'openssl -crl_download', () => {
  it.each(['ec', 'rsa'] as const)('finds revoked, and only revoked, at the responder (%s)', async (key) => {
    await using pki = await testPki({ key })
    using directory = temporaryDirectory()
    pki.identity('good', {})
    pki.identity('revoked', revoked)
    pki.write(directory.path)
    const options = { ca: join(directory.path, 'ca.pem'), hostname: 'localhost', crl: 'download' } as const
    expect(await opensslErrors(join(directory.path, 'good'), options)).toEqual([])
    expect(await opensslErrors(join(directory.path, 'revoked'), options)).toEqual(['23@0'])
  })
})
