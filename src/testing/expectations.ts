import { AssertionError } from 'node:assert'
import type { Matchers, watchedMatchers } from './watched.ts'

/** The matchers about one server or report: each rejects with an AssertionError when what it says is not so. */
export type Expectations = {
  readonly [Name in keyof Matchers]: Parameters<Matchers[Name]> extends [unknown, ...infer Rest]
    ? (...given: Rest) => Promise<void>
    : never
}

/** What is so, and under `not` what is not. */
export type BothWays = Expectations & { readonly not: Expectations }

/** The matchers as functions that reject, for a runner that has no `expect` of its own. */
export function expectationsOf(matchers: ReturnType<typeof watchedMatchers>, received: unknown): BothWays {
  const expectations = ({ isNot }: { readonly isNot: boolean }): Expectations => {
    const names = Object.keys(matchers) as (keyof Matchers)[]
    const bound = names.map((name) => [
      name,
      async (...given: unknown[]): Promise<void> => {
        const { pass, message } = await matchers[name].call({ isNot }, received, ...given)
        if (pass === isNot) throw new AssertionError({ message: message(), operator: name })
      },
    ])
    return Object.fromEntries(bound)
  }
  return { ...expectations({ isNot: false }), not: expectations({ isNot: true }) }
}
