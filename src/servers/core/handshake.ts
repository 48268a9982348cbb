import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { ConnectionRecord } from '../../record/record.ts'
import { alertReceived, alertSent, type TlsError } from '../../tls/alerts.ts'
import type { HandshakeEnd, TlsIdentity, TlsTerminator } from '../../tls/terminator.ts'
import { maxText, type Recorder } from './recorder.ts'
import type { Tap } from './tap.ts'

/**
 * Performs the server's side of a handshake and writes into the record what came of it. Undefined when there is no
 * session; how the connection ended is then recorded too.
 *
 * @param below the tap on `raw`, where there is one
 * @param timeout milliseconds
 */
export async function shakeHands(
  raw: Socket,
  below: Tap | undefined,
  terminator: TlsTerminator,
  recorder: Recorder,
  timeout: number,
): Promise<TLSSocket | undefined> {
  const before = raw.bytesWritten
  const end = await terminator.accept(below ?? raw, timeout)
  const flight = raw.bytesWritten - before
  if (end.kind === 'finished') {
    noteSession(end.socket, recorder, terminator.identity)
    recorder.mark('handshake')
    return end.socket
  }
  // The flight that carries the certificate is longer than the certificate; a bare alert has seven octets.
  if (flight > terminator.identity.leafSize) noteCertificate(recorder, terminator.identity)
  noteFailure(end, below, recorder)
  return undefined
}

/** Writes down that the client went away, or stayed silent, before there was anything to shake hands about. */
export function noteNoClientHello(kind: 'closed' | 'reset' | 'timeout', recorder: Recorder): void {
  recorder.record.handshake.result = kind
  if (kind === 'timeout') recorder.ended({ by: 'limit', how: 'timeout', closeNotify: 'unknown', why: 'handshake' })
  else recorder.ended({ by: 'client', how: kind === 'reset' ? 'rst' : 'fin', closeNotify: 'missing' })
}

/** Within a session an error of TLS is an alert of one side or the other. */
export function noteAlert(handshake: ConnectionRecord['handshake'], error: Error): void {
  handshake.alertReceived ??= alertReceived(error)
  if (!handshake.alertReceived) handshake.alertSent ??= alertSent(error, handshake.version)
}

function noteSession(socket: TLSSocket, recorder: Recorder, identity: TlsIdentity): void {
  const { handshake } = recorder.record
  handshake.result = 'finished'
  handshake.version = socket.getProtocol()
  handshake.cipher = socket.getCipher()?.standardName ?? null
  handshake.alpn = socket.alpnProtocol || null
  handshake.resumed = socket.isSessionReused()
  handshake.clientCertificate = clientSubject(socket)
  // Tickets are of one identity only: who resumes has seen its certificate, and taken it.
  if (handshake.resumed) recorder.fired(identity.id, 'certificate')
  else noteCertificate(recorder, identity)
}

/** As much of it as a fact keeps: a certificate may have a subject of 100 KB. */
const clientSubject = (socket: TLSSocket): string | null =>
  socket.getPeerX509Certificate()?.subject.replaceAll('\n', ', ').slice(0, maxText) ?? null

function noteCertificate(recorder: Recorder, { id, subject, fingerprint256 }: TlsIdentity): void {
  const certificate: ConnectionRecord['handshake']['certificate'] = { id, subject, fingerprint256 }
  recorder.record.handshake.certificate = certificate
  recorder.fired(id, 'certificate')
}

function noteFailure(
  end: Exclude<HandshakeEnd, { kind: 'finished' }>,
  below: Tap | undefined,
  recorder: Recorder,
): void {
  const { handshake } = recorder.record
  if (end.kind === 'timeout') {
    handshake.result = 'timeout'
    recorder.ended({ by: 'limit', how: 'timeout', closeNotify: 'unknown', why: 'handshake' })
    return
  }
  const error: TlsError = end.error
  const why = error.message.trim()
  handshake.version = end.socket.getProtocol()
  handshake.error = why
  handshake.alertReceived = alertReceived(error)
  // Node ends a connection whose client certificate it does not trust without an alert and with this as the only trace.
  const untrusted = end.socket.authorizationError
  if (untrusted) {
    handshake.result = 'failed'
    handshake.error = `client certificate: ${String(untrusted)}`
    handshake.clientCertificate = clientSubject(end.socket)
    recorder.ended({ by: 'server', how: 'fin', closeNotify: 'unknown', why: handshake.error })
    return
  }
  if (handshake.alertReceived) {
    handshake.result = 'alert'
    recorder.ended({ by: 'client', how: 'fin', closeNotify: 'missing' })
  } else if (error.code === 'ECONNRESET') {
    // FIN and RST share this code; only the RST was reported by the socket's own read, and a tap has seen which it was.
    const reset = below ? below.ended === 'rst' : error.syscall !== undefined
    handshake.result = reset ? 'reset' : 'closed'
    recorder.ended({ by: 'client', how: reset ? 'rst' : 'fin', closeNotify: 'missing' })
  } else {
    handshake.result = 'failed'
    // What is no TLS from its first byte on gets no alert.
    handshake.alertSent = recorder.record.times.clientHello === undefined ? null : alertSent(error, handshake.version)
    recorder.ended({ by: 'server', how: 'error', closeNotify: 'unknown', why })
  }
}
