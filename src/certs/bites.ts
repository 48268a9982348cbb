import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { turn } from '../clock.ts'

/** Octets that are handed on before others have their turn; a request about one certificate has a quarter of it. */
const bite = 1024

/**
 * A socket whose client has no more than a bite looked at in one turn: HTTP answers all requests of a segment at once, and
 * 64 KiB of small ones take a tenth of a second.
 */
export class Bites extends Duplex {
  readonly #socket: Socket
  /** Called by whoever has answered one of its requests. */
  readonly onAnswered: () => void
  /** Called by whoever will be long about it. */
  readonly onHeld: () => void

  /** @param socket one that nobody else reads */
  constructor(socket: Socket, onAnswered: () => void, onHeld: () => void) {
    super()
    this.#socket = socket
    this.onAnswered = onAnswered
    this.onHeld = onHeld
    socket.on('end', () => this.push(null)).on('close', () => this.destroy())
    this.on('error', () => {})
  }

  override _read(): void {
    if (this.#socket.readableLength > bite) void turn().then(() => this.push(this.#socket.read(bite)))
    else this.#readRest()
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done)
  }

  /** An answer's head and body leave in one segment. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done)
  }

  override _final(done: () => void): void {
    this.#socket.end(() => done())
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }

  #readRest(): void {
    const rest = this.#socket.read() as Buffer | null
    if (rest === null) this.#socket.once('readable', () => this._read())
    else this.push(rest)
  }
}
