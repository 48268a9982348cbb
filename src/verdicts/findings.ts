import type { FineName } from '../scenarios/fine-names.ts'
import type { Expect } from '../scenarios/vocabulary.ts'

/** What a client did, in one word. */
export const outcomeWords = ['refused', 'accepted', 'leaked', 'fooled', 'hung', 'turned-away', 'not-reached'] as const
export type OutcomeWord = (typeof outcomeWords)[number]

export const grades = ['exposed', 'tampered', 'minor', 'safe', 'none'] as const
export type Grade = (typeof grades)[number]

/** Outcome against expectation. */
export const verdicts = ['pass', 'fail', 'note', 'inconclusive'] as const
export type Verdict = (typeof verdicts)[number]

/** What a fine name is worth. */
export interface Finding {
  readonly word: OutcomeWord
  readonly grade: Grade
  /** The verdict, by what a strict client is expected to do. */
  readonly verdict: Readonly<Record<Expect, Verdict>>
}

const finding = (word: OutcomeWord, grade: Grade, reject: Verdict, accept: Verdict, either: Verdict): Finding => ({
  word,
  grade,
  verdict: { reject, accept, either },
})

const leak = finding('leaked', 'exposed', 'fail', 'fail', 'fail')
const fooled = finding('fooled', 'tampered', 'fail', 'fail', 'fail')
const wentOn = finding('accepted', 'tampered', 'fail', 'pass', 'pass')
const weaker = finding('accepted', 'minor', 'note', 'note', 'note')
const refused = finding('refused', 'safe', 'pass', 'fail', 'pass')
const stuck = finding('hung', 'minor', 'fail', 'fail', 'fail')

/** Every fine name, with its word, its grade and the verdict. */
export const findings: Readonly<Record<FineName, Finding>> = {
  'leak-credentials-clear': leak,
  'leak-credentials-untrusted-tls': leak,
  'leak-credentials-untrusted-host': leak,
  'leak-hash-clear': leak,
  'leak-message-clear': leak,
  'leak-message-untrusted-tls': leak,
  'leak-identity-untrusted': leak,
  'acted-on-injected': fooled,
  'acted-on-clear-state': fooled,
  'acted-on-unverified-server': fooled,
  'acted-on-wrong-protocol': fooled,
  'followed-referral': fooled,
  'accepted-truncation': fooled,
  'accepted-unconfirmed': fooled,
  'surfaced-clear-text': fooled,
  // Told to use TLS, no client may go on without it, whatever it may do about the fault.
  'downgraded-no-tls': finding('accepted', 'tampered', 'fail', 'fail', 'fail'),
  'accepted-bad-tls': wentOn,
  'accepted-bad-dialogue': wentOn,
  'accepted-bad-cert': wentOn,
  crashed: stuck,
  hung: stuck,
  looped: stuck,
  'downgraded-mech': weaker,
  'downgraded-tls': weaker,
  'downgraded-kdf': weaker,
  'leak-identity-clear': weaker,
  'tolerated-malformed': weaker,
  'safe-continue': finding('accepted', 'safe', 'fail', 'pass', 'pass'),
  'turned-away': finding('turned-away', 'safe', 'pass', 'fail', 'pass'),
  'safe-retry-secure': refused,
  'safe-abort': refused,
}
