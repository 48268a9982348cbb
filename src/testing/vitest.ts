import { afterAll, expect } from 'vitest'
import {
  type CredentialsOptions,
  type MailMatchers,
  matchers,
  type NegotiatedOptions,
  type OutcomeOptions,
  type RefusedOptions,
} from './matchers.ts'
import { type MockMail, openMockMail } from './mock-mail.ts'

export type { CaseFilter, MailCase } from './cases.ts'
export type { CredentialsOptions, MockMail, NegotiatedOptions, OutcomeOptions, RefusedOptions }

/**
 * Mail servers for the tests of this file, or of this `describe`; they close themselves. Adds the matchers to vitest's
 * `expect`.
 *
 * @example
 * const mail = useMockMail()
 * it.each(mail.cases({ protocol: 'imap', expect: 'reject' }))('refuses $scenario over $mode', async (c) => {
 *   const server = await mail.start(c)
 *   await expect(connect(server)).rejects.toThrow()
 *   await expect(server).toHaveBeenRefused()
 * })
 */
export function useMockMail(): MockMail {
  expect.extend(matchers)
  return openMockMail({ afterAll })
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the declaration that is merged with has this default
  interface Matchers<T = any> extends MailMatchers<void> {}
}
