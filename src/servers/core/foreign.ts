import type { Action } from '../../scenarios/vocabulary.ts'
import type { Continuation } from './command-result.ts'
import type { Link, Request } from './dialect.ts'
import { overhear } from './sasl/authenticate.ts'
import { decodeText } from './sasl/text.ts'

/** What a line was meant to be, on a port that speaks another protocol: a password has crossed in any of them. */
export interface Foreign {
  readonly request: Request
  readonly action: Action
  /** Records what it gives away. It changes nothing; what it returns takes the lines that follow. */
  run(link: Link): Continuation | undefined
}

interface Form {
  /** Its groups are the verb and what is behind it. */
  readonly pattern: RegExp
  readonly action: Action
  readonly run?: (link: Link, args: string) => Continuation | undefined
}

const password = (link: Link, mechanism: string, user: string, secret: string): undefined => {
  if (secret !== '') link.login({ kind: 'password', mechanism, user, secret })
  else if (user !== '') link.identify(user)
}

const unquoted = (word: string): string => word.replace(/^"(.*)"$/s, '$1').replace(/\\(["\\])/g, '$1')

/** Logins, and mail handed in, of SMTP, IMAP and POP3; the first that fits counts. */
const forms: readonly Form[] = [
  {
    pattern: /^\s*\S+\s+(LOGIN)\s+(\S.*)$/is,
    action: 'auth',
    run(link, args) {
      const [, user = '', secret = ''] = /^("(?:[^"\\]|\\.)*"|\S+)\s*(.*)$/s.exec(args) ?? []
      return password(link, 'LOGIN', unquoted(user), unquoted(secret.trimEnd()))
    },
  },
  { pattern: /^\s*\S+\s+(AUTHENTICATE)\s+(\S.*)$/is, action: 'auth', run: overhear },
  { pattern: /^\s*(AUTH)[\s:=]+(\S.*)$/is, action: 'auth', run: overhear },
  {
    pattern: /^\s*(USER)[\s:=]+(\S.*)$/is,
    action: 'auth',
    run: (link, args) => password(link, 'USER/PASS', args.trim(), ''),
  },
  { pattern: /^\s*(PASS)[\s:=]+(\S.*)$/is, action: 'auth', run: (link, args) => password(link, 'USER/PASS', '', args) },
  {
    pattern: /^\s*(APOP)\s+(.+\s[0-9a-f]{32})\s*$/is,
    action: 'auth',
    run(link, args) {
      const [, user = '', secret = ''] = /^(.*)\s([0-9a-f]{32})$/is.exec(args) ?? []
      return void link.login({ kind: 'digest', mechanism: 'APOP', user, secret: secret.toLowerCase() })
    },
  },
  { pattern: /^\s*(MAIL FROM|RCPT TO)\s*:(.*)$/is, action: 'envelope' },
  { pattern: /^\s*\S+\s+(APPEND)\s+(\S.*)$/is, action: 'append' },
]

/** Finds a login, or mail handed in, in a line that is no command of the port's own protocol. */
export function guessForeign(line: Buffer): Foreign | undefined {
  const text = line.toString('latin1')
  for (const { pattern, action, run } of forms) {
    const [, verb, args = ''] = pattern.exec(text) ?? []
    if (verb === undefined) continue
    const request: Request = { verb: verb.toUpperCase(), args, tag: '', line }
    return { request, action, run: (link) => run?.(link, decodeText(Buffer.from(args, 'latin1'))) }
  }
  return undefined
}
