/** Resolves when the command ought to stop: a signal, or a reader that went away. */
export interface Lifetime {
  readonly over: Promise<string>
  readonly ended: boolean
  end(why: string): void
  /** Gives the signals back to the system. */
  release(): void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Exit status of a process that a second signal ends at once. */
const impatient = 130

/**
 * Takes the signals over before anything starts, so that one that comes during the start stops what was started. A second
 * one does not wait for an orderly stop.
 */
export function openLifetime(): Lifetime {
  let ended = false
  let resolve: (why: string) => void = () => {}
  const over = new Promise<string>((done) => {
    resolve = done
  })
  const end = (why: string): void => {
    ended = true
    resolve(why)
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    if (ended && signal === 'SIGINT') process.exit(impatient)
    end(signal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  return {
    over,
    get ended() {
      return ended
    },
    end,
    release() {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}
