import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { parseClientHello, readClientHello, serverNameOf } from '../../src/tls/client-hello.ts'

/** Version TLS 1.0, a random of zeros, no session, one cipher suite, no compression, and nothing behind it. */
const shortest = Buffer.from(`010000290301${'00'.repeat(32)}000002002f0100`, 'hex')

describe('a ClientHello', () => {
  it('is read where it has no extensions, as clients older than TLS 1.3 may send it', () => {
    expect(parseClientHello(shortest, 'first-bytes')).toMatchObject({
      at: 'first-bytes',
      serverName: null,
      alpn: [],
      versions: ['TLSv1'],
      ciphers: [0x2f],
      // MD5 of 769,47,,,
      ja3: 'b02be259814e870a469a20ce9b2a7900',
      raw: shortest.toString('base64'),
    })
  })

  it('is nothing where it is cut short, at any octet', () => {
    for (let length = 4; length < shortest.length; length++) {
      expect(parseClientHello(shortest.subarray(0, length), 'first-bytes')).toBeNull()
    }
  })

  it('keeps what can be read where an extension is malformed', () => {
    const broken = Buffer.concat([shortest, Buffer.from('000800000004ffff00ff', 'hex')])
    expect(parseClientHello(broken, 'after-reply')).toMatchObject({ serverName: null, ciphers: [0x2f] })
  })
})

describe('the server name', () => {
  /** The same with three extensions: ALPN h2, the server name localhost, extended master secret. */
  const named = Buffer.concat([
    shortest,
    Buffer.from('001f001000050003026832', 'hex'),
    Buffer.from('0000000e000c000009', 'hex'),
    Buffer.from('localhost'),
    Buffer.from('00170000', 'hex'),
  ])
  const nameIn = (message: Buffer): string | null => serverNameOf({ kind: 'client-hello', message })

  it('is found between other extensions, as the whole ClientHello tells it', () => {
    expect(nameIn(named)).toBe('localhost')
    expect(parseClientHello(named, 'first-bytes')).toMatchObject({ serverName: 'localhost', alpn: ['h2'] })
  })

  it('is null where the client sent none', () => {
    expect(nameIn(shortest)).toBeNull()
    expect(serverNameOf({ kind: 'other', bytes: named })).toBeNull()
  })

  it('is null where the ClientHello is cut short, at any octet, though the name be there', () => {
    for (let length = 4; length < named.length; length++) expect(nameIn(named.subarray(0, length))).toBeNull()
  })

  it('is null where its extension is longer than all of them', () => {
    const broken = Buffer.from(named)
    broken.writeUInt16BE(0x13, shortest.length + 2 + 9 + 2)
    expect(nameIn(broken)).toBeNull()
  })
})

it('a client that asked for TLS and ended before anybody listened for a ClientHello is not waited for', async () => {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const accepted = once(server, 'connection')
  const client = connect({ port, host: '127.0.0.1' })
  client.end('STLS\r\n')
  const [socket] = (await accepted) as [Socket]
  socket.resume()
  await once(socket, 'end')
  expect(await readClientHello(socket, 20_000)).toEqual({ kind: 'closed', bytes: Buffer.alloc(0) })
  socket.destroy()
  client.destroy()
  server.close()
})
