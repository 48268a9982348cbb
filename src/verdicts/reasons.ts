import type { Reason } from '../scenarios/vocabulary.ts'

const table: [RegExp, Reason][] = [
  [/CERT_NOT_YET_VALID|not yet valid/i, 'not-yet-valid'],
  [/expired/i, 'expired'],
  [/ALTNAME|hostname/i, 'name-mismatch'],
  [/SELF_SIGNED|self-signed/i, 'self-signed'],
  [/UNABLE_TO|local issuer/i, 'unknown-issuer'],
  [/STARTTLS|502/, 'no-tls'],
  [/wrong version/i, 'not-tls'],
]
export const reasonsOf = (t: string): Reason[] => table.filter(([p]) => p.test(t)).map(([, r]) => r)
export const reasonOf = (t: string): Reason | null => reasonsOf(t)[0] ?? null
