import { reply } from '../../core/command-result.ts'
import { authenticate as exchange, overhear } from '../../core/sasl/authenticate.ts'
import { decodeText } from '../../core/sasl/text.ts'
import { showCapabilities } from '../capabilities.ts'
import { defineCommand, type ImapCommand } from '../command.ts'
import { formatRefusal } from '../refusals.ts'
import type { ImapSession } from '../session.ts'
import { tagged } from '../spelling.ts'

const login = defineCommand({
  verb: 'LOGIN',
  action: 'auth',
  // Whoever is logged in already is refused below, once what has crossed is known.
  states: 'any',
  reference: 'RFC 9051 §6.2.3',
  read: (args) => ({ user: args.text(), secret: args.space().text() }),
  // A quote that is missing, a space in a password without quotes: it has crossed however badly it is spelled.
  unread: ({ link }, text) => {
    const [, user = '', secret = ''] = /^\s*(\S*)\s*(.*)$/s.exec(decodeText(Buffer.from(text, 'latin1'))) ?? []
    if (secret !== '') link.login({ kind: 'password', mechanism: 'LOGIN', user, secret })
    else if (user !== '') link.identify(user)
  },
  run: (session, { user, secret }, { tag }) => {
    const { link } = session
    // First of all: a credential that is refused has crossed all the same.
    const login = link.login({ kind: 'password', mechanism: 'LOGIN', user, secret })
    const refusal = refusalOf(session)
    if (refusal) return reply(formatRefusal(refusal, tag))
    if (!login.right) return reply(formatRefusal('auth-failed', tag))
    return reply(loggedIn(session, tag), {
      commit: () => {
        login.admit()
        session.authenticate()
      },
    })
  },
})

const authenticate = defineCommand({
  verb: 'AUTHENTICATE',
  action: 'auth',
  states: 'any',
  reference: 'RFC 9051 §6.2.2',
  read: (args) => ({ mechanism: args.astring(), initial: args.more() ? args.astring() : undefined }),
  unread: ({ link }, text) => void overhear(link, text),
  run: (session, { mechanism, initial }, { tag }) => {
    const { link } = session
    const refusal = refusalOf(session)
    if (refusal) {
      return reply(formatRefusal(refusal, tag), { unasked: overhear(link, `${mechanism} ${initial ?? ''}`) })
    }
    return exchange(
      link,
      mechanism,
      initial,
      {
        challenge: (base64) => `+ ${base64}\r\n`,
        ok: () => loggedIn(session, tag),
        failed: () => formatRefusal('auth-failed', tag),
        malformed: () => tagged(tag, 'BAD', 'Invalid SASL response'),
        cancelled: () => tagged(tag, 'BAD', 'AUTHENTICATE cancelled'),
        unknown: () => tagged(tag, 'NO', 'Unsupported authentication mechanism', 'CANNOT'),
      },
      () => session.authenticate(),
    )
  },
})

/** Commands that log in. */
export const loginCommands: readonly ImapCommand[] = [login, authenticate]

/** Why nobody can log in now; undefined where one can. */
const refusalOf = ({ state, link }: ImapSession): 'bad-sequence' | 'tls-required' | undefined =>
  state !== 'not-authenticated' ? 'bad-sequence' : link.loginOffered ? undefined : 'tls-required'

const loggedIn = ({ link }: ImapSession, tag: string): string =>
  tagged(tag, 'OK', 'Logged in', showCapabilities(link, 'authenticated', 'login') || undefined)
