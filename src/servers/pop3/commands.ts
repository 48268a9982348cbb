import type { Capability, Command } from '../core/dialect.ts'
import type { Outcome } from '../core/outcome.ts'
import { reply, replyThenClose } from '../core/outcome.ts'
import { loginCommands } from './login.ts'
import { multiline, topOf } from './multiline.ts'
import type { Numbered, Pop3Session } from './session.ts'

type Pop3Command = Command<Pop3Session>

const noSuchMessage = '-ERR no such message\r\n'

const capa: Pop3Command = {
  verb: 'CAPA',
  action: 'capabilities',
  states: 'any',
  reference: 'RFC 2449 §5',
  run: (session) =>
    list(
      '+OK capability list follows',
      session.link.show(capabilities(session)).map(({ text }) => text),
    ),
}

const capabilities = ({ link, state }: Pop3Session): readonly Capability[] => {
  const keywords = ['TOP', 'UIDL', 'RESP-CODES', 'AUTH-RESP-CODE', 'PIPELINING']
  const all: Capability[] = keywords.map((keyword) => ({ name: keyword, text: keyword }))
  if (state === 'transaction') return [...all, { name: 'IMPLEMENTATION', text: 'IMPLEMENTATION mockmail' }]
  if (link.starttlsOffered) all.push({ name: 'starttls', text: 'STLS' })
  if (!link.loginOffered) return all
  all.push({ name: 'auth', text: 'USER' })
  if (link.mechanisms.length > 0) all.push({ name: 'auth', text: `SASL ${link.mechanisms.join(' ')}` })
  return all
}

const stat: Pop3Command = {
  verb: 'STAT',
  action: 'list',
  states: ['transaction'],
  reference: 'RFC 1939 §5',
  run({ messages }) {
    return reply(`+OK ${messages.length} ${octets(messages)}\r\n`)
  },
}

/** LIST and UIDL differ only in what they say about a message. */
const listing = (verb: string, reference: string, describe: (message: Numbered) => string | number): Pop3Command => ({
  verb,
  action: 'list',
  states: ['transaction'],
  reference,
  run(session, { args }) {
    const line = (message: Numbered): string => `${message.number} ${describe(message)}`
    if (args.trim() !== '') {
      const found = session.find(numberOf(args))
      return reply(found ? `+OK ${line(found)}\r\n` : noSuchMessage)
    }
    const { messages } = session
    return list(`+OK ${messages.length} messages (${octets(messages)} octets)`, messages.map(line))
  },
})

const retr: Pop3Command = {
  verb: 'RETR',
  action: 'fetch',
  states: ['transaction'],
  reference: 'RFC 1939 §5',
  run(session, { args }) {
    const found = session.find(numberOf(args))
    return reply(found ? multiline(`+OK ${found.lines.length} octets`, found.lines) : noSuchMessage)
  },
}

const top: Pop3Command = {
  verb: 'TOP',
  action: 'fetch',
  states: ['transaction'],
  reference: 'RFC 1939 §7',
  run(session, { args }) {
    const [, message = '', lines = ''] = /^\s*(\S+)\s+(\S+)\s*$/.exec(args) ?? []
    const count = numberOf(lines)
    if (Number.isNaN(count)) return reply('-ERR syntax: TOP message lines\r\n')
    const found = session.find(numberOf(message))
    return reply(found ? multiline('+OK top of message follows', topOf(found.lines, count)) : noSuchMessage)
  },
}

const dele: Pop3Command = {
  verb: 'DELE',
  action: 'store',
  states: ['transaction'],
  reference: 'RFC 1939 §5',
  run(session, { args }) {
    const found = session.find(numberOf(args))
    if (!found) return reply(noSuchMessage)
    return reply('+OK marked as deleted\r\n', { commit: () => session.markDeleted(found) })
  },
}

const rset: Pop3Command = {
  verb: 'RSET',
  action: 'reset',
  states: ['transaction'],
  reference: 'RFC 1939 §5',
  run: (session) => reply('+OK nothing is marked\r\n', { commit: () => session.unmarkAll() }),
}

const noop: Pop3Command = {
  verb: 'NOOP',
  action: 'noop',
  states: ['transaction'],
  reference: 'RFC 1939 §5',
  run: () => reply('+OK\r\n'),
}

const quit: Pop3Command = {
  verb: 'QUIT',
  action: 'quit',
  states: 'any',
  reference: 'RFC 1939 §6',
  run: (session) => replyThenClose('+OK bye\r\n', { commit: () => session.update() }),
}

export const pop3Commands: readonly Pop3Command[] = [
  capa,
  ...loginCommands,
  stat,
  listing('LIST', 'RFC 1939 §5', ({ lines }) => lines.length),
  listing('UIDL', 'RFC 1939 §7', ({ id }) => id),
  retr,
  top,
  dele,
  rset,
  noop,
  quit,
]

/** A multi-line response of lines that are ours. */
const list = (status: string, lines: readonly string[]): Outcome =>
  reply(`${status}\r\n${lines.map((line) => `${line}\r\n`).join('')}.\r\n`)

const octets = (messages: readonly Numbered[]): number => messages.reduce((sum, { lines }) => sum + lines.length, 0)

/** NaN where there is none, which no message has. */
const numberOf = (text: string): number => (/^\s*[0-9]{1,10}\s*$/.test(text) ? Number(text) : Number.NaN)
