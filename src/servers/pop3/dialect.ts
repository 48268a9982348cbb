import type { Refusal } from '../../scenarios/effects.ts'
import { reply } from '../core/command-result.ts'
import type { Dialect } from '../core/dialect.ts'
import { guesser } from '../core/guess.ts'
import { createTimestamp } from '../core/sasl/text.ts'
import { pop3Commands } from './commands.ts'
import { refuseOverheard } from './login.ts'
import { Pop3Session } from './session.ts'

/** POP3, RFC 1939, with CAPA, STLS, AUTH and response codes. */
export const pop3: Dialect<Pop3Session> = {
  protocol: 'pop3',
  // An AUTH response may have 12,288 octets, RFC 5034 §4, and the command stands before it.
  maxLine: 12_288 + 64,
  commands: pop3Commands,
  open: (link) => new Pop3Session(link),
  greeting(session) {
    // A timestamp asks for a hash of the password, so it stands only where logging in is allowed.
    const { link } = session
    const timestamp = link.loginOffered || link.start.apop ? createTimestamp(link.servername) : undefined
    const ready = ['+OK mockmail POP3 server ready', timestamp].filter((part) => part !== undefined).join(' ')
    const commit = () => {
      session.timestamp = timestamp
    }
    return reply(`${ready}\r\n`, { commit })
  },
  parse(_session, line) {
    const [, verb, args = ''] = command.exec(line.toString('latin1')) ?? []
    if (verb === undefined) return reply(unknown)
    return { verb: verb.toUpperCase(), args, tag: '', line }
  },
  unknown: () => reply(unknown),
  guess: guesser(['USER', 'PASS', 'APOP', 'AUTH'], '[^A-Z]*'),
  wrongState: (session, request) =>
    refuseOverheard(session, request, `-ERR command not permitted in the ${session.state.toUpperCase()} state\r\n`),
  tooLong: () => reply('-ERR line too long\r\n'),
  // RFC 1939 §3: a server that gives up closes without a word.
  goodbye: () => '',
  refuse: (refusal) => refusals[refusal],
  status: /^(?:\+OK|-ERR)/,
  spell: (action, { capabilities = ['USER', 'SASL PLAIN'], message = '' }) => {
    const body = action === 'capabilities' ? capabilities.map((name) => `${name}\r\n`).join('') : message
    const long = action === 'capabilities' || action === 'fetch'
    return `+OK injected\r\n${long ? `${body}.\r\n` : ''}`
  },
}

const unknown = '-ERR unknown command\r\n'

/** A keyword, RFC 1939 §3, and what is behind it. */
const command = /^([A-Z]{1,16})(?: (.*))?$/is

const refusals: Readonly<Record<Refusal, string>> = {
  'not-implemented': '-ERR command not implemented\r\n',
  unavailable: '-ERR [SYS/TEMP] temporarily unavailable\r\n',
  'bad-sequence': '-ERR command not permitted in this state\r\n',
  'tls-required': '-ERR must use STLS first\r\n',
  'auth-failed': '-ERR [AUTH] invalid user name or password\r\n',
}
