import { clock } from '../../clock.ts'

/** Tells when nothing has happened for too long. Keeps no process alive. */
export class IdleTimer {
  readonly #limit: number
  readonly #onIdle: () => void
  #timer: NodeJS.Timeout | undefined

  /** @param limit milliseconds */
  constructor(limit: number, onIdle: () => void) {
    this.#limit = limit
    this.#onIdle = onIdle
  }

  /** Something has happened. */
  restart(): void {
    if (this.#timer) return void this.#timer.refresh()
    this.#timer = clock.setTimeout(this.#onIdle, this.#limit)
    this.#timer.unref()
  }

  stop(): void {
    clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
