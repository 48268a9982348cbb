import type { PresetId, QuirkId } from '../../src/scenarios/registry.ts'

/** Quirks that have a parameter or a moment, or a client of their own: rows.test.ts plays them. */
export const rowIds = [
  'starttls-injected-later',
  'untagged',
  'starttls-code',
  'handshake-fail-fallback',
  'starttls-nested',
  'preauth',
  'referral',
  'scram-iterations',
  'scram-unproved',
  'split-bytes',
  'close-without-close-notify',
  'hang',
  'fin',
  'rst',
  'half-close',
  'drip',
  'alert',
  'cipher-null',
  'dh-bits',
  'serverhello-version',
  'no-tickets',
  'ticket-rejected',
  'resume-ticket',
  'alpn-mismatch',
  'sni-required',
] as const satisfies readonly QuirkId[]

/** All others, which every client of the other tables is played against. */
export type PlayedId = Exclude<QuirkId | PresetId, (typeof rowIds)[number]>
