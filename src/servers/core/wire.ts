import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { clock, pauseOr } from '../../clock.ts'
import type { Phase } from '../../record/record.ts'
import type { CloseHow } from '../../scenarios/effects.ts'
import { alertInClear } from '../../tls/alerts.ts'
import type { ConnectionEnd, TlsFacts } from '../../tls/engine.ts'
import { Input } from './input.ts'
import { chunksOf, oneChunk, type Pieces } from './pieces.ts'
import type { Recorder } from './recorder.ts'
import { Transport, type TransportEnd } from './transport.ts'

/** Milliseconds for the commands of a client that is gone. */
const afterlifeMs = 500

/** The bytes of one connection, in clear and within TLS, and the record of them. Knows no dialogue. */
export class Wire {
  readonly #raw: Socket
  readonly #recorder: Recorder
  readonly #onBytes: () => void
  #transport: Transport | undefined
  #phase: Phase = 'clear'
  /** Set while an RST is on its way: nothing else may touch the socket, or Node reads freed memory under TLS. */
  #resetting: Promise<void> | undefined
  /** Resolves when there is nobody to wait for any more. */
  readonly #over: Promise<void>
  #endWaiting: () => void = () => {}
  /** What the client has said in this phase, and nobody has read yet. */
  input = new Input()

  /** @param onBytes called when something has come from the client */
  constructor(raw: Socket, recorder: Recorder, onBytes: () => void) {
    this.#raw = raw
    this.#recorder = recorder
    this.#onBytes = onBytes
    // Between two owners of the socket an error would otherwise have no listener.
    raw.on('error', () => {})
    this.#over = new Promise((resolve) => {
      this.#endWaiting = resolve
    })
    raw.on('close', this.#endWaiting)
  }

  get phase(): Phase {
    return this.#phase
  }

  /** The stream of this phase, while somebody reads and writes it. */
  get stream(): Duplex | undefined {
    return this.#transport?.stream
  }

  /** Whether somebody reads and writes a phase's stream. */
  get attached(): boolean {
    return this.#transport !== undefined
  }

  /** From now on the client is heard on this stream: of TCP itself, or of a TLS session and its facts. */
  attach(stream: Duplex, phase: Phase, facts?: TlsFacts): void {
    this.#phase = phase
    this.#transport = new Transport(stream, phase, this.input, {
      received: (of, bytes) => {
        this.#onBytes()
        this.#recorder.received(of, bytes)
        if (of === 'clear') this.#recorder.record.handshake.alertReceived ??= alertInClear(bytes)
      },
      sent: (of, bytes) => this.#recorder.sent(of, bytes),
      ended: (end) => {
        this.#clientEnded(end, facts)
        this.#endWaiting()
        // What it said last is a fact, and answers that nobody gets are worth no more than this.
        if (end.gone) clock.setTimeout(() => this.input.drain(), afterlifeMs).unref()
      },
    })
    if (facts?.end) this.#transport.endSoon()
  }

  #clientEnded({ how, error }: TransportEnd, facts: TlsFacts | undefined): void {
    const end = facts?.end
    if (!end) this.ended('client', how, error?.message.trim())
    else {
      this.#recorder.ended(end)
      this.#recorder.closeNotify(end.closeNotify)
    }
  }

  /** Lets go of the phase's stream, and gives back what nobody has read of it. */
  detach(): Buffer {
    this.#transport?.detach()
    this.#transport = undefined
    return this.input.drain()
  }

  /** Takes the input away, closed, for somebody who reads it to its end; what comes from now on is another's. */
  takeInput(): Input {
    const rest = this.input
    this.input = new Input()
    rest.end()
    return rest
  }

  /** Before a phase's stream is attached, bytes go to the TCP socket itself. */
  write(bytes: Buffer): Promise<void> {
    if (this.#transport) return this.#transport.write(bytes)
    this.#recorder.sent('clear', bytes)
    return new Promise((resolve) => this.#raw.write(bytes, () => resolve()))
  }

  /** What is pushed between answers: to nobody, where no phase is on. */
  push(pieces: Pieces): Promise<void> {
    return this.inChunks(pieces, (bytes) => this.#transport?.write(bytes))
  }

  /** No further than the client reads. */
  async inChunks(pieces: Pieces, write: (bytes: Buffer) => Promise<void> | undefined): Promise<void> {
    const only = oneChunk(pieces)
    if (only) return write(only)
    for await (const chunk of chunksOf(pieces)) {
      await write(chunk)
      if (this.#raw.destroyed) return
    }
  }

  /** Waits so many milliseconds, or until the client has gone: only a socket that is read tells of it. */
  rest(ms: number): Promise<void> {
    this.#transport?.listen()
    return pauseOr(ms, this.#over)
  }

  /** Whether the client says something within so many milliseconds. */
  async hears(ms: number): Promise<boolean> {
    await pauseOr(ms, Promise.race([this.input.arrival(), this.#over]))
    return this.input.length > 0
  }

  /** Ends our direction as its stream does, and the connection once the client has ended its own or has had its time. */
  async finish(): Promise<void> {
    await this.#transport?.finish()
  }

  /** Ends it as a part of the scenario wants it: below TLS, but for a half-close. */
  async end(how: CloseHow, part: string): Promise<void> {
    if (how === 'half') return this.#transport ? this.#transport.halfClose() : void this.#raw.end()
    this.ended('server', how === 'rst' ? 'rst' : 'fin', part)
    // A stream that is ended says so in its own way: inside TLS by a close_notify, which a bare FIN lacks.
    if (how === 'fin') this.#raw.end()
    else if (how === 'rst') await this.#reset()
  }

  #reset(): Promise<void> {
    this.#resetting ??= new Promise((resolve) => {
      if (this.#raw.destroyed) return resolve()
      this.#raw.once('close', () => resolve())
      this.#raw.resetAndDestroy()
    })
    return this.#resetting
  }

  /** Nobody waits for the client any more, who may still be there. */
  giveUp(): void {
    this.#endWaiting()
    this.input.end()
  }

  /** Ends it from outside: nobody reads or writes it any more. */
  destroy(): void {
    this.giveUp()
    this.input.drain()
    if (this.#resetting) return
    this.#destroyStreams()
  }

  /** The last of a connection: whatever is still open is closed. */
  async close(): Promise<void> {
    await this.#resetting
    this.#destroyStreams()
  }

  #destroyStreams(): void {
    this.#transport?.destroy()
    this.#raw.destroy()
  }

  ended(by: ConnectionEnd['by'], how: ConnectionEnd['how'], why?: string): void {
    this.#recorder.ended({ by, how, closeNotify: 'unknown', ...(why && { why }) })
  }
}
