/**
 * Every code of a {@link MockmailError}. Codes are API: they only gain members within a major version.
 */
export type MockmailErrorCode =
  | 'UNKNOWN_SCENARIO'
  | 'UNKNOWN_PROTOCOL'
  | 'UNKNOWN_MODE'
  | 'UNKNOWN_TAG'
  | 'UNKNOWN_OPTION'
  | 'UNKNOWN_COMMAND'
  | 'CONFLICT'
  | 'NOTHING_TO_SERVE'
  | 'INVALID_OPTION'
  | 'INVALID_DEFINITION'
  | 'NAME_COLLISION'
  | 'PORT_IN_USE'
  | 'LISTEN_FAILED'
  | 'PKI_UNUSABLE'
  | 'FILE_UNWRITABLE'
  | 'CHILD_FAILED'
  | 'TIMEOUT'
  | 'CLOSED'
  | 'NOTHING_RECORDED'
  | 'NO_SUCH_ENDPOINT'
  | 'NO_SHARED_FLEET'
  | 'NO_CONTROL'
  | 'NOT_AWAITED'

const misuse: ReadonlySet<MockmailErrorCode> = new Set([
  'UNKNOWN_SCENARIO',
  'UNKNOWN_PROTOCOL',
  'UNKNOWN_MODE',
  'UNKNOWN_TAG',
  'UNKNOWN_OPTION',
  'UNKNOWN_COMMAND',
  'CONFLICT',
  'NOTHING_TO_SERVE',
  'INVALID_OPTION',
  'INVALID_DEFINITION',
  'NAME_COLLISION',
  'NO_SHARED_FLEET',
])

/**
 * Thrown when mockmail itself is misused or cannot do its work. What a mail client does wrong is never thrown: it is in
 * the connection's record.
 */
export class MockmailError extends Error {
  override readonly name = 'MockmailError'
  readonly code: MockmailErrorCode

  constructor(code: MockmailErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
  }

  /** 2 when the caller asked for something that does not exist, 1 when the machine refused; the command line exits with it. */
  get exitCode(): 1 | 2 {
    return misuse.has(this.code) ? 2 : 1
  }
}
