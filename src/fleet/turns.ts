import { turn } from '../clock.ts'

/** What waits at most: each holds a record. */
const most = 16

/** Work of which a piece is done in each turn, in order, so that many pieces at once keep nobody waiting. */
export class Turns {
  readonly #waiting: (() => void)[] = []

  add(work: () => void): void {
    // Faster than it can be done, it is done at once: then it is waited for.
    if (this.#waiting.length >= most) this.#next()
    this.#waiting.push(work)
    if (this.#waiting.length === 1) void this.#run()
  }

  /** Does all of it now. */
  finish(): void {
    while (this.#waiting.length > 0) this.#next()
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await turn()
      this.#next()
    }
  }

  #next(): void {
    this.#waiting.shift()?.()
  }
}
