import { afterAll, expect } from 'vitest'
import { type CredentialsOptions, matchers, type RefusedOptions } from './matchers.ts'
import { type MockMail, openMockMail } from './mock-mail.ts'

export type { CaseFilter, MailCase } from './cases.ts'
export type { CredentialsOptions, MockMail, RefusedOptions }

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

/** What {@link useMockMail} adds to `expect(server)`. */
export interface MockmailMatchers<R> {
  /** The client refused this server, and for no visible reason other than the scenario's. Settles first. */
  toHaveBeenRefused(options?: RefusedOptions): Promise<R>
  /** The client went on to use the session. Settles first. */
  toHaveBeenAccepted(options?: { readonly settle?: number }): Promise<R>
  /** A password or token reached this server, whether it was right or not. Settles first. */
  toHaveSeenCredentials(options?: CredentialsOptions): Promise<R>
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the declaration that is merged with has this default
  interface Matchers<T = any> extends MockmailMatchers<void> {}
}
