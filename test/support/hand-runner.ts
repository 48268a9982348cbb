import type { EndedScope, EndedTest, Runner } from '../../src/testing/runner.ts'

/** A runner whose tests begin and end when the test says so. */
export interface HandRunner {
  readonly runner: Runner
  /** Runs `act` as a test. Resolves to what it, or a hook behind it, failed with. */
  test(act: () => Promise<unknown>): Promise<unknown>
  begins(test: unknown): void
  ends(test: EndedTest): void
  /** The end of every scope, and of the file: rejects with what a hook of it failed with. */
  over(): Promise<void>
  readonly told: readonly string[]
}

let files = 0

export function handRunner({ filtered = false } = {}): HandRunner {
  const name = `by hand ${++files}`
  const scopes: ((ended: EndedScope) => Promise<void>)[] = []
  const begin = new Set<(test: unknown) => void>()
  const end = new Set<(test: EndedTest) => void>()
  const afterFile: (() => Promise<void>)[] = []
  const told: string[] = []
  const begins = (test: unknown): void => {
    for (const hook of begin) hook(test)
  }
  const ends = (test: EndedTest): void => {
    for (const hook of end) hook({ tell: (text) => told.push(text), ...test })
  }
  return {
    runner: {
      file: () => name,
      filtered: () => filtered,
      afterScope: (hook) => void scopes.push(hook),
      afterFile: (hook) => void afterFile.push(hook),
      eachTest(onBegin, onEnd) {
        begin.add(onBegin)
        end.add(onEnd)
      },
    },
    begins,
    ends,
    told,
    async test(act) {
      const id = {}
      begins(id)
      const error = await act().then(
        () => undefined,
        (reason: Error) => reason,
      )
      try {
        ends({ id, errors: error === undefined ? [] : [error.message] })
        return error
      } catch (late) {
        return error ?? late
      }
    },
    async over() {
      for (const hook of scopes) await hook({ over: 'scope' })
      for (const hook of afterFile) await hook()
    },
  }
}
