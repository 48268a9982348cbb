import type { Reason } from '../scenarios/vocabulary.ts'
import { codesIn, reasonsOf } from '../verdicts/reasons/reasons.ts'
import type { VerifyCode } from '../verdicts/reasons/verify-codes.ts'
import type { ErrorText } from './errors.ts'

/** The table does not change, and every explanation asks all of it. */
const once = <T>(find: (text: string) => T): ((row: ErrorText) => T) => {
  const known = new Map<ErrorText, T>()
  return (row) => {
    const found = known.get(row) ?? find(row.text)
    known.set(row, found)
    return found
  }
}

/** The reasons that a row's own text gives. */
export const reasonsOfRow: (row: ErrorText) => readonly Reason[] = once(reasonsOf)

/** OpenSSL's verification results that a row's own text has. */
export const codesOfRow: (row: ErrorText) => readonly VerifyCode[] = once(codesIn)
