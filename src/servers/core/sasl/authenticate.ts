import type { CommandResult, Continuation } from '../command-result.ts'
import { reply, replyThenRead } from '../command-result.ts'
import type { Credential, Link, Login } from '../dialect.ts'
import { type Mechanism, mechanisms, type Presented } from './mechanisms.ts'
import { after, decodeText } from './text.ts'

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

/**
 * One SASL exchange, RFC 4422 §3, from the command to its end. Credentials are recorded as they arrive; nothing changes
 * but through the result's commit.
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
): CommandResult {
  const found = find(mechanism)
  if (!found || !link.mechanisms.includes(mechanism.toUpperCase())) {
    return reply(spelling.unknown(), { unasked: overhear(link, `${mechanism} ${initial ?? ''}`) })
  }
  const fails = link.sasl.fail?.includes(mechanism.toUpperCase()) ?? false
  if (fails) link.usesSasl()
  const exchange = found.run(link)

  const malformed = (sent: string): CommandResult => {
    recordUnread(link, mechanism, sent)
    return reply(spelling.malformed())
  }

  const follow = (response: Buffer, sent: string): CommandResult => goOn(exchange.next(response), sent)

  const goOn = (step: IteratorResult<string, Presented | undefined>, sent: string): CommandResult => {
    if (!step.done) {
      const challenge = spelling.challenge(Buffer.from(step.value).toString('base64'))
      return replyThenRead(challenge, { read: 'line', run: (line) => answer(line.toString('latin1')) })
    }
    if (!step.value) return malformed(sent)
    const { credential, login } = known(link, step.value)
    return login.right && !fails ? accept(credential, login) : reject()
  }

  const answer = (line: string): CommandResult => {
    if (line === '*') return reply(spelling.cancelled())
    const response = decodeBase64(line)
    return response ? follow(response, line) : malformed(line)
  }

  const accept = (credential: Credential, { admit }: Login): CommandResult =>
    reply(spelling.ok(), {
      commit: () => {
        admit()
        commit(credential)
      },
    })

  const reject = (): CommandResult => {
    if (found.explains === undefined) return reply(spelling.failed())
    const challenge = spelling.challenge(Buffer.from(found.explains).toString('base64'))
    return replyThenRead(challenge, { read: 'line', run: () => reply(spelling.failed()) })
  }

  const opening = exchange.next()
  if (initial === undefined) return goOn(opening, '')
  const response = decodeInitial(initial)
  return found.takesInitial && response ? follow(response, initial) : malformed(initial)
}

/**
 * Records what came along with an authentication command that is refused whatever it says: before TLS, in the wrong
 * state, for a mechanism that is not offered, or badly made. What it returns takes the responses that nobody has asked for.
 *
 * @param args everything behind the command's verb
 */
export function overhear(link: Link, args: string): Continuation | undefined {
  const [mechanism = '', initial, ...more] = args.split(/[\s"]+/).filter((word) => word !== '')
  const found = find(mechanism)
  const exchange = found?.run(link)
  exchange?.next()

  const listen = (sent: string, response: Buffer | undefined): Continuation | undefined => {
    const step = response && exchange?.next(response)
    if (step && !step.done) return rest
    if (step?.value) known(link, step.value)
    else recordUnread(link, mechanism, sent)
    return undefined
  }
  const rest: Continuation = {
    read: 'line',
    run: (line) => {
      const sent = line.toString('latin1')
      return reply('', { unasked: listen(sent, decodeBase64(sent)) })
    },
  }
  if (initial === undefined) return mechanism === '' ? undefined : rest
  const first = listen(initial, found?.takesInitial ? decodeInitial(initial) : undefined)
  return more.reduce((next, word) => next && listen(word, decodeBase64(word)), first)
}

/** Mechanisms whose first response gives no secret away, but at most a name. */
const unrevealing = /^(?:SCRAM-|GS2-|GSS|KERBEROS|NTLM$|EXTERNAL$|ANONYMOUS$)/

/**
 * Records a response that cannot be read: it is badly made, or nobody here speaks its mechanism. What is in it has crossed
 * all the same, and is taken for a password unless something says what else it is.
 */
function recordUnread(link: Link, mechanism: string, sent: string): void {
  const name = mechanism.toUpperCase()
  if (/^[=*]?$/.test(sent) || unrevealing.test(name)) return
  const bytes = decodeBase64(sent)
  const text = bytes ? decodeText(bytes) : sent
  // XOAUTH2, and RFC 7628 §3.1.
  const [who = '', ...fields] = text.split('\x01')
  const [, user = ''] = /^(?:user=|n,a=)([^,]*)/i.exec(who) ?? []
  const token = fields.map((field) => after('auth=Bearer ', field)).find((found) => found !== undefined)
  const kind = token !== undefined ? 'bearer' : name.endsWith('-MD5') ? 'digest' : 'password'
  link.login({ kind, mechanism: name, user, secret: token ?? text })
}

/** What an exchange has come to: some have asked themselves already whether it is right. */
const known = (link: Link, presented: Presented): { readonly credential: Credential; readonly login: Login } =>
  'login' in presented ? presented : { credential: presented, login: link.login(presented) }

const find = (mechanism: string): Mechanism | undefined => {
  const name = mechanism.toUpperCase()
  return Object.hasOwn(mechanisms, name) ? mechanisms[name] : undefined
}

const decodeInitial = (initial: string): Buffer | undefined =>
  initial === '=' ? Buffer.alloc(0) : decodeBase64(initial)

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const decodeBase64 = (text: string): Buffer | undefined =>
  text.length <= maxResponse && base64.test(text) ? Buffer.from(text, 'base64') : undefined
