import type { CommandResult } from '../core/command-result.ts'
import { reply, replyThenRead, replyThenUpgrade } from '../core/command-result.ts'
import type { Capability, Command, Request } from '../core/dialect.ts'
import { finished } from '../core/pieces.ts'
import { authenticate, overhear, type SaslSpelling } from '../core/sasl/authenticate.ts'
import { unstuffed } from './dots.ts'
import { maxDotted, maxMessage } from './limits.ts'
import type { SmtpSession } from './session.ts'

type SmtpCommand = Command<SmtpSession>

/** The engine answers; the transaction it may end is recorded first. */
const ending = (session: SmtpSession, { line }: Request): CommandResult => session.endTransaction(line)

/** The engine answers. */
const engine = (session: SmtpSession, { line }: Request): CommandResult => session.engine.command(line)

const ehlo: SmtpCommand = {
  verb: 'EHLO',
  action: 'capabilities',
  states: 'any',
  reference: 'RFC 5321 §4.1.1.1',
  run(session, { line }) {
    const result = session.endTransaction(line)
    const said = String(result.send)
    if (!said.startsWith('250')) return result
    const [domain = '', ...keywords] = said.trimEnd().split('\r\n')
    const lines = [domain.slice(4), ...session.link.show(capabilities(session, keywords)).map(({ text }) => text)]
    return { ...result, send: multiline(lines) }
  },
}

/** RFC 5321 §4.2.1. */
export const multiline = (lines: readonly string[]): string =>
  lines.map((text, at) => `250${at < lines.length - 1 ? '-' : ' '}${text}\r\n`).join('')

const capabilities = ({ link, authenticated }: SmtpSession, keywords: readonly string[]): readonly Capability[] => {
  const list = keywords.map((line) => line.slice(4)).map((text) => ({ name: text.split(' ', 1)[0] ?? '', text }))
  if (link.loginOffered && !authenticated && link.mechanisms.length > 0) {
    list.push({ name: 'auth', text: `AUTH ${link.mechanisms.join(' ')}` })
  }
  if (link.starttlsOffered) list.push({ name: 'starttls', text: 'STARTTLS' })
  return list
}

const helo: SmtpCommand = {
  verb: 'HELO',
  action: 'identify',
  states: 'any',
  reference: 'RFC 5321 §4.1.1.1',
  run: ending,
}

const starttls: SmtpCommand = {
  verb: 'STARTTLS',
  action: 'starttls',
  states: 'any',
  reference: 'RFC 3207 §4',
  run({ link }, { args }) {
    if (!link.starttlsOffered) {
      return reply(link.secure ? '503 5.5.1 TLS already active\r\n' : '502 5.5.1 Command not implemented\r\n')
    }
    if (args.trim() !== '') return reply('501 5.5.4 Syntax error (no parameters allowed)\r\n')
    return replyThenUpgrade('220 2.0.0 Ready to start TLS\r\n')
  },
}

const auth: SmtpCommand = {
  verb: 'AUTH',
  action: 'auth',
  states: ['no-transaction'],
  reference: 'RFC 4954 §4',
  run(session, request) {
    const { link } = session
    const [mechanism = '', initial, ...rest] = words(request.args)
    const refusal = refuseAuth(session)
    if (refusal) return refuseOverheard(session, request, refusal)
    if (mechanism === '' || rest.length > 0) return refuseOverheard(session, request, syntax)
    return authenticate(link, mechanism, initial, spelling, ({ user }) => session.authenticate(user))
  },
}

/** Refuses an AUTH for the sake of the state, and records what came along with it. */
export const refuseOverheard = ({ link }: SmtpSession, { args }: Request, refusal: string): CommandResult =>
  reply(refusal, { unasked: overhear(link, args) })

const syntax = '501 5.5.4 Syntax: AUTH mechanism [initial-response]\r\n'

const refuseAuth = ({ link, authenticated }: SmtpSession): string | undefined => {
  if (authenticated) return '503 5.5.1 Already authenticated\r\n'
  if (link.loginOffered) return undefined
  if (link.starttlsOffered) return '538 5.7.11 Encryption required for requested authentication mechanism\r\n'
  return '502 5.5.1 Command not implemented\r\n'
}

const words = (args: string): readonly string[] => args.split(' ').filter((word) => word !== '')

/** RFC 4954 §4 and §6. */
const spelling: SaslSpelling = {
  challenge: (base64) => `334 ${base64}\r\n`,
  ok: () => '235 2.7.0 Authentication successful\r\n',
  failed: () => '535 5.7.8 Authentication credentials invalid\r\n',
  malformed: () => '501 5.5.2 Cannot decode response\r\n',
  cancelled: () => '501 5.7.0 Authentication cancelled\r\n',
  unknown: () => '504 5.5.4 Unrecognized authentication type\r\n',
}

const mail: SmtpCommand = {
  verb: 'MAIL',
  action: 'envelope',
  states: ['no-transaction'],
  reference: 'RFC 5321 §4.1.1.2',
  run: engine,
}

const rcpt: SmtpCommand = {
  verb: 'RCPT',
  action: 'envelope',
  states: ['mail', 'rcpt'],
  reference: 'RFC 5321 §4.1.1.3',
  run: engine,
}

const data: SmtpCommand = {
  verb: 'DATA',
  action: 'message',
  states: ['rcpt'],
  reference: 'RFC 5321 §4.1.1.4',
  run(session, { line }) {
    const result = session.endTransaction(line)
    const said = String(result.send)
    if (!said.startsWith('354')) return result
    return { ...result, ...replyThenRead(said, { read: 'dotted', limit: maxDotted, run: receive(session) }) }
  },
}

/** Octets of a chunk that are read although they are refused; what is longer is left to the line reader. */
const maxChunk = 1 << 20

/**
 * RFC 3030 §2: it is not offered, so it is refused, and the octets that follow it all the same are no commands. That it came is
 * a fact: mail has crossed, with an envelope or without.
 */
const bdat: SmtpCommand = {
  verb: 'BDAT',
  action: 'message',
  states: 'any',
  reference: 'RFC 3030 §2',
  run(session, { line, args }) {
    const [, size] = /^\s*(\d{1,9})(?:\s+LAST)?\s*$/i.exec(args) ?? []
    const refused = session.engine.command(line)
    if (size === undefined || Number(size) > maxChunk) return refused
    return replyThenRead('', { read: 'literal', size: Number(size), run: () => refused })
  },
}

const receive =
  (session: SmtpSession) =>
  async (wire: readonly Buffer[] | 'too-long' | 'no-room'): Promise<CommandResult> => {
    const { envelope, link, engine } = session
    if (wire === 'too-long') return engine.received(maxMessage + 1)
    const raw = wire === 'no-room' ? Buffer.alloc(0) : await finished(unstuffed(wire))
    const result = engine.received(raw.length)
    if (!String(result.send).startsWith('250')) return result
    const hasRoom = wire !== 'no-room' && link.store.hasRoom([{ raw }])
    // Not a matter of commit: the message has crossed, whatever becomes of the reply.
    link.accept({ via: 'DATA', raw, ...(!hasRoom && { stored: 'nowhere' }), ...envelope })
    return hasRoom ? result : reply('452 4.3.1 Insufficient system storage\r\n')
  }

const rset: SmtpCommand = {
  verb: 'RSET',
  action: 'reset',
  states: 'any',
  reference: 'RFC 5321 §4.1.1.5',
  run: ending,
}

const noop: SmtpCommand = {
  verb: 'NOOP',
  action: 'noop',
  states: 'any',
  reference: 'RFC 5321 §4.1.1.9',
  run: engine,
}

const vrfy: SmtpCommand = {
  verb: 'VRFY',
  action: 'other',
  states: 'any',
  reference: 'RFC 5321 §4.1.1.6',
  run: engine,
}

const help: SmtpCommand = {
  verb: 'HELP',
  action: 'other',
  states: 'any',
  reference: 'RFC 5321 §4.1.1.8',
  run: engine,
}

const quit: SmtpCommand = {
  verb: 'QUIT',
  action: 'quit',
  states: 'any',
  reference: 'RFC 5321 §4.1.1.10',
  run: ending,
}

export const smtpCommands: readonly SmtpCommand[] = [
  ehlo,
  helo,
  starttls,
  auth,
  mail,
  rcpt,
  data,
  bdat,
  rset,
  noop,
  vrfy,
  help,
  quit,
]
