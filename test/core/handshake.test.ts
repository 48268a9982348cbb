import net from 'node:net'
import { Duplex } from 'node:stream'
import tls from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import { type MailServer, startMailServer, startMailServers } from '../../src/index.ts'
import { captureClientHello, connectRaw, connectTls, tlsError } from '../support/raw.ts'

const servers = await startMailServers({ scenarios: ['good', 'expired'], protocols: ['pop3'] })
afterAll(() => servers.close())
const endpoint = (scenario: string, mode: 'implicit' | 'starttls'): MailServer => servers.endpoint({ scenario, mode })

const clientHello = await captureClientHello()

/** A record that no key has made. */
const forged = Buffer.concat([Buffer.from('1703030030', 'hex'), Buffer.alloc(48, 1)])

/** A client that writes a forged record in one breath with its Finished, and then waits for the server to close. */
function connectForging(server: MailServer, version: tls.SecureVersion) {
  const below = net.connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
  below.on('error', () => {})
  let writes = 0
  const client = tls.connect({
    socket: new Duplex({
      read: () => {},
      write(chunk: Buffer, _encoding, done) {
        below.write(++writes > 1 ? Buffer.concat([chunk, forged]) : chunk, () => done())
      },
      construct(done) {
        below.on('data', (chunk) => this.push(chunk))
        done()
      },
    }),
    minVersion: version,
    maxVersion: version,
    rejectUnauthorized: false,
  })
  client.on('error', () => {})
  return { client, below }
}

describe('how a handshake ends', () => {
  it('tells a client that refuses without an alert from one that accepts, within 100 ms', async () => {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const expired = endpoint('expired', 'implicit')
      const ended = expired.waitForConnection()
      const socket = connectTls(expired, { maxVersion })
      const error = await tlsError(socket)
      const refusedAt = performance.now()
      const record = await ended
      expect(performance.now() - refusedAt).toBeLessThan(100)
      expect(error?.code).toBe('CERT_HAS_EXPIRED')
      // TLS 1.2 has the client's Finished before the client looks at the certificate.
      expect(record.handshake.result).toBe(maxVersion === 'TLSv1.2' ? 'finished' : 'closed')
      expect(record.handshake.certificate?.id).toBe('expired')
      expect(record.end).toMatchObject({ by: 'client', how: 'fin' })

      const good = endpoint('good', 'implicit')
      const accepted = good.waitForConnection()
      const client = connectTls(good, { maxVersion })
      expect(await tlsError(client)).toBeUndefined()
      client.end('QUIT\r\n')
      expect((await accepted).handshake).toMatchObject({ result: 'finished', version: maxVersion })
    }
  })

  it('tells RST from FIN inside the handshake, each within 100 ms', async () => {
    const server = endpoint('expired', 'implicit')
    for (const [finish, result, how] of [
      [(socket: net.Socket) => socket.resetAndDestroy(), 'reset', 'rst'],
      [(socket: net.Socket) => socket.end(), 'closed', 'fin'],
    ] as const) {
      const ended = server.waitForConnection()
      const client = connectRaw(server)
      client.send(clientHello)
      await client.until(/[\s\S]{100}/)
      const cutAt = performance.now()
      finish(client.socket)
      const record = await ended
      expect(performance.now() - cutAt).toBeLessThan(100)
      expect(record.handshake.result).toBe(result)
      expect(record.end).toMatchObject({ by: 'client', how })
      client.socket.destroy()
    }
  })

  it('tells a close before the ClientHello from one after it', async () => {
    const server = endpoint('expired', 'implicit')
    const ended = server.waitForConnection()
    net.connect(server.port, '127.0.0.1', function (this: net.Socket) {
      this.end()
    })
    const record = await ended
    expect(record.handshake).toMatchObject({ result: 'closed', certificate: null })
    expect(record.clientHello).toBeNull()
    expect(record.fired).toEqual([])
  })

  it('records the ClientHello, joined over segments', async () => {
    const server = endpoint('good', 'implicit')
    const ended = server.waitForConnection()
    const client = connectRaw(server)
    client.socket.setNoDelay(true)
    client.send(clientHello.subarray(0, 3))
    client.send(clientHello.subarray(3, 50))
    client.send(clientHello.subarray(50))
    await client.until(/[\s\S]{100}/)
    client.socket.destroy()
    const { clientHello: hello } = await ended
    expect(hello).toMatchObject({ at: 'first-bytes', serverName: 'localhost', versions: ['TLSv1.3', 'TLSv1.2'] })
    expect(hello?.ja4).toMatch(/^t13d\d{4}00_[0-9a-f]{12}_[0-9a-f]{12}$/)
    expect(Buffer.from(hello?.raw ?? '', 'base64')).toEqual(clientHello.subarray(5))
  })

  it('fails with text in place of a ClientHello, and serves the next client', async () => {
    const server = endpoint('good', 'implicit')
    const ended = server.waitForConnection()
    const client = connectRaw(server)
    client.send('CAPA\r\n')
    await client.closed
    const record = await ended
    expect(record.handshake.result).toBe('failed')
    expect(record.handshake.error).toContain('wrong version number')
    expect(await tlsError(connectTls(server))).toBeUndefined()
  })

  it('gives up on a client that never finishes', async () => {
    const server = await startMailServer({ protocol: 'imap', mode: 'implicit', handshakeTimeout: 50 })
    try {
      const ended = server.waitForConnection()
      const client = connectRaw(server)
      client.send(clientHello.subarray(0, 20))
      await client.closed
      const record = await ended
      expect(record.handshake.result).toBe('timeout')
      expect(record.end).toMatchObject({ by: 'limit', how: 'timeout', why: 'handshake' })
    } finally {
      await server.close()
    }
  })
})

describe('session tickets', () => {
  const connect = async (
    server: MailServer,
    session?: Buffer,
  ): Promise<{ reused: boolean; ticket: Promise<Buffer> }> => {
    const ended = server.waitForConnection()
    const socket = connectTls(server, { rejectUnauthorized: false, ...(session && { session }) })
    socket.resume()
    const ticket = new Promise<Buffer>((resolve) => socket.once('session', resolve))
    await tlsError(socket)
    const reused = socket.isSessionReused()
    if (!session) await ticket
    socket.end('QUIT\r\n')
    expect((await ended).handshake.resumed).toBe(reused)
    return { reused, ticket }
  }

  it('from one endpoint never resume on another, and do on their own', async () => {
    const ticket = await (await connect(endpoint('good', 'implicit'))).ticket
    expect((await connect(endpoint('good', 'implicit'), ticket)).reused).toBe(true)
    expect((await connect(endpoint('expired', 'implicit'), ticket)).reused).toBe(false)
  })
})

describe('bytes behind STARTTLS', () => {
  it('never reach the session after TLS', async () => {
    const server = endpoint('good', 'starttls')
    const ended = server.waitForConnection()
    const client = connectRaw(server)
    await client.until('+OK')
    client.send('STLS\r\nUSER injected\r\n')
    await client.until(/\+OK.*\r\n\+OK.*\r\n/)
    const secured = tls.connect({ socket: client.socket, ...server.tls })
    const inside = connectRaw(server, secured)
    await new Promise((resolve) => secured.once('secureConnect', resolve))
    inside.send('NOOP\r\nQUIT\r\n')
    await inside.closed
    const record = await ended
    expect(record.starttls.surplus).toBe('USER injected\r\n')
    expect(record.commands.map(({ phase, verb }) => `${phase} ${verb}`)).toEqual([
      'clear STLS',
      'clear USER',
      'tls NOOP',
      'tls QUIT',
    ])
    // Whatever becomes of it, the name has crossed in clear.
    expect(record.identities).toMatchObject([{ phase: 'clear', name: 'injected' }])
  })

  it('are the ClientHello of a client that does not wait', async () => {
    const server = endpoint('good', 'starttls')
    const ended = server.waitForConnection()
    const client = connectRaw(server)
    await client.until('+OK')
    client.send(Buffer.concat([Buffer.from('STLS\r\n'), clientHello]))
    const seen = await client.until(/\+OK begin TLS negotiation[\s\S]{100}/)
    expect(seen).toContain('\r\n\x16\x03\x03')
    client.socket.destroy()
    const record = await ended
    expect(record.clientHello?.at).toBe('before-reply')
    expect(record.starttls.surplus).toBe('')
  })
})

describe('an alert of the server', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'ends one connection, and no other, where the error comes with the end of the handshake, in %s',
    async (version) => {
      for (const scenario of ['good', 'expired']) {
        const server = endpoint(scenario, 'implicit')
        const ended = server.waitForConnection()
        const { client, below } = connectForging(server, version)
        const { handshake, end } = await ended
        expect(handshake, scenario).toMatchObject({
          alertSent: { code: 20, name: 'bad_record_mac' },
          alertReceived: null,
          certificate: { id: scenario },
        })
        expect(end).toMatchObject({ by: 'client', how: 'error' })
        client.destroy()
        below.destroy()
        expect(await tlsError(connectTls(server, { rejectUnauthorized: false }))).toBeUndefined()
      }
    },
  )

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'that nobody but the client can read is recorded, in %s',
    async (version) => {
      for (const scenario of ['good', 'expired']) {
        const server = endpoint(scenario, 'implicit')
        const ended = server.waitForConnection()
        const client = connectRaw(server)
        const secured = tls.connect({
          socket: client.socket,
          ...server.tls,
          rejectUnauthorized: false,
          minVersion: version,
          maxVersion: version,
        })
        secured.on('error', () => {})
        await new Promise((resolve) => secured.once('secureConnect', resolve))
        // A record that no key has made.
        const below = (secured as unknown as { _parent: typeof client.socket })._parent
        below.write(forged)
        const { handshake } = await ended
        expect(handshake, scenario).toMatchObject({
          alertSent: { code: 20, name: 'bad_record_mac' },
          alertReceived: null,
        })
      }
    },
  )
})
