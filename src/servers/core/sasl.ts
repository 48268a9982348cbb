import { isUtf8 } from 'node:buffer'
import { createHmac, randomBytes } from 'node:crypto'
import { clock } from '../../clock.ts'
import type { Credential, Link, Login } from './dialect.ts'
import type { Continuation, Outcome } from './outcome.ts'
import { reply, replyThenRead } from './outcome.ts'

/** Octets of one base64 response, RFC 4954 §4; a longer one is malformed. */
const maxResponse = 12_288

/** How a protocol words the steps of an exchange; every string ends in CRLF. */
export interface SaslSpelling {
  challenge(base64: string): string
  ok(): string
  failed(): string
  malformed(): string
  cancelled(): string
  unknown(): string
}

/** Yields challenges, is handed the responses, returns what was presented, or undefined when it was malformed. */
type Exchange = Generator<string, Credential | undefined, Buffer>

interface Mechanism {
  /** Whether a response may come along with the command: the client speaks first, or its name is asked for first. */
  readonly takesInitial: boolean
  readonly reference: string
  readonly run: (link: Link) => Exchange
  /** Explains a failure before it is stated; the client answers with a line that means nothing. */
  readonly explains?: string
}

/** Every mechanism that is spoken; which of them are offered is the link's business. */
const mechanisms: Readonly<Record<string, Mechanism>> = {
  PLAIN: {
    takesInitial: true,
    reference: 'RFC 4616 §2',
    *run() {
      const fields = (yield '').toString('latin1').split('\0')
      const [, user, secret] = fields.map((field) => decodeText(Buffer.from(field, 'latin1')))
      if (fields.length !== 3 || !user || secret === undefined) return undefined
      return { kind: 'password', mechanism: 'PLAIN', user, secret }
    },
  },
  LOGIN: {
    takesInitial: true,
    reference: 'draft-murchison-sasl-login-00 §2',
    *run(link) {
      const user = decodeText(yield 'Username:')
      link.identify(user)
      const secret = decodeText(yield 'Password:')
      return { kind: 'password', mechanism: 'LOGIN', user, secret }
    },
  },
  'CRAM-MD5': {
    takesInitial: false,
    reference: 'RFC 2195 §2',
    *run(link) {
      const challenge = createTimestamp(link.servername)
      const [, user, digest] = /^(.+) ([0-9a-f]{32})$/is.exec(decodeText(yield challenge)) ?? []
      if (user === undefined || digest === undefined) return undefined
      const secret = digest.toLowerCase()
      const matches = (password: string): boolean =>
        createHmac('md5', password).update(challenge).digest('hex') === secret
      return { kind: 'digest', mechanism: 'CRAM-MD5', user, secret, matches }
    },
  },
  XOAUTH2: {
    takesInitial: true,
    reference: 'Google Identity, OAuth 2.0 Mechanism, "The SASL XOAUTH2 Mechanism"',
    explains: '{"status":"401","schemes":"bearer","scope":"mail"}',
    *run() {
      const [who, token, ...rest] = decodeText(yield '').split('\x01')
      const user = after('user=', who)
      const secret = after('auth=Bearer ', token)
      if (user === undefined || !secret || rest.join('|') !== '|') return undefined
      return { kind: 'bearer', mechanism: 'XOAUTH2', user, secret }
    },
  },
}

/** Names of every mechanism that is spoken, the plainest first. */
export const saslMechanisms: readonly string[] = Object.keys(mechanisms)

/**
 * One SASL exchange, RFC 4422 §3, from the command to its end. Credentials are recorded as they arrive; nothing changes
 * but through the outcome's commit.
 *
 * @param mechanism as the client wrote it; one that the link does not offer is unknown
 * @param initial the response that came along with the command, base64, `=` for an empty one
 * @param commit called when the login succeeded and the reply that says so is really given
 */
export function authenticate(
  link: Link,
  mechanism: string,
  initial: string | undefined,
  spelling: SaslSpelling,
  commit: (credential: Credential) => void,
): Outcome {
  const found = find(mechanism)
  if (!found || !link.mechanisms.includes(mechanism.toUpperCase())) {
    return reply(spelling.unknown(), { unasked: overhear(link, mechanism, initial) })
  }
  const exchange = found.run(link)

  const follow = (step: IteratorResult<string, Credential | undefined>): Outcome => {
    if (!step.done) {
      const challenge = spelling.challenge(Buffer.from(step.value).toString('base64'))
      return replyThenRead(challenge, { read: 'line', run: (line) => answer(line.toString('latin1')) })
    }
    if (!step.value) return reply(spelling.malformed())
    const login = link.login(step.value)
    return login.right ? accept(step.value, login) : reject()
  }

  const answer = (line: string): Outcome => {
    if (line === '*') return reply(spelling.cancelled())
    const response = decodeBase64(line)
    return response ? follow(exchange.next(response)) : reply(spelling.malformed())
  }

  const accept = (credential: Credential, { admit }: Login): Outcome =>
    reply(spelling.ok(), {
      commit: () => {
        admit()
        commit(credential)
      },
    })

  const reject = (): Outcome => {
    if (found.explains === undefined) return reply(spelling.failed())
    const challenge = spelling.challenge(Buffer.from(found.explains).toString('base64'))
    return replyThenRead(challenge, { read: 'line', run: () => reply(spelling.failed()) })
  }

  const opening = exchange.next()
  if (initial === undefined) return follow(opening)
  const response = decodeInitial(initial)
  return found.takesInitial && response ? follow(exchange.next(response)) : reply(spelling.malformed())
}

/**
 * Records what came along with an authentication command that is refused whatever it says: before TLS, in the wrong
 * state, or for a mechanism that is not offered. What it returns takes the responses that nobody has asked for.
 */
export function overhear(link: Link, mechanism: string, initial: string | undefined): Continuation | undefined {
  const found = find(mechanism)
  if (!found) return undefined
  const exchange = found.run(link)
  exchange.next()

  const listen = (response: Buffer | undefined): Continuation | undefined => {
    if (!response) return undefined
    const step = exchange.next(response)
    if (step.done && step.value) link.login(step.value)
    return step.done ? undefined : rest
  }
  const rest: Continuation = {
    read: 'line',
    run: (line) => reply('', { unasked: listen(decodeBase64(line.toString('latin1'))) }),
  }
  if (initial === undefined) return rest
  return found.takesInitial ? listen(decodeInitial(initial)) : undefined
}

/** Text in UTF-8, or in latin1 where it is not UTF-8: what a client sent is a fact, not an error. */
export const decodeText = (bytes: Buffer): string => bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1')

/** What CRAM-MD5 and APOP hash the password with: `<random.time@servername>`, RFC 2195 §2, RFC 1939 §7. */
export const createTimestamp = (servername: string): string =>
  `<${randomBytes(8).toString('hex')}.${clock.date()}@${servername}>`

const find = (mechanism: string): Mechanism | undefined => {
  const name = mechanism.toUpperCase()
  return Object.hasOwn(mechanisms, name) ? mechanisms[name] : undefined
}

const decodeInitial = (initial: string): Buffer | undefined =>
  initial === '=' ? Buffer.alloc(0) : decodeBase64(initial)

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const decodeBase64 = (text: string): Buffer | undefined =>
  text.length <= maxResponse && base64.test(text) ? Buffer.from(text, 'base64') : undefined

const after = (key: string, field = ''): string | undefined =>
  field.toLowerCase().startsWith(key.toLowerCase()) ? field.slice(key.length) : undefined
