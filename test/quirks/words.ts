import type { Protocol } from '../../src/index.ts'

/** How a protocol says what every mail client has to say. */
export interface Words {
  /** Whether a reply is whole. `command` is empty for the greeting. */
  isWhole(reply: string, command: string): boolean
  isPositive(reply: string): boolean
  readonly capabilities: string
  /** The same once TLS is on: IMAP counts its tags. */
  readonly capabilitiesInTls: string
  /** The last line of the list. */
  readonly endOfList: RegExp
  /** Whether the list offers a way to log in. */
  offersLogin(list: string): boolean
  readonly starttls: string
  login(user: string, password: string): readonly string[]
  /** What is done with a session. */
  readonly use: readonly string[]
  readonly quit: string
}

const lastLine = (reply: string): string => reply.trimEnd().split('\r\n').at(-1) ?? ''

const smtp: Words = {
  isWhole: (reply) => reply.endsWith('\r\n') && /^\d{3}(?: |$)/.test(lastLine(reply)),
  isPositive: (reply) => /^[23]/.test(reply),
  capabilities: 'EHLO client.example',
  capabilitiesInTls: 'EHLO client.example',
  endOfList: /^250 .*\r\n/gm,
  offersLogin: (list) => /^250[ -]AUTH /m.test(list),
  starttls: 'STARTTLS',
  login: (user, password) => [`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`],
  use: ['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA', 'Subject: x\r\n\r\nhello\r\n.'],
  quit: 'QUIT',
}

const imap: Words = {
  isWhole: (reply, command) => {
    if (!reply.endsWith('\r\n')) return false
    const [tag] = command.split(' ', 1)
    return lastLine(reply).startsWith(tag ? `${tag} ` : '* ')
  },
  isPositive: (reply) => /^(?:\*|[a-z]\d) OK/.test(lastLine(reply)),
  capabilities: 'a1 CAPABILITY',
  capabilitiesInTls: 'a3 CAPABILITY',
  endOfList: /^a3 OK.*\r\n/gm,
  offersLogin: (list) => !list.includes('LOGINDISABLED') && list.includes('AUTH='),
  starttls: 'a2 STARTTLS',
  login: (user, password) => [`a4 LOGIN ${user} ${password}`],
  use: ['a5 SELECT INBOX'],
  quit: 'a9 LOGOUT',
}

const pop3: Words = {
  isWhole: (reply, command) =>
    command === 'CAPA' && reply.startsWith('+OK') ? reply.endsWith('\r\n.\r\n') : reply.endsWith('\r\n'),
  isPositive: (reply) => reply.startsWith('+OK'),
  capabilities: 'CAPA',
  capabilitiesInTls: 'CAPA',
  endOfList: /^\.\r\n/gm,
  offersLogin: (list) => /^(?:USER|SASL)/m.test(list),
  starttls: 'STLS',
  login: (user, password) => [`USER ${user}`, `PASS ${password}`],
  use: ['STAT'],
  quit: 'QUIT',
}

export const words: Readonly<Record<Protocol, Words>> = { smtp, imap, pop3 }
