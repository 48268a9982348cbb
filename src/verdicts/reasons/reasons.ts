import { type Reason, reasons } from '../../scenarios/vocabulary.ts'
import { sameKind } from './agrees.ts'
import { libraryPatterns } from './library-patterns.ts'
import { opensslPatterns } from './openssl-patterns.ts'
import type { ReasonPattern } from './patterns.ts'
import { platformPatterns } from './platform-patterns.ts'
import { type VerifyCode, verifyCodes } from './verify-codes.ts'

/** An error as a client reports it: its text or code alone, or an object that has them. */
export type ClientError =
  | string
  | Error
  | { readonly code?: string | number; readonly message?: string; readonly cause?: unknown }

/**
 * The reason that a client gives for its refusal, whatever its ecosystem; null where it gives none that is known. Where
 * it names several, the one that comes first among {@link reasons}: a certificate's dates before its name, its name
 * before its issuer. A bare number is an OpenSSL verification result.
 */
export const reasonOf = (error: ClientError): Reason | null => reasonsOf(error)[0] ?? null

/** Every reason that a client gives, the one that counts first. */
export const reasonsOf = (error: ClientError): readonly Reason[] =>
  inOrder(toldBy(textOf(error)).map(({ reason }) => reason))

/** A connection that is lost says nothing of why. */
const symptoms: ReadonlySet<Reason> = new Set(['connection-closed', 'timeout'])

/**
 * Whether a client refused for one of the reasons that are right; null where it gives none or only says that the
 * connection was lost, and where no reason is the right one. An ecosystem that has one word for two reasons is taken to
 * mean the right one: Go says `unknown authority` of a self-signed certificate too.
 */
export function refusedFor(error: ClientError, right: readonly Reason[]): boolean | null {
  const told = toldBy(textOf(error))
  if (right.length === 0) return null
  if (told.some(({ reason, or = [] }) => [reason, ...or].some((one) => right.some((fit) => sameKind(one, fit)))))
    return true
  return told.every(({ reason }) => symptoms.has(reason)) ? null : false
}

const reasonPatterns = [...opensslPatterns, ...libraryPatterns, ...platformPatterns]

/** What the text tells, each with the reasons that it cannot tell apart. */
export function toldBy(text: string): readonly Pick<ReasonPattern, 'reason' | 'or'>[] {
  const codes = codesIn(text).flatMap(({ reason }) => (reason ? [{ reason }] : []))
  return [...codes, ...reasonPatterns.filter(({ pattern }) => pattern.test(text))]
}

const inOrder = (found: readonly Reason[]): readonly Reason[] => reasons.filter((reason) => found.includes(reason))

/** Messages and codes of an error and of what caused it. */
export function textOf(error: ClientError): string {
  const parts: string[] = []
  let next: unknown = error
  // A chain of causes may lead back to itself.
  for (let depth = 0; depth < 8 && next !== undefined && next !== null; depth++) {
    if (typeof next !== 'object') {
      parts.push(String(next))
      break
    }
    const { code, message, cause } = next as { code?: unknown; message?: unknown; cause?: unknown }
    for (const part of [code, message]) {
      if (typeof part === 'string' || typeof part === 'number') parts.push(String(part))
    }
    next = cause
  }
  return parts.join('\n')
}

/** The longest first, so that `self-signed certificate` is not found in `self-signed certificate in certificate chain`. */
const byLength: readonly VerifyCode[] = [...verifyCodes].sort((a, b) => b.text.length - a.text.length)

const labelled = /(?:\bnum=|Verify return code: |\berror (?=\d+ at \d+ depth))(\d{1,3})\b/g

/** OpenSSL's verification results that a text has as number, name or words. */
export function codesIn(text: string): readonly VerifyCode[] {
  const found = new Set<VerifyCode>()
  const bare = /^\s*(\d{1,3})\s*$/.exec(text)
  for (const match of bare ? [bare] : text.matchAll(labelled)) {
    const code = verifyCodes.find((one) => one.code === Number(match[1]))
    if (code) found.add(code)
  }
  let rest = text
  for (const code of byLength) {
    for (const spelling of spellingsOf(code)) {
      if (!spelling.test(rest)) continue
      found.add(code)
      rest = rest.replace(spelling, ' ')
    }
  }
  return [...found]
}

const patterns = new Map<VerifyCode, readonly RegExp[]>()

/** Node and OpenSSL write the name, everyone else the words. */
function spellingsOf(code: VerifyCode): readonly RegExp[] {
  const known = patterns.get(code)
  if (known) return known
  const words = code.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const made = [
    new RegExp(`\\b(?:X509_V_ERR_)?${code.name}\\b`),
    // Go says that a certificate has expired or is not yet valid; a hostname may mismatch in a lease.
    new RegExp(`(?<!\\w)${words}(?!\\w| (?:or|in|by|between) )`, 'i'),
  ]
  patterns.set(code, made)
  return made
}
