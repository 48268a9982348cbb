import type { HandshakeRecord } from './record.ts'

/** What a record says of a handshake of which nothing is known. */
export const noHandshake = (): HandshakeRecord => ({
  result: 'none',
  version: null,
  cipher: null,
  alpn: null,
  resumed: false,
  certificate: null,
  alertReceived: null,
  alertSent: null,
  error: null,
  clientCertificate: null,
})
