import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'

const kibibyte = 1024

/** Attacks below what a session says: on records, segments, TLS and the responder. */
export const wireAttacks = {
  'facts, 12 clients with 4,096 lines of 65,000 octets': ({ ports, connect }) =>
    together(12, async () => {
      const { write, until } = await connect(ports.imap)
      const lines = Buffer.from(`a NOOP ${'x'.repeat(64_990)}\r\n`.repeat(16))
      for (let sent = 0; sent < 4096; sent += 16) await write(lines)
      await write('z LOGOUT\r\n')
      await until(/^z OK .*\r\n/m)
    }),

  'octets, 100 clients with a ClientHello in records of one': ({ ports, connect }) =>
    together(100, async () => {
      const { octets } = await connect(ports['good imap implicit'])
      // A message that claims 64 KiB, of which every octet has a record of its own.
      const message = Buffer.alloc(64 * kibibyte, 0x41)
      message.set([1, 0, 0xff, 0xff])
      await octets(Buffer.concat([...message].map((octet) => Buffer.from([0x16, 3, 1, 0, 1, octet]))))
    }),

  'octets, 100 clients with a record that is never whole': ({ ports, connect }) =>
    together(100, async () => {
      const { octets } = await connect(ports['expired imap implicit'])
      await octets(
        Buffer.concat([Buffer.from([0x16, 3, 1, 0xff, 0xff, 1, 0, 0xff, 0xfb]), Buffer.alloc(60 * kibibyte)]),
      )
    }),

  'octets, 100 clients with a record of TLS within a session': (tools) =>
    together(100, async () => {
      const { octets } = await below(tools, 'expired imap implicit')
      await octets(Buffer.concat([Buffer.from([0x17, 3, 3, 0x40, 0]), Buffer.alloc(16 * kibibyte)]))
    }),

  'octets, 100 clients that go on in clear below TLS': (tools) =>
    together(100, async () => {
      const { octets } = await below(tools, 'expired imap implicit')
      await octets(Buffer.from(`a NOOP ${'x'.repeat(300)}\r\n`.repeat(400)))
    }),

  'octets, 32 clients with lines that wait behind an answer': ({ ports, connect }) =>
    together(32, async () => {
      const { octets, socket, write, until } = await connect(ports.imap)
      await until(/^\* OK .*\r\n/m)
      await write('a LOGIN user@mockmail.test mockmail\r\nb SELECT INBOX\r\n')
      await until(/^b OK .*\r\n/m)
      socket.pause()
      await write('c FETCH 1:* (BODY.PEEK[] BODY.PEEK[] BODY.PEEK[] BODY.PEEK[])\r\n'.repeat(16))
      await octets(Buffer.from('d NOOP\r\n'.repeat(30_000)))
    }),

  'handshakes, 2,000 that never end': async (tools) => {
    await together(2000, () => hello(tools, 'good imap implicit'), 50)
    await tools.pause(5000)
  },

  'starttls, 900 clients with 256 KiB behind it': ({ ports, connect }) =>
    together(
      900,
      async () => {
        const { socket, write, until } = await connect(ports['good imap starttls'])
        await until(/^\* OK .*\r\n/m)
        await write(`a STARTTLS\r\n${'b NOOP\r\n'.repeat(32 * kibibyte)}`)
        socket.destroy()
      },
      16,
    ),

  'responder, 2,000 requests that never end': async (tools) => {
    const port = await responderOf(tools)
    await together(
      2000,
      async () => {
        const { write } = await tools.connect(port)
        await write(`POST /ocsp/x HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n${'x'.repeat(59_000)}`)
      },
      50,
    )
    await tools.pause(3000)
  },

  'responder, 64 clients that do not read': async (tools) => {
    const port = await responderOf(tools)
    await together(64, async () => {
      const { socket, write } = await tools.connect(port)
      socket.pause()
      const requests = Buffer.from('GET /crl/x.crl HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3000))
      for (let round = 0; round < 20 && !socket.destroyed; round++) await write(requests)
    })
    await tools.pause(3000)
  },
}

/** A session that has its handshake behind it; what is written to it now goes below TLS. */
async function below(tools, endpoint) {
  const raw = await tools.connect(tools.ports[endpoint], { reads: false })
  const secure = tls.connect({ socket: raw.socket, rejectUnauthorized: false })
  secure.on('error', () => {})
  await once(secure, 'data')
  return raw
}

/** Begins a handshake and never answers the server's flight. */
async function hello(tools, endpoint) {
  clientHello ??= await recordClientHello()
  const { write } = await tools.connect(tools.ports[endpoint])
  await write(clientHello)
}

let clientHello

async function recordClientHello() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = tls.connect({ port: server.address().port, host: '127.0.0.1' })
  client.on('error', () => {})
  const [socket] = await once(server, 'connection')
  const [bytes] = await once(socket, 'data')
  client.destroy()
  server.close()
  return bytes
}

/** Where the certificates say that revocation can be asked for. */
async function responderOf({ ports, connect }) {
  const { socket } = await connect(ports['good imap implicit'], { reads: false })
  const secure = tls.connect({ socket, rejectUnauthorized: false })
  await once(secure, 'secureConnect')
  const [, port] = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(secure.getPeerX509Certificate().infoAccess)
  secure.destroy()
  return Number(port)
}

/** So many, and no more than `width` at a time; some may be thrown out, and that is no failure of the others. */
export async function together(count, run, width = count) {
  let begun = 0
  const next = async () => {
    while (begun++ < count) await run().catch(() => {})
  }
  await Promise.all(Array.from({ length: width }, next))
}
