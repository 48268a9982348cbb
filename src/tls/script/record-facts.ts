import { maxText } from '../../record/bounds.ts'
import type { AlertRecord, HandshakeRecord } from '../../record/record.ts'
import { alertOf } from '../alerts.ts'
import type { ConnectionEnd, HandshakeFailure, TlsFacts, TlsIdentity } from '../engine.ts'
import type { Facts } from './facts.ts'
import type { Machine } from './machine.ts'
import type { ScriptSocket } from './socket.ts'
import { suites } from './suites.ts'
import type { WireAlert } from './wire.ts'

const versionNames: ReadonlyMap<number, string> = new Map([
  [0x0300, 'SSLv3'],
  [0x0301, 'TLSv1'],
  [0x0302, 'TLSv1.1'],
  [0x0303, 'TLSv1.2'],
  [0x0304, 'TLSv1.3'],
])

/** What the machine knows, in the record's words. Kept up to date by whoever hears of a change. */
export class ScriptTlsFacts implements TlsFacts {
  readonly handshake: HandshakeRecord = {
    result: 'started',
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
  end: ConnectionEnd | null = null
  readonly #identity: TlsIdentity
  readonly #machine: Machine
  readonly #stream: ScriptSocket

  constructor(identity: TlsIdentity, machine: Machine, stream: ScriptSocket) {
    this.#identity = identity
    this.#machine = machine
    this.#stream = stream
  }

  /** What no other engine knows. */
  get script(): Facts {
    return this.#machine.facts
  }

  get shown(): string | null {
    const { certificate, resumed, result } = this.handshake
    return certificate || (resumed && result === 'finished') ? this.#identity.id : null
  }

  /** The handshake has had its time. */
  timeout(): void {
    if (this.#machine.state !== 'handshake') return
    this.#machine.over('closed')
    this.handshake.result = 'timeout'
    this.end ??= { by: 'limit', how: 'timeout', closeNotify: 'unknown', why: 'handshake' }
  }

  /** Writes down what has changed. Says how the handshake failed, where it did. */
  update(): HandshakeFailure | undefined {
    const { handshake } = this
    const { facts, state } = this.#machine
    handshake.version = facts.version === null ? null : (versionNames.get(facts.version) ?? null)
    handshake.cipher = facts.suite === null ? null : (suites.get(facts.suite)?.name ?? null)
    handshake.alpn = facts.alpn
    handshake.resumed = facts.resumed !== null
    handshake.clientCertificate = facts.clientCertificate
    if (facts.turnedAway) handshake.turnedAway = facts.turnedAway
    const { id, subject, fingerprint256 } = this.#identity
    if (facts.certificateShown) handshake.certificate ??= { id, subject, fingerprint256 }
    handshake.alertReceived = firstOf(facts.alertsReceived)
    handshake.alertSent = firstOf(facts.alertsSent)
    handshake.error = facts.error?.slice(0, maxText) ?? null
    if (handshake.result === 'started') handshake.result = this.#result()
    if (handshake.result === 'started') return undefined
    this.end ??= this.#end()
    if (handshake.result === 'finished' || handshake.result === 'none') return undefined
    // What was agreed on in vain says nothing.
    if (state === 'over') handshake.cipher = null
    return handshake.result
  }

  #result(): HandshakeRecord['result'] {
    const { state, result } = this.#machine
    if (state === 'handshake') return 'started'
    // Finished and broken in one breath is finished.
    if (state === 'open' || this.#machine.wasOpen) return 'finished'
    if (result === 'alert') return 'alert'
    if (result === 'closed') return this.#stream.rawEnd === 'rst' ? 'reset' : 'closed'
    return 'failed'
  }

  #end(): ConnectionEnd | null {
    const { facts, state, result, wire, clientEnded } = this.#machine
    const { rawEnd } = this.#stream
    const { closeNotify } = facts
    const why = facts.error === null ? {} : { why: facts.error }
    const finished = this.handshake.result === 'finished'
    if (wire.cut) return { by: 'server', how: wire.cut, closeNotify: 'unknown', why: 'its script' }
    if (result === 'failed') {
      if (finished) return { by: 'client', how: 'error', closeNotify, ...why }
      return { by: 'server', how: 'error', closeNotify: 'unknown', ...why }
    }
    if (result === 'alert') return { by: 'client', how: finished ? 'error' : 'fin', closeNotify, ...(finished && why) }
    if (rawEnd === 'rst') return { by: 'client', how: 'rst', closeNotify }
    // Destroyed from outside, and whoever did it has written it down.
    if (finished && rawEnd === 'destroyed' && closeNotify === 'missing') return null
    return clientEnded || state === 'over' ? { by: 'client', how: 'fin', closeNotify } : null
  }
}

/** The first alert that is no close_notify. */
function firstOf(alerts: readonly WireAlert[]): AlertRecord | null {
  const found = alerts.find(({ code }) => code !== 0)
  return found ? alertOf(found.code) : null
}
