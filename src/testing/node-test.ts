import { AssertionError } from 'node:assert'
import { after } from 'node:test'
import { matchers } from './matchers.ts'
import { type MockMail, openMockMail } from './mock-mail.ts'

export type { CaseFilter, MailCase } from './cases.ts'
export type { CredentialsOptions, NegotiatedOptions, OutcomeOptions, RefusedOptions } from './matchers.ts'
export type { MockMail }

type Matchers = typeof matchers

/** The matchers about one server or report: each rejects with an AssertionError when what it says is not so. */
export type Expectations = {
  readonly [Name in keyof Matchers]: Parameters<Matchers[Name]> extends [unknown, ...infer Rest]
    ? (...given: Rest) => Promise<void>
    : never
}

/** `node:test` has no `expect` of its own, so this one knows mockmail's matchers only. */
export interface NodeTestMail extends MockMail {
  expect(received: unknown): Expectations & { readonly not: Expectations }
}

/**
 * Mail servers for the tests of this file, or of this `describe`; they close themselves.
 *
 * @example
 * const mail = useMockMail()
 * test('refuses an expired certificate', async () => {
 *   const server = await mail.start({ protocol: 'imap', mode: 'implicit', scenario: 'expired' })
 *   await assert.rejects(connect(server))
 *   await mail.expect(server).toHaveBeenRefused()
 * })
 */
export function useMockMail(): NodeTestMail {
  const mail = openMockMail({ afterAll: (hook) => after(hook) })
  return {
    ...mail,
    expect: (received) =>
      Object.assign(expectations(received, { negated: false }), { not: expectations(received, { negated: true }) }),
  }
}

function expectations(received: unknown, { negated }: { readonly negated: boolean }): Expectations {
  const names = Object.keys(matchers) as (keyof Matchers)[]
  const bound = names.map((name) => [
    name,
    async (...given: unknown[]): Promise<void> => {
      const match = matchers[name] as (...all: unknown[]) => ReturnType<Matchers[typeof name]>
      const { pass, message } = await match(received, ...given)
      if (pass === negated) throw new AssertionError({ message: message(), operator: name })
    },
  ])
  return Object.fromEntries(bound)
}
