import { afterAll, expect } from '@jest/globals'
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
 * Mail servers for the tests of this file, or of this `describe`; they close themselves. Adds the matchers to jest's
 * `expect`, global or imported.
 */
export function useMockMail(): MockMail {
  expect.extend(matchers as unknown as Parameters<typeof expect.extend>[0])
  return openMockMail({ afterAll })
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
