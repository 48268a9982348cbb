import { constants } from 'node:os'
import type { MockmailError } from '../errors.ts'

/** Why a command stops. */
export type Ending =
  | { readonly why: 'signal'; readonly signal: NodeJS.Signals }
  /** Nobody reads stdout any more. */
  | { readonly why: 'gone' }
  /** Its time is over. */
  | { readonly why: 'expired' }
  /** Something that has to be written cannot be. */
  | { readonly why: 'failed'; readonly error: MockmailError }

/** Resolves when the command ought to stop. */
export interface Lifetime {
  readonly over: Promise<Ending>
  /** Undefined while it goes on. */
  ending(): Ending | undefined
  end(ending: Ending): void
  /** From now on signals go to `listener`; without one they end the command again. */
  divert(listener?: (signal: NodeJS.Signals) => void): void
  /** Gives the signals back to the system. */
  release(): void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What a shell reports of a process that a signal has ended. */
export const statusOfSignal = (signal: NodeJS.Signals): number => 128 + constants.signals[signal]

/**
 * Takes the signals over before anything starts, so that one that comes during the start stops what was started. A second
 * one does not wait for an orderly stop.
 */
export function openLifetime(): Lifetime {
  let ending: Ending | undefined
  let diverted: ((signal: NodeJS.Signals) => void) | undefined
  let resolve: (ending: Ending) => void = () => {}
  const over = new Promise<Ending>((done) => {
    resolve = done
  })
  const end = (given: Ending): void => {
    ending ??= given
    resolve(ending)
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    if (diverted) diverted(signal)
    // What is open is closed by the system, and the temporary directory is removed at exit.
    else if (ending) process.exit(statusOfSignal(signal))
    else end({ why: 'signal', signal })
  }
  for (const signal of signals) process.on(signal, onSignal)
  return {
    over,
    ending: () => ending,
    end,
    divert(listener) {
      diverted = listener
    },
    release() {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}
