import { bytesOf, LateReply } from '../../src/servers/core/command-result.ts'
import type { Link } from '../../src/servers/core/dialect.ts'
import { type DialogueEnd, runDialogue } from '../../src/servers/core/dialogue.ts'
import { Input } from '../../src/servers/core/input.ts'
import { imap } from '../../src/servers/imap/dialect.ts'
import type { NewMessage } from '../../src/servers/mailbox/folder.ts'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'
import { createRandom, pick, type Random } from '../support/random.ts'

/** What a run of hostile inputs came to. */
export interface Hostilities {
  readonly inputs: number
  readonly octetsSent: number
  /** How many dialogues ended in which way. */
  readonly ends: Readonly<Record<string, number>>
  /** The longest that one input took, in milliseconds, and which it was. */
  readonly slowest: { readonly ms: number; readonly input: string }
  /** What was not as it must be, with the input that shows it. */
  readonly faults: readonly string[]
}

/**
 * Sends generated inputs to dialogues in memory and looks at what comes back: nothing is thrown, every dialogue ends with
 * its input, and no tag is answered more often than it was sent.
 *
 * @param count how many inputs
 * @param seed the same seed gives the same inputs
 */
export async function runHostilities({
  count,
  seed,
}: {
  readonly count: number
  readonly seed: number
}): Promise<Hostilities> {
  const random = createRandom(seed)
  const ends: Record<string, number> = {}
  const faults: string[] = []
  let octetsSent = 0
  let slowest = { ms: 0, input: '' }
  for (let nth = 0; nth < count; nth++) {
    const bytes = generate(random)
    const start = performance.now()
    const { end, sent } = await converse(bytes)
    const ms = performance.now() - start
    const input = bytes.subarray(0, 300).toString('latin1')
    if (ms > slowest.ms) slowest = { ms, input }
    octetsSent += sent.length
    ends[end] = (ends[end] ?? 0) + 1
    const fault = end.startsWith('threw') ? end : faultIn(sent, bytes.toString('latin1'))
    if (fault && faults.length < 10) faults.push(`input ${nth} of seed ${seed}: ${fault}: ${JSON.stringify(input)}`)
  }
  return { inputs: count, octetsSent, ends, slowest, faults }
}

/** Every line outside a literal begins with a tag, `*` or `+`, and no tag is answered more often than it was sent. */
function faultIn(sent: string, received: string): string | undefined {
  const answered = new Map<string, number>()
  for (let at = 0; at < sent.length; ) {
    const end = sent.indexOf('\r\n', at)
    if (end < 0) return 'ends within a line'
    const line = sent.slice(at, end)
    const [, tag] = /^(t\d+) (?:OK|NO|BAD) ./.exec(line) ?? []
    if (tag) answered.set(tag, (answered.get(tag) ?? 0) + 1)
    if (tag && (answered.get(tag) ?? 0) >= received.split(tag).length) return `answers ${tag} too often`
    if (!tag && !/^(?:\* |\+ |[^ ]+ (?:OK|NO|BAD) )/.test(line)) return `sends ${JSON.stringify(line.slice(0, 80))}`
    at = end + 2
    // Literals and what stands behind them on the same logical line.
    for (let size = literalAt(line); size !== undefined; ) {
      at += size
      const rest = sent.indexOf('\r\n', at)
      if (rest < 0) return 'ends within a literal'
      size = literalAt(sent.slice(at, rest))
      at = rest + 2
    }
  }
  return undefined
}

const literalAt = (line: string): number | undefined => {
  const size = /\{(\d+)\}$/.exec(line)?.[1]
  return size === undefined ? undefined : Number(size)
}

async function converse(
  bytes: Buffer,
): Promise<{ readonly end: DialogueEnd | `threw ${string}`; readonly sent: string }> {
  const input = new Input()
  const sent: string[] = []
  const link: Link = {
    id: 'hostile',
    mode: 'implicit',
    secure: true,
    starttlsOffered: false,
    loginOffered: true,
    mechanisms: ['PLAIN', 'LOGIN'],
    sasl: {},
    scram: () => {},
    usesSasl: () => {},
    start: {},
    binding: () => undefined,
    servername: 'localhost',
    remoteAddress: '127.0.0.1',
    store: new MailStore(mailbox),
    show: (capabilities) => capabilities,
    login: ({ secret }) => ({ right: secret !== 'wrong', admit: () => undefined }),
    identify: () => undefined,
    envelope: () => undefined,
    accept: () => undefined,
    push: (make) => sent.push(bytesOf(new LateReply(make)).toString('latin1')),
  }
  const session = imap.open(link)
  input.push(bytes)
  input.end()
  try {
    const end = await runDialogue(
      imap,
      session,
      input,
      {
        heard: () => undefined,
        respond: async ({ result }) => {
          result.commit?.()
          sent.push(bytesOf(result.send).toString('latin1'))
          return result.next
        },
      },
      { greet: true },
    )
    return { end, sent: sent.join('') }
  } catch (error) {
    return { end: `threw ${error instanceof Error ? error.stack : String(error)}`, sent: sent.join('') }
  } finally {
    session.close()
  }
}

const mailbox: readonly NewMessage[] = [
  'Subject: one\r\nFrom: a@b\r\n\r\nbody\r\n',
  'From: =?utf-8?q?=C3=BC?= <a@b>, g: c, d;\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n1\r\n--x\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nbody\r\n--x--\r\n',
  '\0\xff\r\n:\r\n\r\n\n\n',
  'Content-Type: multipart/mixed; boundary="',
].map((text) => ({ raw: Buffer.from(text, 'latin1') }))

const many = (random: Random, most: number, item: () => string): string =>
  Array.from({ length: 1 + Math.floor(random() * most) }, item).join('')

/** One to eight command lines, most of them nearly right, and then some octets changed. */
function generate(random: Random): Buffer {
  const opening = random() < 0.8 ? 't0 LOGIN u p\r\n' : ''
  const selecting = opening && random() < 0.7 ? 't00 SELECT INBOX\r\n' : ''
  let nth = 0
  const lines = many(
    random,
    8,
    () => `t${++nth} ${command(random)}${random() < 0.95 ? '\r\n' : pick(random, ['\n', '\r', '', '\0\r\n'])}`,
  )
  const bytes = Buffer.from(opening + selecting + lines, 'latin1')
  const changes = random() < 0.4 ? Math.floor(random() * 6) : 0
  for (let change = 0; change < changes; change++) {
    bytes[Math.floor(random() * bytes.length)] = random() < 0.5 ? Math.floor(random() * 256) : pick(random, special)
  }
  return random() < 0.1 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes
}

const special = [...Buffer.from(' (){}[]<>"\\*%+\r\n\0:;,.~')]

function command(random: Random): string {
  if (random() < 0.03) return many(random, 40, () => String.fromCharCode(Math.floor(random() * 256)))
  if (random() < 0.01) return `NOOP ${'x'.repeat(70_000)}`
  const grammar = pick(random, grammars)
  return grammar.replace(/<(\w+)>/g, (_, name: string) => expand(random, name))
}

function expand(random: Random, name: string): string {
  if (random() < 0.04) return pick(random, nonsense)
  const choices = (rules[name] ?? [name]) as readonly string[]
  return pick(random, choices).replace(/<(\w+)>/g, (_, inner: string) => expand(random, inner))
}

const nonsense: readonly string[] = [
  '',
  ' ',
  '(',
  ')',
  '((((((((((',
  '"',
  '"\\',
  '{5',
  '{-1}',
  '{007}',
  '{007+}',
  '{99999999999999999999}',
  '{4294967295+}',
  '{3+}\r\nabc',
  '{0+}\r\n',
  '{2}\r\nab',
  '~{2}\r\nab',
  '\0',
  '\xff\xfe',
  '*',
  '%',
  'NIL',
  '-1',
  '0',
  '4294967295',
  '1e9',
  '999999999999999999999',
  '('.repeat(3000),
  'NOT '.repeat(3000),
  '[',
  ']',
  '<0.0>',
]

const grammars: readonly string[] = [
  'CAPABILITY',
  'NOOP',
  'LOGOUT',
  'STARTTLS',
  'ID (<string> <string>)',
  'ID <nil>',
  'LOGIN <string> <string>',
  'AUTHENTICATE <mechanism>',
  'AUTHENTICATE PLAIN <base64>\r\n<base64>',
  'AUTHENTICATE LOGIN\r\n<base64>\r\n<base64>',
  'NAMESPACE',
  'ENABLE <atom> CONDSTORE',
  'SELECT <mailbox> (CONDSTORE)',
  'SELECT <mailbox>',
  'EXAMINE <mailbox>',
  'CREATE <mailbox>',
  'DELETE <mailbox>',
  'RENAME <mailbox> <mailbox>',
  'SUBSCRIBE <mailbox>',
  'UNSUBSCRIBE <mailbox>',
  'LIST <mailbox> <pattern>',
  'LIST (<option>) "" (<pattern> <pattern>) RETURN (<option> STATUS (<status>))',
  'LSUB "" <pattern>',
  'STATUS <mailbox> (<status> <status>)',
  'APPEND <mailbox> (<flag>) <date> <literal>',
  'APPEND <mailbox> <literal>',
  'CHECK',
  'CLOSE',
  'UNSELECT',
  'EXPUNGE',
  'UID EXPUNGE <set>',
  'IDLE\r\n<done>',
  '<uid>SEARCH <key> <key>',
  '<uid>SEARCH CHARSET <string> <key>',
  '<uid>FETCH <set> (<item> <item> <item>)',
  '<uid>FETCH <set> <item>',
  '<uid>FETCH <set> (<item>) (CHANGEDSINCE <number>)',
  '<uid>STORE <set> <sign>FLAGS (<flag> <flag>)',
  '<uid>STORE <set> (UNCHANGEDSINCE <number>) <sign>FLAGS.SILENT <flag>',
  '<uid>COPY <set> <mailbox>',
  '<uid>MOVE <set> <mailbox>',
  'COMPRESS DEFLATE',
  '<atom> <string>',
]

const rules: Readonly<Record<string, readonly string[]>> = {
  uid: ['', 'UID ', 'uid '],
  nil: ['NIL', 'nil', '()'],
  atom: ['x', 'UTF8=ACCEPT', 'CONDSTORE', 'a+b', ']'],
  string: ['u', '"u"', '"a\\"b"', '{1+}\r\nu', '{1}\r\nu', 'UTF-8', '""', 'wrong'],
  base64: ['AHUAcA==', '=', '*', 'dQ==', '!', 'AAAA', ''],
  mechanism: ['PLAIN', 'LOGIN', 'XOAUTH2', 'plain AHUAcA==', 'LOGIN dQ==', 'PLAIN ='],
  mailbox: ['INBOX', 'inbox', '"INBOX"', 'Sent', '{4+}\r\nSent', 'a/b/c', 'a', 'new', '""', '"a*"', '&AOQ-'],
  pattern: ['*', '%', '"*"', '""', 'INB%', '*%*%*', 'a/%', '(* %)'],
  option: ['SUBSCRIBED', 'SPECIAL-USE', 'CHILDREN', 'RECURSIVEMATCH', 'REMOTE', 'X'],
  status: ['MESSAGES', 'UIDNEXT', 'HIGHESTMODSEQ', 'RECENT', 'SIZE', 'X'],
  flag: ['\\Seen', '\\Deleted', '\\Recent', '\\X', 'key', '$Label', '\\*'],
  date: ['" 7-Feb-1994 21:52:25 -0800"', '"31-Feb-2026 00:00:00 +0000"', '"99-Xxx-0000 99:99:99 +9999"', ''],
  literal: ['{5+}\r\nhello', '{5}\r\nhello', '{0+}\r\n', '{500+}\r\nshort', '{99999999}'],
  number: ['0', '1', '5', '18446744073709551615'],
  sign: ['+', '-', ''],
  set: ['1', '1:*', '*', '2,1', '4:1', '1,1,1', '9:*', '7', '0', '1:', '*:*', '4294967295:1'],
  done: ['DONE', 'done', 'x NOOP', ''],
  key: [
    'ALL',
    'UNSEEN',
    'NOT <key>',
    'OR <key> <key>',
    '(<key> <key>)',
    'UID <set>',
    '<set>',
    'SINCE 1-Feb-2026',
    'BEFORE <string>',
    'SENTON "1-Feb-2026"',
    'HEADER <string> <string>',
    'BODY <string>',
    'TEXT <string>',
    'FROM <string>',
    'OR TO <string> CC <string>',
    'LARGER <number>',
    'MODSEQ <number>',
    'KEYWORD <flag>',
    'OLDER <number>',
  ],
  item: [
    'FLAGS',
    'UID',
    'ALL',
    'FULL',
    'ENVELOPE',
    'BODY',
    'BODYSTRUCTURE',
    'MODSEQ',
    'INTERNALDATE',
    'RFC822',
    'RFC822.HEADER',
    'BODY[]',
    'BODY.PEEK[<section>]<partial>',
    'BODY[<section>]',
  ],
  section: [
    '',
    '1',
    '2.1',
    '2.HEADER',
    '1.MIME',
    'TEXT',
    'HEADER',
    'HEADER.FIELDS (<string> <string>)',
    '9.9.9',
    '2.HEADER.FIELDS.NOT (<string>)',
  ],
  partial: ['', '<0.10>', '<5.1>', '<99999999999.1>', '<1.>'],
}
