import net from 'node:net'
import tls from 'node:tls'
import type { MailServer } from '../../src/index.ts'

/** A plain socket to a server, with what it said so far. */
export interface RawClient {
  readonly socket: net.Socket
  /** Resolves with everything received once `pattern` is in it; rejects when the connection ends first. */
  until(pattern: string | RegExp): Promise<string>
  send(text: string | Uint8Array): void
  closed: Promise<void>
}

export function connectRaw(
  server: Pick<MailServer, 'port'>,
  socket: net.Socket = net.connect(server.port, '127.0.0.1'),
): RawClient {
  let seen = ''
  const waiting = new Set<() => void>()
  socket.on('data', (chunk: Buffer) => {
    seen += chunk.toString('latin1')
    for (const wake of waiting) wake()
  })
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  return {
    socket,
    closed,
    send: (text) => {
      socket.write(text)
    },
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (typeof pattern === 'string' ? !seen.includes(pattern) : !pattern.test(seen)) return
          waiting.delete(look)
          resolve(seen)
        }
        waiting.add(look)
        void closed.then(() => reject(new Error(`closed before ${pattern}: ${seen}`)))
        look()
      }),
  }
}

/** A client of mode plain that sends these lines, reads until the server closes, and is gone. */
export async function talk(server: Pick<MailServer, 'port'>, ...lines: readonly string[]): Promise<string> {
  const client = connectRaw(server)
  let text = ''
  client.socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  client.send(lines.map((line) => `${line}\r\n`).join(''))
  await client.closed
  return text
}

/** A real ClientHello, as Node sends it. */
export const captureClientHello = (): Promise<Buffer> =>
  new Promise((resolve) => {
    const sink = net.createServer((socket) => {
      socket.once('data', (bytes: Buffer) => {
        resolve(bytes)
        socket.destroy()
        sink.close()
      })
    })
    sink.listen(0, '127.0.0.1', () => {
      const { port } = sink.address() as net.AddressInfo
      tls.connect(port, '127.0.0.1', { servername: 'localhost' }).on('error', () => {})
    })
  })

/** A TLS client that trusts the server's CA unless told otherwise. */
export function connectTls(server: MailServer, options: tls.ConnectionOptions = {}): tls.TLSSocket {
  const socket = tls.connect({ port: server.port, host: '127.0.0.1', ...server.tls, ...options })
  socket.on('error', () => {})
  return socket
}

/** The error of a TLS client, or `undefined` when it connected. */
export const tlsError = (socket: tls.TLSSocket): Promise<NodeJS.ErrnoException | undefined> =>
  new Promise((resolve) => {
    socket.on('secureConnect', () => resolve(undefined))
    socket.on('error', resolve)
  })
