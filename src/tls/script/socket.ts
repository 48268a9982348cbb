import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { clock } from '../../clock.ts'
import type { Machine } from './machine.ts'
import type { Action } from './wire.ts'

/** How the TCP connection below ended. */
export type RawEnd = 'fin' | 'rst' | 'destroyed'

/**
 * What is inside TLS, over a TCP socket that nobody else reads. It does what the machine wants done, in order, and knows
 * nothing of TLS.
 */
export class ScriptSocket extends Duplex {
  readonly machine: Machine
  readonly #raw: Socket
  /** What waits for a pause to end, undefined where nothing does. */
  #waiting: Action[] | undefined
  #timer: NodeJS.Timeout | undefined
  #ended: RawEnd | undefined
  #told = false
  /** Told whenever something has happened to the machine or the connection. */
  onChange: () => void = () => {}

  constructor(raw: Socket, machine: Machine) {
    super({ allowHalfOpen: true })
    this.#raw = raw
    this.machine = machine
    raw.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose)
    // Between two owners an error would have no listener.
    this.on('error', () => {})
  }

  /** How the client ended the TCP connection, or that it was destroyed from outside. */
  get rawEnd(): RawEnd | undefined {
    return this.#ended
  }

  /** Lets go of the TCP socket, which stays as open as it was. */
  release(): void {
    const raw = this.#raw
    raw.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError).off('close', this.#onClose)
    raw.pause()
    this.destroy()
  }

  /**
   * Begins to read.
   *
   * @param other what was read of the connection already, and is no ClientHello
   */
  start(other?: Buffer): void {
    if (other) {
      this.#perform(this.machine.inputOther(other))
      this.#tell()
    }
    if (!this.destroyed) this.#raw.resume()
    if (this.#raw.destroyed) this.#onClose()
    else if (this.#raw.readableEnded) this.#onEnd()
  }

  override _read(): void {
    this.#raw.resume()
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#perform(this.machine.send(chunk))
    this.#whenDrained(done)
  }

  override _final(done: () => void): void {
    this.#perform(this.machine.end())
    this.#whenDrained(done)
  }

  override _destroy(_error: Error | null, done: () => void): void {
    clock.clearTimeout(this.#timer)
    this.#waiting = undefined
    done()
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#perform(this.machine.input(chunk))
    let goesOn = true
    for (const bytes of this.machine.take()) goesOn = this.push(bytes)
    if (!goesOn) this.#raw.pause()
    this.#tell()
  }

  readonly #onEnd = (): void => {
    this.#ended ??= 'fin'
    this.#perform(this.machine.inputEnded())
    this.#tell()
  }

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#ended ??= 'rst'
    this.machine.inputEnded()
    this.#tell()
    this.destroy(error)
  }

  readonly #onClose = (): void => {
    this.#ended ??= 'destroyed'
    this.machine.inputEnded()
    this.#tell()
    this.destroy()
  }

  /** The facts first, then the stream. */
  #tell(): void {
    this.onChange()
    const isOver = this.machine.clientEnded || this.machine.state === 'over' || this.machine.wire.ended !== undefined
    if (!isOver || this.#told || this.destroyed) return
    this.#told = true
    this.push(null)
  }

  #perform(actions: readonly Action[]): void {
    if (this.#waiting) {
      this.#waiting.push(...actions)
      return
    }
    for (const [index, action] of actions.entries()) {
      if (action.do === 'wait') {
        this.#pause(action.ms, actions.slice(index + 1))
        return
      }
      this.#act(action)
    }
  }

  #pause(ms: number, rest: readonly Action[]): void {
    this.#waiting = [...rest]
    this.#timer = clock.setTimeout(() => {
      const waiting = this.#waiting ?? []
      this.#waiting = undefined
      this.#perform(waiting)
      if (this.#waiting === undefined) this.emit('drained')
      this.#tell()
    }, ms)
    this.#timer.unref()
  }

  #act(action: Exclude<Action, { do: 'wait' }>): void {
    const raw = this.#raw
    if (raw.destroyed || raw.writableEnded) return
    if (action.do === 'send') raw.write(action.bytes)
    else if (action.do === 'fin') raw.end()
    else raw.resetAndDestroy()
  }

  /** Goes on when the client has taken enough of what it was sent. */
  #whenDrained(done: () => void): void {
    const raw = this.#raw
    if (this.#waiting) {
      this.once('drained', () => this.#whenDrained(done))
      return
    }
    if (raw.destroyed || raw.writableEnded || !raw.writableNeedDrain) {
      done()
      return
    }
    const goOn = (): void => {
      raw.off('drain', goOn).off('close', goOn)
      done()
    }
    raw.on('drain', goOn).on('close', goOn)
  }
}
