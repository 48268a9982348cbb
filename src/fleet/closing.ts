type Step = () => unknown

/** Takes every step, in order, whatever the others come to; then rejects with the first failure. */
export async function takeAll(...steps: readonly Step[]): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

/** All at once; waits for each of them, and rejects with the first failure. */
export async function closeAll(all: readonly { close(): Promise<void> }[]): Promise<void> {
  const closed = await Promise.allSettled(all.map((one) => one.close()))
  const failed = closed.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

/** A close that is done once. What went wrong is told to those who wait for it, and not again when it is over. */
export class Once {
  #done: Promise<void> | undefined

  get begun(): boolean {
    return this.#done !== undefined
  }

  run(close: () => Promise<void>): Promise<void> {
    this.#done ??= close().catch((error: unknown) => {
      this.#done = Promise.resolve()
      throw error
    })
    return this.#done
  }
}
