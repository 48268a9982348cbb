import { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import { type dial, pki } from './harness.ts'

/** What a record says of a handshake of which nothing is known. */
export const nothing = {
  version: null,
  cipher: null,
  alpn: null,
  resumed: false,
  certificate: null,
  alertReceived: null,
  alertSent: null,
  error: null,
  clientCertificate: null,
}

/** A record that no key has made. */
export const forged = Buffer.concat([Buffer.from('1703030030', 'hex'), Buffer.alloc(48, 1)])

/** Resolves when a stream tells that it is over, in whichever way. */
export const over = (stream: Duplex): Promise<void> =>
  new Promise((resolve) => {
    if (stream.destroyed) resolve()
    for (const event of ['end', 'error', 'close']) stream.once(event, () => resolve())
  })

/** Lets a client shake hands, with a forged record behind what it writes last. */
export function withForged(socket: ReturnType<typeof dial>, version: 'TLSv1.2' | 'TLSv1.3'): void {
  let writes = 0
  const between = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      const isLast = ++writes > 1
      socket.write(isLast ? Buffer.concat([chunk, forged]) : chunk, () => done())
    },
  })
  socket.on('data', (chunk) => between.push(chunk)).on('end', () => between.push(null))
  const client = connect({
    socket: between,
    servername: 'localhost',
    ca: pki.caPem,
    minVersion: version,
    maxVersion: version,
  })
  client.on('error', () => {})
}
