import { expect, inject } from 'vitest'
import type { SharedFleet } from '../control/host.ts'
import type {
  CredentialsOptions,
  MailMatchers,
  NegotiatedOptions,
  OutcomeOptions,
  PassOptions,
  RefusedOptions,
} from './matchers.ts'
import {
  type MockMail,
  type MockMailOptions,
  openMockMail,
  openSharedMockMail,
  type SharedMockMail,
} from './mock-mail.ts'
import { vitestRunner } from './vitest-runner.ts'
import { watchedMatchers } from './watched.ts'

export type { CaseFilter, MailCase } from './cases.ts'
export type {
  CredentialsOptions,
  MockMail,
  MockMailOptions,
  NegotiatedOptions,
  OutcomeOptions,
  PassOptions,
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
 * it.each(mail.cases({ protocol: 'imap' }))('$title', async (c) => {
 *   const server = await mail.start(c)
 *   await connect(server).catch(() => {})
 *   await expect(server).toPass()
 * })
 */
export function useMockMail(options?: MockMailOptions): MockMail
export function useMockMail(options: MockMailOptions = {}): MockMail {
  expect.extend(watchedMatchers(vitestRunner))
  if (!options.shared) return openMockMail(vitestRunner, options)
  return openSharedMockMail(vitestRunner, inject('mockmail'), "'mockmail/vitest/global-setup'", options)
}

declare module 'vitest' {
  interface ProvidedContext {
    mockmail: SharedFleet
  }
  // biome-ignore lint/suspicious/noExplicitAny: the declaration that is merged with has this default
  interface Matchers<T = any> extends MailMatchers<void> {}
}
