import { createHash } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { TlsIdentity } from '../engine.ts'

/** What binds a login to a TLS session, RFC 5929 and RFC 9266; undefined where this session has no such thing. */
export function bindingOf(socket: TLSSocket, { servedPem }: TlsIdentity, kind: string): Buffer | undefined {
  switch (kind) {
    case 'tls-server-end-point':
      // The hash of the signature, and SHA-256 in place of MD5 and SHA-1: all that is issued here has been signed with it.
      return createHash('sha256').update(firstOfPem(servedPem)).digest()
    case 'tls-exporter':
      return socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
    case 'tls-unique':
      // The first Finished: the client's, or the server's where a session was resumed. TLS 1.3 has none.
      if (socket.getProtocol() === 'TLSv1.3') return undefined
      return socket.isSessionReused() ? socket.getFinished() : socket.getPeerFinished()
    default:
      return undefined
  }
}

/** The DER of the first certificate. */
export const firstOfPem = (pem: string): Buffer =>
  Buffer.from(/-----BEGIN CERTIFICATE-----([^-]*)/.exec(pem)?.[1] ?? '', 'base64')
