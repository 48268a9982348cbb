import type { FineName } from '../../scenarios/fine-names.ts'
import { downgradedNoTls, leakCredentialsClear, leakHashClear, leakIdentityClear, leakMessageClear } from './clear.ts'
import type { Detector } from './context.ts'
import { acceptedBadDialogue, actedOnUnverifiedServer, actedOnWrongProtocol, downgradedKdf } from './dialogue.ts'
import { downgradedMech, downgradedTls } from './downgrades.ts'
import { followedReferral, leakCredentialsUntrustedHost } from './elsewhere.ts'
import { crashed, hung, looped, safeAbort, safeContinue, safeRetrySecure, turnedAway } from './ends.ts'
import { actedOnClearState, actedOnInjected } from './injected.ts'
import { acceptedTruncation, acceptedUnconfirmed, surfacedClearText } from './reported.ts'
import {
  acceptedBadCert,
  acceptedBadTls,
  leakCredentialsUntrustedTls,
  leakIdentityUntrusted,
  leakMessageUntrustedTls,
  toleratedMalformed,
} from './untrusted.ts'

/** The detector of every fine name. */
export const detectors: Readonly<Record<FineName, Detector>> = {
  'leak-credentials-clear': leakCredentialsClear,
  'leak-credentials-untrusted-tls': leakCredentialsUntrustedTls,
  'leak-credentials-untrusted-host': leakCredentialsUntrustedHost,
  'leak-hash-clear': leakHashClear,
  'leak-message-clear': leakMessageClear,
  'leak-message-untrusted-tls': leakMessageUntrustedTls,
  'leak-identity-untrusted': leakIdentityUntrusted,
  'acted-on-injected': actedOnInjected,
  'acted-on-clear-state': actedOnClearState,
  'acted-on-unverified-server': actedOnUnverifiedServer,
  'acted-on-wrong-protocol': actedOnWrongProtocol,
  'followed-referral': followedReferral,
  'accepted-truncation': acceptedTruncation,
  'accepted-unconfirmed': acceptedUnconfirmed,
  'surfaced-clear-text': surfacedClearText,
  'downgraded-no-tls': downgradedNoTls,
  'accepted-bad-tls': acceptedBadTls,
  'accepted-bad-dialogue': acceptedBadDialogue,
  'accepted-bad-cert': acceptedBadCert,
  crashed,
  hung,
  looped,
  'downgraded-mech': downgradedMech,
  'downgraded-tls': downgradedTls,
  'downgraded-kdf': downgradedKdf,
  'leak-identity-clear': leakIdentityClear,
  'tolerated-malformed': toleratedMalformed,
  'safe-continue': safeContinue,
  'turned-away': turnedAway,
  'safe-retry-secure': safeRetrySecure,
  'safe-abort': safeAbort,
}

/** What is found although the server itself failed, which may have made the client give up: only what it must never do. */
export const despiteDefect: readonly FineName[] = [
  'leak-credentials-clear',
  'leak-hash-clear',
  'leak-message-clear',
  'leak-credentials-untrusted-host',
  'acted-on-injected',
]

/** What is looked for on another listener than the endpoint itself. */
export const elsewhere: readonly FineName[] = [
  'leak-credentials-clear',
  'leak-credentials-untrusted-host',
  'leak-hash-clear',
  'leak-message-clear',
  'followed-referral',
  'downgraded-no-tls',
]

/** What accounts for the use of a session: where one of them is found, going on is that, and not safe. */
export const accountsForUse: readonly FineName[] = [
  'leak-credentials-untrusted-tls',
  'leak-message-untrusted-tls',
  'accepted-bad-cert',
  'accepted-bad-tls',
  'accepted-bad-dialogue',
  'downgraded-tls',
  'tolerated-malformed',
]
