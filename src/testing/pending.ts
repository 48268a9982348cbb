import { pauseOr, turn } from '../clock.ts'

/** A matcher that was called and has not answered. */
interface Call {
  readonly what: string
  /** Tests that may have called it and still run. */
  readonly by: Set<unknown>
  /** Whether no other test can have called it. */
  readonly sole: boolean
}

/** Which matchers of a file have been called and not answered, and whose they are. */
export class Pending {
  readonly #running = new Set<unknown>()
  readonly #calls = new Set<Call>()
  readonly #open = new Set<Promise<unknown>>()
  readonly #forgotten: string[] = []

  /** Tests that run: several where they are concurrent, none in hooks and where the runner does not tell. */
  get running(): readonly unknown[] {
    return [...this.#running]
  }

  begins(test: unknown): void {
    this.#running.add(test)
  }

  /** What this test has called and not awaited. What may be another's is kept for the end of the file. */
  ends(test: unknown): readonly string[] {
    this.#running.delete(test)
    const forgotten: string[] = []
    for (const call of this.#calls) {
      if (!call.by.delete(test) || call.by.size > 0) continue
      this.#calls.delete(call)
      const where = call.sole ? forgotten : this.#forgotten
      where.push(call.what)
    }
    return forgotten
  }

  /** Runs a matcher. `caller` is its test where the runner knows; else it may be any that runs. */
  async during<T>(what: string, act: () => Promise<T>, caller?: unknown): Promise<T> {
    const by = new Set([...this.#running].filter((test) => caller === undefined || test === caller))
    const call: Call = { what, by, sole: by.size === 1 }
    this.#calls.add(call)
    const answer = act()
    this.#open.add(answer)
    try {
      return await answer
    } finally {
      this.#calls.delete(call)
      this.#open.delete(answer)
    }
  }

  /** When everything has answered, awaited or not, or after so many milliseconds. */
  async answered(limit: number): Promise<void> {
    if (this.#open.size === 0) return
    await pauseOr(limit, Promise.allSettled(this.#open))
    // What is rejected now and handled by nobody is told a turn later.
    await turn()
  }

  /** What was not awaited although every test is over, and cannot be told to one of them. */
  left(): readonly string[] {
    return [...this.#forgotten, ...[...this.#calls].map(({ what }) => what)]
  }
}
