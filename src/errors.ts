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
  | 'UNSUPPORTED_RUNTIME'
  | 'NO_CONTROL'
  | 'NOT_AWAITED'
  | 'NO_SUCH_CONNECTION'
  | 'NO_SUCH_MESSAGE'
  | 'NO_SUCH_ROUTE'
  | 'NOT_REVOCABLE'
  | 'TOO_LARGE'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'

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
  /** What could have been given instead, where that is a list. */
  readonly allowed: readonly string[] | null

  constructor(
    code: MockmailErrorCode,
    message: string,
    { allowed = null, ...options }: { readonly cause?: unknown; readonly allowed?: readonly string[] | null } = {},
  ) {
    super(message, options)
    this.code = code
    this.allowed = allowed
  }

  /**
   * What the command line exits with: 2 when the caller asked for something that does not exist, 127 and 126 when the command
   * to run cannot be found or run, else 1: the machine refused.
   */
  get exitCode(): 1 | 2 | 126 | 127 {
    if (this.code === 'CHILD_FAILED')
      return (this.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT' ? 127 : 126
    return misuse.has(this.code) ? 2 : 1
  }
}

/** What the machine says when it has no more handles to give, in our own words; anything else is as it was. */
export function outOfFiles(error: unknown): unknown {
  const { code = '' } = (error ?? {}) as NodeJS.ErrnoException
  if (!['EMFILE', 'ENFILE'].includes(code)) return error
  const whose = code === 'EMFILE' ? 'this process' : 'this machine'
  return new MockmailError(
    'LISTEN_FAILED',
    `Not everything could be served: ${whose} may not open more files (${code}). 'ulimit -n' tells and raises how many.`,
    { cause: error },
  )
}
