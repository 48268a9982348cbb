import type { Reason } from '../../scenarios/vocabulary.ts'

/** The families of software that error texts come from. */
export const ecosystems = [
  'openssl',
  'node',
  'python',
  'ruby',
  'curl',
  'go',
  'java',
  'gnutls',
  'rustls',
  'erlang',
  'dotnet',
  'mailbee',
  'windows',
  'nss',
  'apple',
  'chromium',
  'php',
  'server',
  'people',
] as const
export type Ecosystem = (typeof ecosystems)[number]

/** How a reason is told by one ecosystem. */
export interface ReasonPattern {
  readonly ecosystem: Ecosystem
  readonly pattern: RegExp
  readonly reason: Reason
  /** Further reasons for which the ecosystem has no other words. */
  readonly or?: readonly Reason[]
}

/** Makes the rows of one ecosystem: a reason, the words for it, and further reasons for which it has no other words. */
export const of =
  (ecosystem: Ecosystem) =>
  (reason: Reason, pattern: RegExp, ...or: readonly Reason[]): ReasonPattern =>
    or.length > 0 ? { ecosystem, pattern, reason, or } : { ecosystem, pattern, reason }

/** What an unknown signer is to those who do not say whether it signed itself. */
export const issuer = ['self-signed'] as const

/** Most libraries cannot tell text, or SSL 2.0, from TLS that is damaged. */
export const version = ['protocol-version'] as const
