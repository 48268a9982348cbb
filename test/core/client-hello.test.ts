import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { parseClientHello, readClientHello } from '../../src/tls/client-hello.ts'

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
