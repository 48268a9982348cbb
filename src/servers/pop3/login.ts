import { createHash } from 'node:crypto'
import type { CommandResult } from '../core/command-result.ts'
import { reply, replyThenUpgrade } from '../core/command-result.ts'
import type { Command, Credential, Login, Request } from '../core/dialect.ts'
import { authenticate, overhear, type SaslSpelling } from '../core/sasl/authenticate.ts'
import { decodeText } from '../core/sasl/text.ts'
import type { Pop3Session } from './session.ts'

type Pop3Command = Command<Pop3Session>

/** RFC 3206 §4. */
const failed = '-ERR [AUTH] invalid user name or password\r\n'

const stls: Pop3Command = {
  verb: 'STLS',
  action: 'starttls',
  states: ['authorization'],
  reference: 'RFC 2595 §4',
  run({ link }, { args }) {
    if (!link.starttlsOffered) {
      return reply(`-ERR command not ${link.secure ? 'permitted when TLS active' : 'implemented'}\r\n`)
    }
    if (args.trim() !== '') return reply('-ERR STLS has no arguments\r\n')
    return replyThenUpgrade('+OK begin TLS negotiation\r\n')
  },
}

const user: Pop3Command = {
  verb: 'USER',
  action: 'auth',
  states: ['authorization'],
  reference: 'RFC 1939 §7',
  run(session, request) {
    recordUser(session, request)
    const refusal = refuseLogin(session)
    if (refusal) return reply(refusal)
    if (session.named === '') return reply('-ERR a name is missing\r\n')
    return reply('+OK send PASS\r\n', { commit: () => awaitPassword(session, true) })
  },
}

const pass: Pop3Command = {
  verb: 'PASS',
  action: 'auth',
  states: ['authorization'],
  reference: 'RFC 1939 §7',
  run(session, request) {
    const login = recordPassword(session, request)
    const refusal = refuseLogin(session)
    if (refusal) return reply(refusal)
    if (!session.awaitsPassword) return reply('-ERR send USER first\r\n')
    return login.right ? welcome(session, login) : reply(failed, { commit: () => awaitPassword(session, false) })
  },
}

const apop: Pop3Command = {
  verb: 'APOP',
  action: 'auth',
  states: ['authorization'],
  reference: 'RFC 1939 §7',
  run(session, request) {
    const login = recordDigest(session, request)
    const refusal = refuseLogin(session)
    if (refusal) return reply(refusal)
    if (session.timestamp === undefined) return reply('-ERR the greeting had no timestamp\r\n')
    if (login === undefined) return reply('-ERR syntax: APOP name digest\r\n')
    return login.right ? welcome(session, login) : reply(failed)
  },
}

const auth: Pop3Command = {
  verb: 'AUTH',
  action: 'auth',
  states: ['authorization'],
  reference: 'RFC 5034 §4',
  run(session, request) {
    const { link } = session
    const [mechanism, initial, ...rest] = words(request)
    const refusal = refuseLogin(session)
    if (refusal) return refuseOverheard(session, request, refusal)
    // Older than the RFC, and still asked by clients that do not trust CAPA.
    if (mechanism === undefined) return listMechanisms(link.mechanisms)
    if (rest.length > 0) return refuseOverheard(session, request, '-ERR syntax: AUTH mechanism [initial-response]\r\n')
    return authenticate(link, mechanism, initial, spelling, () => session.openMaildrop())
  },
}

/** Commands that log in, and STLS. */
export const loginCommands: readonly Pop3Command[] = [stls, user, pass, apop, auth]

/** Refuses a command, and records what crossed with it if it logs in. */
export function refuseOverheard(session: Pop3Session, request: Request, refusal: string): CommandResult {
  if (request.verb === 'USER') recordUser(session, request)
  if (request.verb === 'PASS') recordPassword(session, request)
  if (request.verb === 'APOP') recordDigest(session, request)
  return request.verb === 'AUTH' ? reply(refusal, { unasked: overhear(session.link, request.args) }) : reply(refusal)
}

const refuseLogin = ({ link }: Pop3Session): string | undefined => {
  if (link.loginOffered) return undefined
  return link.starttlsOffered ? '-ERR must use STLS first\r\n' : '-ERR command not implemented\r\n'
}

/** The name is remembered even where it is refused: the password that follows belongs to it. */
const recordUser = (session: Pop3Session, request: Request): void => {
  session.named = textOf(request).trim()
  if (session.named !== '') session.link.identify(session.named)
}

/** Everything behind PASS and one space is the password, spaces too. */
const recordPassword = (session: Pop3Session, request: Request): Login =>
  session.link.login({ kind: 'password', mechanism: 'USER/PASS', user: session.named, secret: textOf(request) })

/** Undefined when it was no digest. */
const recordDigest = (session: Pop3Session, request: Request): Login | undefined => {
  const [, name, digest] = /^(.+) ([0-9a-f]{32})\s*$/is.exec(textOf(request)) ?? []
  if (name === undefined || digest === undefined) return undefined
  const secret = digest.toLowerCase()
  const { link, timestamp } = session
  const credential: Credential = { kind: 'digest', mechanism: 'APOP', user: name, secret }
  if (timestamp === undefined) return link.login(credential)
  const matches = (password: string): boolean =>
    createHash('md5')
      .update(timestamp + password)
      .digest('hex') === secret
  return link.login({ ...credential, matches })
}

const awaitPassword = (session: Pop3Session, awaitsPassword: boolean): void => {
  session.awaitsPassword = awaitsPassword
}

const loggedIn = '+OK logged in\r\n'

const welcome = (session: Pop3Session, { admit }: Login): CommandResult =>
  reply(loggedIn, {
    commit: () => {
      admit()
      session.openMaildrop()
    },
  })

const listMechanisms = (mechanisms: readonly string[]): CommandResult =>
  reply(`+OK\r\n${mechanisms.map((name) => `${name}\r\n`).join('')}.\r\n`)

const textOf = ({ args }: Request): string => decodeText(Buffer.from(args, 'latin1'))

const words = ({ args }: Request): readonly string[] => args.split(' ').filter((word) => word !== '')

/** RFC 5034 §4. */
const spelling: SaslSpelling = {
  challenge: (base64) => `+ ${base64}\r\n`,
  ok: () => loggedIn,
  failed: () => failed,
  malformed: () => '-ERR cannot decode response\r\n',
  cancelled: () => '-ERR authentication cancelled\r\n',
  unknown: () => '-ERR unrecognized authentication type\r\n',
}
