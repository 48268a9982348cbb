import { afterAll, expect } from '@jest/globals'
import { type CredentialsOptions, matchers, type RefusedOptions } from './matchers.ts'
import { type MockMail, openMockMail } from './mock-mail.ts'

export type { CaseFilter, MailCase } from './cases.ts'
export type { CredentialsOptions, MockMail, RefusedOptions }

/**
 * Mail servers for the tests of this file, or of this `describe`; they close themselves. Adds the matchers to jest's
 * `expect`, global or imported.
 */
export function useMockMail(): MockMail {
  expect.extend(matchers as unknown as Parameters<typeof expect.extend>[0])
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

declare global {
  // biome-ignore lint/style/noNamespace: jest's global types can be extended in no other way
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: merged declarations must name the same type parameters
    interface Matchers<R, T = {}> extends MockmailMatchers<R> {}
  }
}

// The imported `expect` of @jest/globals takes its matchers from here, the global one of @types/jest from above.
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends MockmailMatchers<R> {}
}
