import net from 'node:net'
import type { MailServer } from '../../src/index.ts'
import { connectRaw, connectTls } from '../support/raw.ts'

export const imap = { protocol: 'imap', mode: 'implicit' } as const

export const occupy = async (port = 0): Promise<{ port: number } & AsyncDisposable> => {
  const server = net.createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve)
  })
  return {
    port: (server.address() as net.AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

export const isFree = async (port: number): Promise<boolean> => {
  const taken = await occupy(port).catch(() => undefined)
  await taken?.[Symbol.asyncDispose]()
  return taken !== undefined
}

/** Logs in over IMAP inside TLS, and resolves to the tagged reply. */
export async function login(server: MailServer, user: string, password: string): Promise<string> {
  const client = connectRaw(server, connectTls(server))
  client.send(`a LOGIN ${user} ${password}\r\n`)
  const seen = await client.until(/^a .*\r\n/m)
  client.socket.destroy()
  return /^a (\w+)/m.exec(seen)?.[1] ?? ''
}
