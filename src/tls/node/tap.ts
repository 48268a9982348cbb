import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Below } from '../engine.ts'
import { TlsRecords, tlsRecordSize } from '../tls-records.ts'
import { ServerFlight } from './server-flight.ts'

/** Octets kept of what came in clear below TLS, which ends a session within a segment or two. */
const maxStray = 128 * 1024

/**
 * A TCP socket below TLS, of which every byte is seen on its way: for scenarios whose handshake a strict client breaks off,
 * where what a careless one then says in clear, on the same connection, must not be lost. Costs a tenth of a handshake, so
 * that nothing lies between Node's TLS and the socket where all goes well.
 */
export class Tap extends Duplex implements Below {
  readonly #raw: Socket
  readonly #records = new TlsRecords()
  /** What the server has written. */
  readonly flight = new ServerFlight()
  /** How the client ended the TCP connection, where it did. */
  ended: 'fin' | 'rst' | undefined

  /**
   * @param raw a socket that nobody reads
   * @param ahead what was read from it already, and is no ClientHello that we can read
   */
  constructor(raw: Socket, ahead?: Buffer) {
    super({ allowHalfOpen: false })
    this.#raw = raw
    if (ahead) {
      if (tlsRecordSize(ahead) === 0) this.#records.lose()
      else this.#records.push(ahead)
      this.push(ahead)
    }
    raw.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose)
    // TLS reports what goes wrong; between two owners an error would have no listener.
    this.on('error', () => {})
  }

  get strayed(): boolean {
    return this.#records.lost
  }

  release(): Buffer {
    const raw = this.#raw
    raw.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError).off('close', this.#onClose)
    raw.pause()
    this.destroy()
    return this.#records.rest
  }

  override _read(): void {
    this.#raw.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.flight.push(chunk)
    // After a FIN of ours below TLS, a close_notify has nowhere to go.
    if (this.#raw.writableEnded || this.#raw.destroyed) done()
    else this.#raw.write(chunk, () => done())
  }

  override _final(done: () => void): void {
    if (this.#raw.destroyed) done()
    else this.#raw.end(() => done())
  }

  /** The socket is the connection's, which closes it when it has heard all. */
  override _destroy(_error: Error | null, done: () => void): void {
    done()
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#records.length < maxStray) this.#records.push(chunk)
    if (!this.destroyed && !this.push(chunk)) this.#raw.pause()
  }

  readonly #onEnd = (): void => {
    this.ended ??= 'fin'
    if (!this.destroyed) this.push(null)
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.ended ??= 'rst'
    this.destroy(error)
  }

  /** Ended from our side: TLS has nothing to wait for. What the client has ended is read to its end. */
  readonly #onClose = (): void => {
    if (!this.ended) this.destroy()
  }
}
