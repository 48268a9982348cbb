import { createHmac } from 'node:crypto'
import type { Credential, Link, Login } from '../dialect.ts'
import { scramMechanisms } from './scram.ts'
import { after, createTimestamp, decodeText } from './text.ts'

/** A credential, or one of which is known already whether it is right. */
export type Presented = Credential | { readonly credential: Credential; readonly login: Login }

/** Yields challenges, is handed the responses, returns what was presented, or undefined when it was malformed. */
export type Exchange = Generator<string, Presented | undefined, Buffer>

/** One way to log in. */
export interface Mechanism {
  /** Whether a response may come along with the command: the client speaks first, or its name is asked for first. */
  readonly takesInitial: boolean
  readonly reference: string
  readonly run: (link: Link) => Exchange
  /** Explains a failure before it is stated; the client answers with a line that means nothing. */
  readonly explains?: string
}

/** Every mechanism that is spoken; which of them are offered is the link's business. */
export const mechanisms: Readonly<Record<string, Mechanism>> = {
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
  ...scramMechanisms,
}

/** Mechanisms that are offered where nothing else is said, the plainest first. */
export const saslMechanisms: readonly string[] = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2']
