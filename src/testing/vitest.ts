import { afterAll, expect, inject } from 'vitest'
import {
  type CredentialsOptions,
  type MailMatchers,
  matchers,
  type NegotiatedOptions,
  type OutcomeOptions,
  type RefusedOptions,
} from './matchers.ts'
import {
  type MockMail,
  type MockMailOptions,
  openMockMail,
  openSharedMockMail,
  type SharedMockMail,
} from './mock-mail.ts'
import type { SharedFleet } from './shared/host.ts'

export type { CaseFilter, MailCase } from './cases.ts'
export type {
  CredentialsOptions,
  MockMail,
  MockMailOptions,
  NegotiatedOptions,
  OutcomeOptions,
  RefusedOptions,
  SharedMockMail,
}

/** Servers of the fleet that the global setup has started for all workers. */
export function useMockMail(options: MockMailOptions & { readonly shared: true }): SharedMockMail
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
export function useMockMail(options?: MockMailOptions): MockMail
export function useMockMail(options: MockMailOptions = {}): MockMail {
  expect.extend(matchers)
  if (!options.shared) return openMockMail({ afterAll })
  return openSharedMockMail({ afterAll }, inject('mockmail'), "'mockmail/vitest/global-setup'")
}

declare module 'vitest' {
  interface ProvidedContext {
    mockmail: SharedFleet
  }
  // biome-ignore lint/suspicious/noExplicitAny: the declaration that is merged with has this default
  interface Matchers<T = any> extends MailMatchers<void> {}
}
