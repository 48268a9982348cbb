import { isIP } from 'node:net'
import { MockmailError } from '../errors.ts'
import { type Mode, modes, type Protocol, protocols } from '../scenarios/vocabulary.ts'
import { didYouMean } from '../text/nearest.ts'

/** What a run needs whatever it serves. */
export interface RunOptions {
  /** Address to listen on. Default `127.0.0.1`, and the same port on `::1` where the machine has it. */
  readonly host?: string
  /**
   * Names of the good leaf; the first is the name to dial. `localhost`, `mail.mockmail.test`, `127.0.0.1` and `::1` always
   * follow. Default: these. Addresses are in a leaf of their own, with the names, for clients that name no server or an address.
   */
  readonly servernames?: readonly string[]
  /** Key type of the certificates. Default `ec` (P-256); `rsa` is RSA-2048. */
  readonly key?: 'ec' | 'rsa'
  /** The instant that dates count from: a Date, or an ISO 8601 date or time, in UTC or with its offset. Default: the current time. */
  readonly now?: Date | string
  /**
   * Directory whose roots are reused, and created when absent; the other files of the PKI are written there as well, those of the
   * newest run. Default: a fresh PKI in memory.
   */
  readonly pki?: string
  /**
   * Roots without name constraints. Default false: a client that applies those of a trust anchor, as OpenSSL does and Java
   * does not, takes them for nobody else's names.
   */
  readonly unconstrained?: boolean
  /** The only login that is right, as `name:password`. Default: any user with any password but `wrong`. */
  readonly user?: string
  /** Milliseconds without a byte from the client before the server closes. Default 600,000. */
  readonly idleTimeout?: number
  /** Milliseconds that a TLS handshake may take. Default 30,000. */
  readonly handshakeTimeout?: number
  /** File to which the secrets of every TLS session are appended, as Wireshark reads them (`SSLKEYLOGFILE`). */
  readonly keylog?: string
}

/** The names of {@link RunOptions}. */
export const runOptionNames = [
  'host',
  'servernames',
  'key',
  'now',
  'pki',
  'unconstrained',
  'user',
  'idleTimeout',
  'handshakeTimeout',
  'keylog',
] as const satisfies readonly (keyof RunOptions)[]

/**
 * An option that is mistyped would be the default, and nobody would know.
 *
 * @throws {MockmailError} INVALID_OPTION
 */
export function checkOptionNames(what: string, given: unknown, allowed: readonly string[]): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(what, given, `an object with any of ${allowed.join(', ')}`)
  }
  const unknown = Object.keys(given).find((name) => !allowed.includes(name))
  if (unknown === undefined) return
  const hint = didYouMean(unknown, allowed)
  throw new MockmailError(
    'INVALID_OPTION',
    `${what} has no option '${unknown}'.${hint} Allowed: ${allowed.join(', ')}.`,
    { allowed },
  )
}

/** @throws {MockmailError} INVALID_OPTION */
export function checkWord(option: string, given: string, allowed: readonly string[]): void {
  if (!allowed.includes(given)) throw invalid(option, given, allowed, didYouMean(String(given), allowed))
}

/** @throws {MockmailError} INVALID_OPTION */
export function checkOptionList(option: string, given: unknown): void {
  if (given === undefined || Array.isArray(given)) return
  throw invalid(option, given, 'a list')
}

/** Names that every good leaf has, and no wildcard: some clients fail on one. The addresses let a client dial by number. */
const alwaysNamed = ['localhost', 'mail.mockmail.test', '127.0.0.1', '::1'] as const

/** Options with every default filled in and everything checked. */
export interface CheckedOptions {
  readonly host: string
  readonly servernames: readonly string[]
  readonly key: 'ec' | 'rsa'
  readonly now: Date | undefined
  readonly pki: string | undefined
  readonly unconstrained: boolean
  readonly user: string
  readonly password: string
  /** Whether `user` and `password` are the only ones that are right. */
  readonly strictUser: boolean
  readonly limits: { readonly idle: number; readonly handshake: number }
  readonly keylog: string | undefined
}

/**
 * @param spell how an option is called where it was given: the command line says `--servername`
 * @throws {MockmailError} INVALID_OPTION
 */
export function checkRunOptions(
  options: RunOptions,
  spell: (option: keyof RunOptions) => string = (option) => option,
): CheckedOptions {
  const { host, servernames = [], key = 'ec', now, pki, unconstrained = false } = options
  checkWord(spell('key'), key, ['ec', 'rsa'])
  if (host === '') throw invalid(spell('host'), host, 'an address of this machine')
  if (pki === '') throw invalid(spell('pki'), pki, 'a directory')
  for (const name of servernames) checkServername(spell('servernames'), name)
  return {
    host: host === undefined || host === 'localhost' ? '127.0.0.1' : host,
    servernames: [...new Set([...servernames, ...alwaysNamed])],
    key,
    now: now === undefined ? undefined : parseNow(spell('now'), now),
    pki,
    unconstrained,
    ...parseUser(spell('user'), options.user),
    keylog: options.keylog,
    limits: {
      idle: checkMs('idleTimeout', options.idleTimeout ?? 600_000),
      handshake: checkMs('handshakeTimeout', options.handshakeTimeout ?? 30_000),
    },
  }
}

/** @throws {MockmailError} UNKNOWN_PROTOCOL */
export function checkProtocol(given: string): Protocol {
  const known = protocols.find((protocol) => protocol === given)
  if (known) return known
  throw new MockmailError(
    'UNKNOWN_PROTOCOL',
    `There is no protocol '${given}'.${didYouMean(String(given), protocols)} Allowed: ${protocols.join(', ')}.`,
    { allowed: protocols },
  )
}

/** @throws {MockmailError} UNKNOWN_MODE */
export function checkMode(given: string): Mode {
  const known = modes.find((mode) => mode === given)
  if (known) return known
  throw new MockmailError(
    'UNKNOWN_MODE',
    `There is no mode '${given}'.${didYouMean(String(given), modes)} Allowed: ${modes.join(', ')}.`,
    { allowed: modes },
  )
}

/**
 * @param from the lowest that makes sense: 0 stands for any free port
 * @throws {MockmailError} INVALID_OPTION
 */
export function checkPort(option: string, port: number, { from }: { readonly from: 0 | 1 }): number {
  if (Number.isInteger(port) && port >= from && port <= 65_535) return port
  throw invalid(option, port, `a whole number from ${from} to 65535`)
}

/** Says what was given and what is allowed: words of which it must be one, or what it must be like. */
export const invalid = (
  option: string,
  given: unknown,
  allowed: string | readonly string[],
  hint = '',
): MockmailError => {
  const words = typeof allowed === 'string' ? null : allowed
  return new MockmailError(
    'INVALID_OPTION',
    `${option}: '${given}' is not allowed.${hint} Allowed: ${words ? words.join(', ') : allowed}.`,
    { allowed: words },
  )
}

const namePattern = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/i

function checkServername(option: string, name: string): void {
  if ((name.length <= 253 && namePattern.test(name)) || isIP(name)) return
  throw invalid(option, name, 'a host name in ASCII, a wildcard name such as *.example.com, or an IP address')
}

/** `Date` takes nearly anything that ends in a number for a time. */
const isoPattern = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/

/** X.509 knows no year before 1950 and none after 9999, and the authorities are years older and younger than now. */
const years = { first: 1960, last: 9980 } as const

function parseNow(option: string, given: Date | string): Date {
  const now = typeof given === 'string' && !isoPattern.test(given) ? new Date(Number.NaN) : new Date(given)
  // The 30th of February would be the 2nd of March.
  const [day = ''] = typeof given === 'string' ? given.split('T') : []
  const exists = day === '' || new Date(`${day}T00:00Z`).getUTCDate() === Number(day.slice(-2))
  const year = now.getUTCFullYear()
  if (exists && year >= years.first && year <= years.last) return now
  const allowed = `an instant such as 2030-01-31 or 2030-01-31T12:00:00Z, from ${years.first} to ${years.last}`
  throw invalid(option, given, allowed)
}

function parseUser(option: string, given: string | undefined): { user: string; password: string; strictUser: boolean } {
  if (given !== undefined && typeof given !== 'string') throw invalid(option, given, 'name:password')
  if (given === undefined) return { user: 'user@mockmail.test', password: 'mockmail', strictUser: false }
  const colon = given.indexOf(':')
  if (colon < 1) throw invalid(option, given, 'name:password')
  return { user: given.slice(0, colon), password: given.slice(colon + 1), strictUser: true }
}

function checkMs(option: string, ms: number): number {
  if (Number.isFinite(ms) && ms > 0 && ms < 2 ** 31) return ms
  throw invalid(option, ms, 'a number of milliseconds above 0')
}
