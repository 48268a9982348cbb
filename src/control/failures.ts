import { MockmailError, type MockmailErrorCode } from '../errors.ts'
import type { ApiError } from './types.ts'

/** What a refusal is in HTTP; what is not here is 400, the caller's. */
const statuses: Readonly<Partial<Record<MockmailErrorCode, 401 | 403 | 404 | 409 | 413 | 500>>> = {
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NO_SUCH_ENDPOINT: 404,
  NO_SUCH_CONNECTION: 404,
  NO_SUCH_MESSAGE: 404,
  NO_SUCH_ROUTE: 404,
  CONFLICT: 409,
  NOTHING_TO_SERVE: 409,
  NOT_REVOCABLE: 409,
  PORT_IN_USE: 409,
  NAME_COLLISION: 409,
  CLOSED: 409,
  TOO_LARGE: 413,
  LISTEN_FAILED: 500,
  PKI_UNUSABLE: 500,
  FILE_UNWRITABLE: 500,
}

/** An error as it is answered: with its code, what was wrong, and what would not have been. */
export function failureOf(error: unknown): { readonly status: number; readonly body: ApiError } {
  if (error instanceof MockmailError) {
    const { code, message, allowed } = error
    return { status: statuses[code] ?? 400, body: { code, message, allowed } }
  }
  // No text of ours, so it is a defect: it says what it can, and the servers go on.
  const message = error instanceof Error ? error.message : String(error)
  return { status: 500, body: { code: 'DEFECT', message: `mockmail has a defect: ${message}`, allowed: null } }
}
