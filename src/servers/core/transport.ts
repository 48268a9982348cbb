import type { Duplex } from 'node:stream'
import { clock } from '../../clock.ts'
import type { Phase } from '../../record/record.ts'
import type { Input } from './input.ts'

/** More unread bytes than this and the client has to wait. */
const highWater = 256 * 1024

/** Milliseconds that a client may take to close its side after the server closed. */
export const lingerMs = 1000

/** How the client ended. `gone` when nothing can be sent to it any more. */
export interface TransportEnd {
  readonly how: 'fin' | 'rst' | 'error'
  readonly error?: Error
  readonly gone: boolean
}

export interface TransportEvents {
  received(phase: Phase, bytes: Buffer): void
  sent(phase: Phase, bytes: Buffer): void
  /** The client ended its direction, or an error ended both. */
  ended(how: TransportEnd): void
}

/**
 * One phase's byte stream: the TCP socket in clear, or what a TLS engine laid over it. Feeds an {@link Input} and reports
 * every byte.
 */
export class Transport {
  readonly phase: Phase
  readonly stream: Duplex
  readonly #input: Input
  readonly #events: TransportEvents
  #gone = false

  constructor(stream: Duplex, phase: Phase, input: Input, events: TransportEvents) {
    this.stream = stream
    this.phase = phase
    this.#input = input
    this.#events = events
    stream.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd).on('error', this.#onError)
    input.onHungry = () => stream.resume()
  }

  /** Reads although nobody waits for bytes: only a socket that is read tells that the client went away. */
  listen(): void {
    if (this.#input.length <= highWater) this.stream.resume()
  }

  /** Resolves when the bytes were handed to the kernel, or when that cannot happen any more. */
  write(bytes: Buffer): Promise<void> {
    if (this.#gone || !this.stream.writable || bytes.length === 0) return Promise.resolve()
    this.#events.sent(this.phase, bytes)
    return new Promise((resolve) => {
      const done = (): void => {
        this.stream.off('close', done)
        resolve()
      }
      this.stream.on('close', done)
      this.stream.write(bytes, done)
    })
  }

  /** The client had ended before anybody listened here: told when what it said before that has been read. */
  endSoon(): void {
    clock.setImmediate(this.#onEnd)
  }

  /** Lets go of the stream, paused, with nothing of it lost: what was read is in the input. */
  detach(): void {
    this.stream.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd).off('error', this.#onError)
    this.#input.onHungry = undefined
    this.stream.pause()
  }

  /** Ends our direction, and the connection once the client ends its own or has had its time. */
  async finish(): Promise<void> {
    if (this.stream.destroyed) return
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(() => this.stream.destroy(), lingerMs)
      timer.unref()
      this.stream.once('close', () => {
        clock.clearTimeout(timer)
        resolve()
      })
      // What still arrives is read and recorded, or the FIN behind it would never be seen.
      this.stream.resume()
      this.stream.end()
    })
  }

  destroy(): void {
    this.detach()
    this.stream.destroy()
  }

  /** FIN of our direction only; what the client still sends is read. */
  halfClose(): void {
    this.stream.end()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#events.received(this.phase, chunk)
    this.#input.push(chunk)
    if (this.#input.length > highWater) this.stream.pause()
  }

  readonly #onEnd = (): void => this.#ended({ how: 'fin' })

  readonly #onError = (error: NodeJS.ErrnoException): void => this.#ended(classify(error))

  #ended(end: Omit<TransportEnd, 'gone'>): void {
    if (this.#gone) return
    this.#gone = end.how !== 'fin' || this.stream.destroyed
    this.#events.ended({ ...end, gone: this.#gone })
    this.#input.end()
  }
}

const classify = (error: NodeJS.ErrnoException): { how: 'rst' | 'error'; error: Error } => ({
  how: error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'rst' : 'error',
  error,
})
