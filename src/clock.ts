/**
 * The timers and the clock as they are when the module loads, so that a test runner's fake timers change nothing about
 * a server.
 */
export const clock = {
  now: performance.now.bind(performance),
  date: Date.now.bind(Date),
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  queueMicrotask: globalThis.queueMicrotask,
} as const

/** Resolves after so many milliseconds. The timer does not keep the process alive by itself. */
export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.setTimeout(resolve, ms).unref()
  })

/** Resolves after so many milliseconds, or when `early` does. */
export const pauseOr = (ms: number, early: Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const timer = clock.setTimeout(resolve, ms)
    timer.unref()
    void early.then(() => {
      clock.clearTimeout(timer)
      resolve()
    })
  })

const waiting: (() => void)[] = []

/**
 * Resolves after everything else that is ready has had its turn. Of those that wait, one goes on at a time: sixteen that
 * work for long keep another one waiting no longer than one does.
 */
export const turn = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve)
    if (waiting.length === 1) clock.setImmediate(nextTurn)
  })

function nextTurn(): void {
  waiting.shift()?.()
  if (waiting.length > 0) clock.setImmediate(nextTurn)
}

/** Milliseconds that anybody may work without a turn for the others. */
export const longestTurn = 5
