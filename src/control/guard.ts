import { timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { MockmailError } from '../errors.ts'

/** What a request says of where it comes from. */
export interface Arrival {
  readonly path: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly authorization: string | undefined
}

/** Who may ask: whoever knows the token, and no page but our own. */
export interface Guard {
  readonly token: string
  /** Names and addresses that the server goes by beside those of loopback. */
  readonly names: readonly string[]
}

/**
 * Lets nobody in whom a web page sends: not one of another origin, not one whose name was made to lead here, and none without
 * the token.
 *
 * @throws {MockmailError} FORBIDDEN, UNAUTHORIZED
 */
export function checkArrival({ path, host, origin, authorization }: Arrival, { token, names }: Guard): void {
  if (host === undefined || !isOurs(nameIn(host), names)) {
    const allowed = ['localhost', '127.0.0.1', '[::1]', ...names]
    throw new MockmailError(
      'FORBIDDEN',
      `The Host '${host ?? ''}' is not this server. Allowed: ${allowed.join(', ')}; --api-name adds one.`,
      { allowed },
    )
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new MockmailError('FORBIDDEN', `A page of '${origin}' may not ask. Allowed: http://${host}.`, {
      allowed: [`http://${host}`],
    })
  }
  if (path.startsWith('/api/') && !isSame(/^Bearer (.+)$/i.exec(authorization ?? '')?.[1], token)) {
    throw new MockmailError(
      'UNAUTHORIZED',
      "The token is missing or wrong: 'Authorization: Bearer …', with what 'token' of the ready event or MOCKMAIL_TOKEN says.",
    )
  }
}

/** Without its port, and in lower case. */
const nameIn = (host: string): string => host.toLowerCase().replace(/:\d+$/, '')

const isOurs = (name: string, names: readonly string[]): boolean =>
  name === 'localhost' ||
  name === '[::1]' ||
  (isIP(name) === 4 && name.startsWith('127.')) ||
  names.some((one) => name === one.toLowerCase() || name === `[${one.toLowerCase()}]`)

const isSame = (given: string | undefined, token: string): boolean => {
  const [one, other] = [Buffer.from(given ?? ''), Buffer.from(token)]
  return one.length === other.length && timingSafeEqual(one, other)
}
