import net from 'node:net'
import { Duplex } from 'node:stream'

/** A TCP connection that outlives what is laid over it: when TLS fails, a careless client still has the socket. */
export class Pipe extends Duplex {
  readonly raw: net.Socket

  constructor(raw: net.Socket) {
    super({ allowHalfOpen: false })
    this.raw = raw
    raw.on('data', this.#onData)
    raw.on('end', () => this.push(null))
    raw.on('close', () => this.destroy())
    this.on('error', () => {})
  }

  readonly #onData = (chunk: Buffer): void => {
    if (!this.destroyed) this.push(chunk)
  }

  /** Whoever wants the socket back has it. */
  release(): net.Socket {
    this.raw.off('data', this.#onData)
    return this.raw
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.raw.write(chunk, () => done())
  }

  /** The end of TLS is not yet the end of the connection. */
  override _final(done: () => void): void {
    done()
  }

  override _destroy(_error: Error | null, done: () => void): void {
    done()
  }
}

/** Undefined where the connection is refused, or reset before it was there: an end like any other. */
export const dial = (host: string, port: number): Promise<net.Socket | undefined> =>
  new Promise((resolve) => {
    // That the server has closed does not keep a careless client from saying more.
    const socket = net.connect({ port, host, allowHalfOpen: true }, () => resolve(socket))
    socket.on('error', () => resolve(undefined))
  })

/** Sends lines, and waits for answers, but not for ever. */
export class Talk {
  readonly #stream: Duplex
  readonly #patience: number
  #seen: string
  /** All that was ever said. */
  #heard = ''
  #over = false
  #silent = false
  #wake: () => void = () => {}

  /** @param patience milliseconds for an answer */
  constructor(stream: Duplex, patience: number, before = '') {
    this.#stream = stream
    this.#patience = patience
    this.#seen = before
    // What has ended meanwhile does not say so again.
    this.#over = stream.readableEnded || stream.destroyed
    stream.on('data', this.#onData)
    stream.on('error', () => {})
    for (const event of ['end', 'close']) {
      stream.on(event, () => {
        this.#over = true
        this.#wake()
      })
    }
  }

  readonly #onData = (chunk: Buffer): void => {
    const text = chunk.toString('latin1')
    this.#seen += text
    this.#heard += text
    this.#wake()
  }

  /** Whether an answer has not come in time. */
  get silent(): boolean {
    return this.#silent
  }

  get heard(): string {
    return this.#heard
  }

  /** Waits until the other side is gone, or for as long as for any answer. */
  async gone(): Promise<void> {
    await this.answer(/(?!)/)
  }

  /** Lets go of the stream; what has come and was not read. */
  leave(): string {
    this.#stream.off('data', this.#onData)
    return this.#seen
  }

  send(...lines: readonly string[]): void {
    if (this.#stream.writable) this.#stream.write(lines.map((line) => `${line}\r\n`).join(''))
  }

  /** Everything up to and including what fits; undefined when it does not come. */
  answer(pattern: RegExp): Promise<string | undefined> {
    return new Promise((resolve) => {
      const settle = (answer: string | undefined): void => {
        clearTimeout(timer)
        this.#wake = () => {}
        resolve(answer)
      }
      const timer = setTimeout(() => {
        this.#silent = true
        settle(undefined)
      }, this.#patience)
      this.#wake = () => {
        const found = pattern.exec(this.#seen)
        if (found) {
          const end = found.index + found[0].length
          const answer = this.#seen.slice(0, end)
          this.#seen = this.#seen.slice(end)
          settle(answer)
        } else if (this.#over) settle(undefined)
      }
      this.#wake()
    })
  }

  ask(line: string, pattern: RegExp): Promise<string | undefined> {
    this.send(line)
    return this.answer(pattern)
  }
}
