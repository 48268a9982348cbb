import type { Refusal } from '../../scenarios/effects.ts'
import { tagged } from './spelling.ts'

const wording: Readonly<Record<Refusal, readonly [status: 'NO' | 'BAD', text: string, code?: string]>> = {
  'not-implemented': ['BAD', 'Unknown command'],
  unavailable: ['NO', 'Temporarily unavailable', 'UNAVAILABLE'],
  'bad-sequence': ['BAD', 'Command not allowed in this state'],
  'tls-required': ['NO', 'Use TLS first', 'PRIVACYREQUIRED'],
  'auth-failed': ['NO', 'Invalid credentials', 'AUTHENTICATIONFAILED'],
}

/** Each kind of refusal in IMAP's words, with the response codes of RFC 5530. */
export const formatRefusal = (refusal: Refusal, tag: string): string => tagged(tag, ...wording[refusal])
