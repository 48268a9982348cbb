import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { TlsRecords, tlsRecordSize } from '../../tls/tls-records.ts'

/** Octets kept of what came in clear below TLS, which ends a session within a segment or two. */
const maxStray = 128 * 1024

/**
 * A TCP socket below TLS, of which every byte is seen on its way: for scenarios whose handshake a strict client breaks off,
 * where what a careless one then says in clear, on the same connection, must not be lost. Costs a tenth of a handshake, so
 * that nothing lies between Node's TLS and the socket where all goes well.
 */
export class Tap extends Duplex {
  readonly #raw: Socket
  readonly #records = new TlsRecords()
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

  /** What the client sent in place of TLS, from the first such byte on; the beginning of a record that it never ended too. */
  get stray(): Buffer {
    return this.#records.rest
  }

  /** Whether it sent something that can be no TLS. */
  get strayed(): boolean {
    return this.#records.lost
  }

  /** Lets go of the socket, which stays open: TLS is over, and the client may still say something. */
  release(): void {
    const raw = this.#raw
    raw.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError).off('close', this.#onClose)
    raw.pause()
    this.destroy()
  }

  override _read(): void {
    this.#raw.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
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
