import { type MatcherResult, matchers } from './matchers.ts'
import type { Runner } from './runner.ts'
import { fileNow } from './test-file.ts'

/** What a runner tells a matcher by `this`. */
export interface MatcherContext {
  readonly isNot?: boolean | undefined
  /** jest's: the test that calls, before version 30 in `test.concurrent` only. */
  currentConcurrentTestName?: (() => string | undefined) | undefined
}

export type Matchers = typeof matchers

type Watched = (this: MatcherContext, received: unknown, ...given: unknown[]) => Promise<MatcherResult>

/** The matchers for one runner: what they find counts for the file, and so does whether they are awaited. */
export function watchedMatchers(runner: Pick<Runner, 'file'>): Record<keyof Matchers, Watched> {
  const names = Object.keys(matchers) as (keyof Matchers)[]
  return Object.fromEntries(names.map((name) => [name, watched(name, runner)])) as Record<keyof Matchers, Watched>
}

function watched(name: keyof Matchers, runner: Pick<Runner, 'file'>): Watched {
  const match = matchers[name] as (received: unknown, ...given: unknown[]) => Promise<MatcherResult>
  return function (received, ...given) {
    const file = fileNow(runner.file())
    const { isNot = false } = this
    const { decided } = file
    return file.pending.during(
      `expect(…)${isNot ? '.not' : ''}.${name}()`,
      async () => {
        const { run, ...result } = await match(received, ...given)
        if (run && result.pass !== isNot) await file.holds(run.server, run.outcome, { decided })
        return result
      },
      this.currentConcurrentTestName?.(),
    )
  }
}
