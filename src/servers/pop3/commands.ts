import type { CommandResult } from '../core/command-result.ts'
import { reply, replyLate, replyThenClose } from '../core/command-result.ts'
import type { Capability, Command } from '../core/dialect.ts'
import type { Pieces } from '../core/pieces.ts'
import { holdOctets, releaseOctets } from '../mailbox/octets.ts'
import { loginCommands } from './login.ts'
import { multiline, sizeOf } from './multiline.ts'
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
  run: ({ messages }) =>
    replyLate(function* () {
      yield `+OK ${messages.length} ${yield* octets(messages)}\r\n`
    }),
}

type Describe = (message: Numbered) => Generator<string, string | number>

/** LIST and UIDL differ only in what they say about a message. */
const listing = (verb: string, reference: string, describe: Describe): Pop3Command => ({
  verb,
  action: 'list',
  states: ['transaction'],
  reference,
  run(session, { args }) {
    const found = session.find(numberOf(args))
    if (args.trim() !== '' && !found) return reply(noSuchMessage)
    return replyLate(() => (found ? one(found, describe) : all(session.messages, describe)))
  },
})

function* one(message: Numbered, describe: Describe): Pieces {
  yield `+OK ${message.number} ${yield* describe(message)}\r\n`
}

function* all(messages: readonly Numbered[], describe: Describe): Pieces {
  yield `+OK ${messages.length} messages (${yield* octets(messages)} octets)\r\n`
  for (const message of messages) yield `${message.number} ${yield* describe(message)}\r\n`
  yield '.\r\n'
}

const retr: Pop3Command = {
  verb: 'RETR',
  action: 'fetch',
  states: ['transaction'],
  reference: 'RFC 1939 §5',
  run(session, { args }) {
    const found = session.find(numberOf(args))
    return found ? replyLate(() => send(found)) : reply(noSuchMessage)
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
    return found ? replyLate(() => send(found, count)) : reply(noSuchMessage)
  },
}

/** The octets count as kept while they are on their way, though the message may be gone. */
function* send({ message: { raw } }: Numbered, bodyLines?: number): Pieces {
  holdOctets(raw)
  try {
    const status = bodyLines === undefined ? `+OK ${yield* sizeOf(raw)} octets` : '+OK top of message follows'
    yield* multiline(status, raw, bodyLines)
  } finally {
    releaseOctets(raw)
  }
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
  listing('LIST', 'RFC 1939 §5', ({ message }) => sizeOf(message.raw)),
  listing('UIDL', 'RFC 1939 §7', uniqueId),
  retr,
  top,
  dele,
  rset,
  noop,
  quit,
]

/** A multi-line response of lines that are ours. */
const list = (status: string, lines: readonly string[]): CommandResult =>
  reply(`${status}\r\n${lines.map((line) => `${line}\r\n`).join('')}.\r\n`)

// biome-ignore lint/correctness/useYield: it is described as sizes are, which takes long
function* uniqueId({ id }: Numbered): Generator<string, string> {
  return id
}

function* octets(messages: readonly Numbered[]): Generator<string, number> {
  let sum = 0
  for (const { message } of messages) sum += yield* sizeOf(message.raw)
  return sum
}

/** NaN where there is none, which no message has. */
const numberOf = (text: string): number => (/^\s*[0-9]{1,10}\s*$/.test(text) ? Number(text) : Number.NaN)
