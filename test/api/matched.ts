import type { MailServer } from '../../src/index.ts'
import { captureClientHello, connectRaw, connectTls, tlsError } from '../support/raw.ts'

export const careful = async (server: MailServer): Promise<void> => {
  const socket = connectTls(server)
  await tlsError(socket)
  socket.destroy()
}

/** Speaks inside TLS without looking at the certificate. */
export async function careless(
  server: MailServer,
  lines: readonly string[] = ['USER u', 'PASS p', 'QUIT'],
): Promise<void> {
  const client = connectRaw(server, connectTls(server, { rejectUnauthorized: false }))
  client.send(lines.map((line) => `${line}\r\n`).join(''))
  await client.closed
}

/** Sends a ClientHello, reads the server's flight and answers with an alert in clear, as a TLS 1.2 client may. */
export async function alerting(server: MailServer, alert: number): Promise<void> {
  const client = connectRaw(server)
  client.send(await captureClientHello())
  await client.until(/[\s\S]{100}/)
  client.socket.end(Buffer.of(0x15, 3, 3, 0, 2, 2, alert))
  await client.closed
}

/** The message that an assertion fails with. */
export async function failure(assertion: Promise<unknown>): Promise<string> {
  const error = await assertion.then(
    () => new Error('it passed'),
    (reason: Error) => reason,
  )
  return error.message
}
