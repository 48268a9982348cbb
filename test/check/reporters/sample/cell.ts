import type { CheckCell, ClientEnd } from '../../../../src/check/report.ts'
import { proven } from './proven.ts'

export function ended(end: Partial<ClientEnd>): ClientEnd {
  return { exit: 0, signal: null, error: null, output: '', timedOut: false, ...end }
}

type Given = Pick<CheckCell, 'scenario' | 'protocol' | 'mode'> &
  Partial<Omit<CheckCell, 'client'>> & {
    readonly client?: Partial<ClientEnd>
  }

/** A cell that refused as it should, but for what is given. */
export function cell({ client, ...given }: Given): CheckCell {
  const made = {
    ...expectations[given.scenario as keyof typeof expectations],
    outcome: 'refused',
    detail: 'safe-abort',
    grade: 'safe',
    qualifier: 'silent-close',
    flags: [],
    verdict: 'pass',
    reason: null,
    transcripts: [''],
    baseline: null,
    duration: 212,
    ...given,
    client: ended({ exit: 1, ...client }),
  } as const
  return { ...proven(made), ...made }
}

export const completed = {
  outcome: 'accepted',
  detail: 'safe-continue',
  grade: 'safe',
  qualifier: null,
  client: { exit: 0 },
} as const
export const leakedInTls = {
  outcome: 'leaked',
  detail: 'leak-credentials-untrusted-tls',
  grade: 'exposed',
  qualifier: null,
  verdict: 'fail',
  client: { exit: 0, output: 'sent 1 report\n' },
} as const

const expectations = {
  good: { expect: 'accept', because: 'the chain ends at a trusted root, the dates hold and the name matches' },
  expired: { expect: 'reject', because: 'the current time is after notAfter' },
  'self-signed': { expect: 'reject', because: 'no trusted authority vouches for the key' },
  'self-signed+wrong-host': {
    expect: 'reject',
    because:
      'no trusted authority vouches for the key; the name that was dialled is not among the dNSNames of the leaf',
  },
  'untrusted-root': { expect: 'reject', because: 'the chain ends at no trusted root' },
  revoked: { expect: 'reject', because: 'the issuer says that the key is compromised' },
  'tls10-only': { expect: 'reject', because: 'TLS 1.0 must not be used any more' },
  'tls13-only': { expect: 'accept', because: 'TLS 1.3 is the current version' },
  'client-cert-required': {
    expect: 'either',
    because: 'a client that has a certificate for this server may use it, and one that has none says so',
  },
  'auth-never': { expect: 'either', because: 'a client that wants to log in cannot, and one that need not may go on' },
  'starttls-stripped': { expect: 'reject', because: 'a client told to use TLS must not go on without it' },
  'starttls-refused': {
    expect: 'reject',
    because: 'a client told to use TLS must not go on without it, whatever the reason of the refusal',
  },
  'plaintext-on-implicit': {
    expect: 'reject',
    because: 'text is no ServerHello, and a client that expects TLS says nothing in clear',
  },
  'implicit-on-starttls': { expect: 'reject', because: 'a client that waits for a greeting gives up in its own time' },
} as const
