import { AsyncResource } from 'node:async_hooks'
import { after, afterEach, beforeEach } from 'node:test'
import { type BothWays, type Expectations, expectationsOf } from './expectations.ts'
import { type MockMail, type MockMailOptions, openMockMail } from './mock-mail.ts'
import type { Runner } from './runner.ts'
import { watchedMatchers } from './watched.ts'

export type { CaseFilter, MailCase } from './cases.ts'
export type { CredentialsOptions, NegotiatedOptions, OutcomeOptions, PassOptions, RefusedOptions } from './matchers.ts'
export type { Expectations, MockMail }

/** `node:test` has no `expect` of its own, so this one knows mockmail's matchers only. */
export interface NodeTestMail extends MockMail {
  expect(received: unknown): BothWays
}

/** Of the context that hooks are given. */
interface Context {
  readonly passed?: boolean
  readonly error?: Error | null
  diagnostic?(text: string): void
}

/** What node:test lends to a file of tests. */
const runner: Runner = {
  // A process has one file, or all of its files have one end.
  file: () => 'node:test',
  filtered: () => process.execArgv.some((flag) => /^--test-(?:name-pattern|skip-pattern|only)\b/.test(flag)),
  afterScope(hook) {
    after(() => hook({ over: 'scope' }))
  },
  // Outside of every describe, wherever this is called.
  afterFile(hook) {
    const end = (): Promise<void> =>
      hook().catch((error: unknown) => {
        // Since Node 22 a hook that fails here is printed, and the process ends with 0.
        process.exitCode = 1
        throw error
      })
    new AsyncResource('mockmail', { triggerAsyncId: 0 }).runInAsyncScope(() => after(end))
  },
  eachTest(begins, ends) {
    beforeEach((test) => begins(test))
    afterEach((test) => {
      const { passed, error } = test as Context
      const errors = passed === false ? ['', ...messagesOf(error)] : []
      ends({ id: test, errors, tell: (text) => (test as Context).diagnostic?.(text) })
    })
  },
}

/**
 * Mail servers for the tests of this file, or of this `describe`; they close themselves.
 *
 * @example
 * const mail = useMockMail()
 * for (const c of mail.cases({ protocol: 'imap' })) {
 *   test(c.title, async () => {
 *     const server = await mail.start(c)
 *     await connect(server).catch(() => {})
 *     await mail.expect(server).toPass()
 *   })
 * }
 */
export function useMockMail(options: Omit<MockMailOptions, 'shared'> = {}): NodeTestMail {
  const mail = openMockMail(runner, options)
  return {
    ...mail,
    expect: (received) => expectationsOf(matchers, received),
  }
}

const matchers = watchedMatchers(runner)

/** node:test wraps what a test has thrown. */
const messagesOf = (error: unknown): readonly string[] =>
  error instanceof Error ? [error.message, ...messagesOf(error.cause)] : []
