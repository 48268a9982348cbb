/** What a client says in one protocol, on one connection, and how it reads the answers. */
export interface ClientDialect {
  readonly greeting: Omit<Ask, 'line'>
  capabilities(): Ask
  startTls(): Ask
  offersTls(answer: string): boolean
  offersLogin(answer: string): boolean
  offersScram(answer: string): boolean
  /** Each is sent when the one before was answered with yes. */
  login(user: string, password: string): readonly Ask[]
  mail(): readonly Ask[]
  /** What a client says that wants something else than to log in; absent where the protocol has no such thing. */
  errand(wants: Errand, user: string): readonly Ask[] | undefined
  /** A login by a hash, given up when it is asked for it. */
  better(): readonly Ask[]
  /** Begins a login by SCRAM-SHA-256; the lines that follow are in base64. */
  scram(first: string): Scram
  /** Opens what such answers name. */
  open(before: string): readonly Ask[]
  quit(): Ask
}

/**
 * What the client's user wants done: nothing careless in itself. `mail` hands in mail without a login, `digest` logs in by a
 * hash, `name` only says who asks, `use` uses the session without a secret, `look` looks around and leaves.
 */
export type Errand = 'login' | 'mail' | 'digest' | 'name' | 'use' | 'look'

/** A login in several steps: each ask is answered by the server's next message, or by its yes or no. */
export interface Scram {
  /** The last of them sends the client's first message. */
  readonly begin: readonly Ask[]
  then(line: string): Ask
}

/** A line, and what any answer to it looks like; `yes` only where more follows if it is. */
export interface Ask {
  readonly line: string
  readonly answer: RegExp
  readonly yes: RegExp
}

const smtpAnswer = /^\d{3} .*\r\n/m
const pop3Answer = /^(?:\+OK|-ERR).*\r\n/m

const smtp = (line: string, yes: RegExp): Ask => ({ line, answer: smtpAnswer, yes })
const pop3 = (line: string): Ask => ({ line, answer: pop3Answer, yes: /^\+OK/m })
const imap = (tag: string, command: string): Ask => ({
  line: `${tag} ${command}`,
  answer: new RegExp(`^(?:${tag} |\\+ ).*\\r\\n`, 'm'),
  yes: new RegExp(`^(?:${tag} OK|\\+ )`, 'm'),
})

const offersScram = (answer: string): boolean => /[ =]SCRAM-SHA-256\b/i.test(answer)

const message = 'Subject: from the client of the judges\r\n\r\nhello\r\n'

const never = /(?!)/

const smtpClient: ClientDialect = {
  greeting: { answer: smtpAnswer, yes: /^220 /m },
  capabilities: () => smtp('EHLO client.example.com', /^250 /m),
  startTls: () => smtp('STARTTLS', /^220 /m),
  offersTls: (answer) => /^250[ -]STARTTLS\r?$/im.test(answer),
  offersLogin: (answer) => /^250[ -]AUTH .*\bPLAIN\b/im.test(answer),
  login: (user, password) => [smtp(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`, /^235 /m)],
  mail: () => [
    smtp('MAIL FROM:<a@example.com>', /^250 /m),
    smtp('RCPT TO:<b@example.com>', /^250 /m),
    smtp('DATA', /^354 /m),
    smtp(`${message}.`, /^250 /m),
  ],
  errand: (wants) =>
    ({ mail: [smtp('MAIL FROM:<a@example.com>', /^250 /m)], use: [smtp('AUTH LOGIN', /^334 /m)], look: [] })[
      wants as 'mail'
    ],
  better: () => [smtp('AUTH CRAM-MD5', /^334 /m), smtp('*', never)],
  offersScram,
  scram: (first) => {
    const then = (line: string): Ask => smtp(line, /^(?:334|235) /m)
    return { begin: [then(`AUTH SCRAM-SHA-256 ${first}`)], then }
  },
  open: () => [],
  quit: () => smtp('QUIT', /^221 /m),
}

/** Its tags are counted over the whole connection, as most clients do. */
function imapClient(): ClientDialect {
  let count = 0
  const ask = (command: string): Ask => imap(`a${++count}`, command)
  return {
    greeting: { answer: /^\* (?:OK|PREAUTH|BYE) .*\r\n/m, yes: /^\* OK /m },
    capabilities: () => ask('CAPABILITY'),
    startTls: () => ask('STARTTLS'),
    offersTls: (answer) => /^\* CAPABILITY .*\bSTARTTLS\b/im.test(answer),
    offersLogin: (answer) => /^\* CAPABILITY (?!.*\bLOGINDISABLED\b).*\bAUTH=PLAIN\b/im.test(answer),
    login: (user, password) => [ask(`LOGIN "${user}" "${password}"`)],
    mail() {
      const select = ask('SELECT INBOX')
      const append = ask(`APPEND INBOX {${message.length}}`)
      const tag = `a${count}`
      // The octets of the literal, and the end of the command.
      return [
        select,
        append,
        { line: message, answer: new RegExp(`^${tag} .*\\r\\n`, 'm'), yes: new RegExp(`^${tag} OK`, 'm') },
      ]
    },
    errand: (wants) =>
      wants === 'mail'
        ? [ask('APPEND INBOX {5}')]
        : wants === 'use'
          ? [ask('SELECT INBOX')]
          : wants === 'look'
            ? []
            : undefined,
    better() {
      const begin = ask('AUTHENTICATE CRAM-MD5')
      return [begin, { line: '*', answer: new RegExp(`^a${count} .*\\r\\n`, 'm'), yes: never }]
    },
    offersScram,
    scram(first) {
      const begin = ask('AUTHENTICATE SCRAM-SHA-256')
      const then = (line: string): Ask => ({ ...begin, line })
      return { begin: [begin, then(first)], then }
    },
    open: (before) => [
      ...[...before.matchAll(/^\* (?:LIST|LSUB) \([^)]*\) \S+ "?([^"\r\n]+)"?/gm)].map(([, name]) =>
        ask(`SELECT "${name}"`),
      ),
      ...[...before.matchAll(/^\* (\d+) EXISTS/gm)].map(([, newest]) => ask(`FETCH ${newest} (ENVELOPE)`)),
    ],
    quit: () => ask('LOGOUT'),
  }
}

const pop3Client: ClientDialect = {
  greeting: { answer: pop3Answer, yes: /^\+OK/m },
  capabilities: () => ({ line: 'CAPA', answer: /^(?:\.\r\n|-ERR.*\r\n)/m, yes: /^\+OK/m }),
  startTls: () => pop3('STLS'),
  offersTls: (answer) => /^STLS\r?$/im.test(answer),
  // Where SCRAM is all there is for AUTH, it is meant.
  offersLogin: (answer) => /^USER\r?$/im.test(answer) && !/^SASL SCRAM-SHA-256\r?$/im.test(answer),
  login: (user, password) => [pop3(`USER ${user}`), pop3(`PASS ${password}`)],
  mail: () => [pop3('STAT')],
  errand: (wants, user) =>
    ({
      digest: [pop3(`APOP ${user} ${'0123456789abcdef'.repeat(2)}`)],
      name: [pop3(`USER ${user}`)],
      use: [pop3('STAT')],
      look: [],
    })[wants as 'use'],
  offersScram,
  scram: (first) => {
    const then = (line: string): Ask => ({ line, answer: /^(?:\+ |\+OK|-ERR).*\r\n/m, yes: /^\+/m })
    return { begin: [then(`AUTH SCRAM-SHA-256 ${first}`)], then }
  },
  better: () => [{ ...pop3('AUTH CRAM-MD5'), answer: /^(?:\+ |-ERR).*\r\n/m, yes: /^\+ /m }, pop3('*')],
  open: () => [],
  quit: () => pop3('QUIT'),
}

/** A dialect for a new connection. */
export const dialects: Readonly<Record<'smtp' | 'imap' | 'pop3', () => ClientDialect>> = {
  smtp: () => smtpClient,
  imap: imapClient,
  pop3: () => pop3Client,
}
