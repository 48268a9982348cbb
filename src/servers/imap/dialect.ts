import { type CommandResult, reply } from '../core/command-result.ts'
import type { Dialect, Request } from '../core/dialect.ts'
import { guesser } from '../core/guess.ts'
import { showCapabilities } from './capabilities.ts'
import type { ImapCommand } from './command.ts'
import { append } from './commands/append.ts'
import { connectionCommands } from './commands/connection.ts'
import { copyCommands } from './commands/copy.ts'
import { fetchCommands } from './commands/fetch.ts'
import { listCommands } from './commands/list.ts'
import { loginCommands } from './commands/login.ts'
import { mailboxCommands } from './commands/mailboxes.ts'
import { searchCommands } from './commands/search.ts'
import { selectCommands } from './commands/select.ts'
import { storeCommands } from './commands/store.ts'
import { refuseUnread } from './literals.ts'
import { formatRefusal } from './refusals.ts'
import { ImapSession } from './session.ts'
import { bad, spell, tagged } from './spelling.ts'

const commands: readonly ImapCommand[] = [
  ...connectionCommands,
  ...loginCommands,
  ...mailboxCommands,
  ...listCommands,
  ...selectCommands,
  append,
  ...fetchCommands,
  ...searchCommands,
  ...storeCommands,
  ...copyCommands,
]

/** IMAP4rev1, RFC 3501 with RFC 9051's clarifications. */
export const imap: Dialect<ImapSession> = {
  protocol: 'imap',
  // RFC 7162 §4 wants 8,192 at least; a list of UIDs may be longer.
  maxLine: 64 * 1024,
  commands,
  open: (link) => new ImapSession(link),
  greeting: ({ link, state }) =>
    reply(
      tagged(
        '',
        state === 'authenticated' ? 'PREAUTH' : 'OK',
        'mockmail ready',
        showCapabilities(link, state, 'greeting') || undefined,
      ),
    ),
  parse: (_, line) => parseLine(line),
  guess(line) {
    const request = guess(line)
    return request && { ...request, tag: '*', verb: abbreviated[request.verb] ?? request.verb }
  },
  unknown: (_, request) => refuseUnread(request.args, reply(formatRefusal('not-implemented', request.tag))),
  wrongState: (_, request) => refuseUnread(request.args, reply(formatRefusal('bad-sequence', request.tag))),
  tooLong: (session) => {
    // In place of DONE it ends IDLE too.
    session.stopIdling()
    return bad('', 'Line too long')
  },
  goodbye: () => '* BYE mockmail is closing the connection\r\n',
  refuse: (refusal, { tag }, inPlaceOf) =>
    inPlaceOf === 'greeting' ? '* BYE mockmail serves nobody now\r\n' : formatRefusal(refusal, tag),
  status: /^\S+ (?:OK|NO|BAD|BYE|PREAUTH)(?: \[[^\]]*\])?/,
  spell,
}

/** Tag, verb, arguments, RFC 9051 §2.2.1. The word behind UID belongs to the verb. */
const grammar = /^([!#$&',-[\]-z|-~]+) ((?:UID +)?[^ ]+)(?: (.*))?$/is

/** A login, or mail handed in, in a line whose tag is missing, grown together with the verb, or no tag. */
const guess = guesser(['LOGIN', 'AUTHENTICATE', 'AUTH', 'APPEND'], '(?:\\S*|.*?\\s)')

/** What other protocols call it. */
const abbreviated: Readonly<Record<string, string>> = { AUTH: 'AUTHENTICATE' }

function parseLine(line: Buffer): Request | CommandResult {
  const text = line.toString('latin1')
  const [, tag = '', verb = '', args = ''] = grammar.exec(text) ?? []
  // A login of SMTP's or POP3's, of which the name and the password follow in lines of their own.
  if (/^AUTH +LOGIN *$/i.test(text)) return bad('', 'AUTH is a tag without a command')
  if (tag) return { tag, verb: verb.toUpperCase().replace(/^UID +/, 'UID '), args, line }
  const [, lonely = ''] = /^([!#$&',-[\]-z|-~]+) *$/.exec(text) ?? []
  return refuseUnread(text, lonely ? bad(lonely, 'Missing command') : bad('', 'Missing or invalid tag'))
}
