import type { TLSSocket } from 'node:tls'
import { maxText } from '../../record/bounds.ts'
import { noHandshake } from '../../record/handshake.ts'
import type { HandshakeRecord } from '../../record/record.ts'
import type { ConnectionEnd, HandshakeFailure, TlsFacts, TlsIdentity } from '../engine.ts'
import { alertReceived, alertSent, type TlsError } from './alerts.ts'

/** How the client ended the TCP connection, where that is heard below TLS. */
interface Heard {
  readonly ended: 'fin' | 'rst' | undefined
}

/** What stands beside Node's account of a session. */
interface Session {
  readonly identity: TlsIdentity
  /** Whether the client was asked for a certificate: without that it can send none. */
  readonly asks: boolean
}

/** What a session came to, which goes on to tell what happens within it. Listens for its errors from now on. */
export function sessionFacts(socket: TLSSocket, { identity, asks }: Session): TlsFacts {
  const resumed = socket.isSessionReused()
  const handshake: HandshakeRecord = {
    result: 'finished',
    version: socket.getProtocol(),
    cipher: socket.getCipher()?.standardName ?? null,
    alpn: socket.alpnProtocol || null,
    resumed,
    certificate: resumed ? null : certificateOf(identity),
    alertReceived: null,
    alertSent: null,
    error: null,
    clientCertificate: asks ? clientSubject(socket) : null,
  }
  let end: ConnectionEnd | null = null
  socket.on('error', (error: TlsError) => {
    // Within a session an error of TLS is an alert of one side or the other.
    handshake.alertReceived ??= alertReceived(error)
    if (!handshake.alertReceived) handshake.alertSent ??= alertSent(error, handshake.version)
    const how = error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'rst' : 'error'
    const why = error.message.trim()
    end ??= { by: 'client', how, closeNotify: 'unknown', ...(why && { why }) }
  })
  return {
    handshake,
    // Tickets are of one identity only: who resumes has seen its certificate, and taken it.
    shown: identity.id,
    get end() {
      // Without an error, close_notify and a bare FIN look alike; so does an RST below a tap.
      const isOver = (socket.readableEnded || socket.destroyed) && !socket.errored
      if (isOver) end ??= { by: 'client', how: 'fin', closeNotify: 'unknown' }
      return end
    },
  }
}

/** What stands beside Node's account of a handshake that failed. */
export interface Failed {
  /** The identity whose certificate was written to the client; null where none was. */
  readonly shown: TlsIdentity | null
  /** Whether the client had sent a ClientHello. */
  readonly asked: boolean
  readonly below: Heard | null
}

/** What a handshake that timed out came to. */
export const timeoutFacts = ({ shown }: Failed): FailureFacts =>
  failureFacts(shown, { result: 'timeout' }, { by: 'limit', how: 'timeout', closeNotify: 'unknown', why: 'handshake' })

/** What a handshake came to that ended with an error of Node's. */
export function errorFacts(error: TlsError, socket: TLSSocket, { shown, asked, below }: Failed): FailureFacts {
  const version = socket.getProtocol()
  const why = error.message.trim()
  // Node ends a connection whose client certificate it does not trust without an alert and with this as the only trace.
  const untrusted = socket.authorizationError
  if (untrusted) {
    const text = `client certificate: ${String(untrusted)}`
    const found = {
      turnedAway: 'untrusted-certificate',
      error: text,
      clientCertificate: clientSubject(socket),
    } as const
    const end = { by: 'server', how: 'fin', closeNotify: 'unknown', why: text } as const
    return failureFacts(shown, { result: 'failed', version, alertReceived: alertReceived(error), ...found }, end)
  }
  const received = alertReceived(error)
  if (received) {
    const end = { by: 'client', how: 'fin', closeNotify: 'missing' } as const
    return failureFacts(shown, { result: 'alert', version, error: why, alertReceived: received }, end)
  }
  if (error.code === 'ECONNRESET') {
    // FIN and RST share this code; only the RST was reported by the socket's own read, and a tap has seen which it was.
    const reset = below ? below.ended === 'rst' : error.syscall !== undefined
    const end = { by: 'client', how: reset ? 'rst' : 'fin', closeNotify: 'missing' } as const
    return failureFacts(shown, { result: reset ? 'reset' : 'closed', version, error: why }, end)
  }
  const sent = {
    // What is no TLS from its first byte on gets no alert.
    alertSent: asked ? alertSent(error, version) : null,
    ...(error.reason === 'peer did not return a certificate' && { turnedAway: 'no-certificate' as const }),
  }
  const end = { by: 'server', how: 'error', closeNotify: 'unknown', why } as const
  return failureFacts(shown, { result: 'failed', version, error: why, ...sent }, end)
}

/** {@link TlsFacts} of a handshake that did not finish. */
export type FailureFacts = TlsFacts & { readonly handshake: { readonly result: HandshakeFailure } }

function failureFacts(
  shown: TlsIdentity | null,
  found: Partial<HandshakeRecord> & { readonly result: HandshakeFailure },
  end: ConnectionEnd,
): FailureFacts {
  const handshake = { ...noHandshake(), certificate: shown && certificateOf(shown), ...found }
  return { handshake, shown: shown?.id ?? null, end }
}

const certificateOf = ({ id, subject, fingerprint256 }: TlsIdentity): HandshakeRecord['certificate'] => ({
  id,
  subject,
  fingerprint256,
})

/** As much of it as a fact keeps: a certificate may have a subject of 100 KB. */
const clientSubject = (socket: TLSSocket): string | null =>
  socket.getPeerX509Certificate()?.subject.replaceAll('\n', ', ').slice(0, maxText) ?? null
