import { expect } from '@jest/globals'
import { jestRunner } from './jest-runner.ts'
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
import { readFleet } from './shared/environment.ts'
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
 * Mail servers for the tests of this file, or of this `describe`; they close themselves. Adds the matchers to jest's
 * `expect`, global or imported.
 */
export function useMockMail(options?: MockMailOptions): MockMail
export function useMockMail(options: MockMailOptions = {}): MockMail {
  expect.extend(watchedMatchers(jestRunner) as unknown as Parameters<typeof expect.extend>[0])
  if (!options.shared) return openMockMail(jestRunner, options)
  return openSharedMockMail(
    jestRunner,
    readFleet(),
    "'mockmail/jest/global-setup', globalTeardown: 'mockmail/jest/global-teardown'",
    options,
  )
}

declare global {
  // biome-ignore lint/style/noNamespace: jest's global types can be extended in no other way
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: merged declarations must name the same type parameters
    interface Matchers<R, T = {}> extends MailMatchers<R> {}
  }
}

// The imported `expect` of @jest/globals takes its matchers from here, the global one of @types/jest from above.
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends MailMatchers<R> {}
}
