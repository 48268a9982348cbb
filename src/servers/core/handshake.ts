import type { Duplex } from 'node:stream'
import type { TlsFailure, TlsSession } from '../../tls/engine.ts'
import type { Recorder } from './recorder.ts'

/**
 * Writes into the record what came of a handshake. The stream of the session; undefined when there is none, and how the
 * connection ended is then recorded too.
 */
export function noteHandshake(end: TlsSession | TlsFailure, recorder: Recorder): Duplex | undefined {
  recorder.handshake(end.facts)
  if ('stream' in end) {
    recorder.mark('handshake')
    return end.stream
  }
  if (end.facts.end) recorder.ended(end.facts.end)
  return undefined
}

/** Writes down that the client went away, or stayed silent, before there was anything to shake hands about. */
export function noteNoClientHello(kind: 'closed' | 'reset' | 'timeout', recorder: Recorder): void {
  recorder.record.handshake.result = kind
  if (kind === 'timeout') recorder.ended({ by: 'limit', how: 'timeout', closeNotify: 'unknown', why: 'handshake' })
  else recorder.ended({ by: 'client', how: kind === 'reset' ? 'rst' : 'fin', closeNotify: 'missing' })
}
