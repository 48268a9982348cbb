import { afterEach, describe, expect, it } from 'vitest'
import type { NewMessage } from '../../src/servers/mailbox/folder.ts'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'
import { type Client, logIn, message } from './harness.ts'

const mebibyte = 1024 * 1024
const opened: MailStore[] = []

/** What a store keeps counts for the whole process, and so for the next test. */
function open(messages: readonly NewMessage[]): MailStore {
  const store = new MailStore(messages)
  opened.push(store)
  return store
}

afterEach(() => {
  for (const store of opened.splice(0)) store.close()
})

const many = (count: number): readonly NewMessage[] =>
  Array.from({ length: count }, () => message('Subject: x', '', 'y'))
const keywords = (count: number): string => Array.from({ length: count }, (_, nth) => `k${nth}`).join(' ')
const large = (mebibytes: number): NewMessage => ({ raw: Buffer.alloc(mebibytes * mebibyte, 'x\r\n') })

/** Whether a neighbour's command is answered before this one is. */
async function isOvertaken(client: Client, neighbour: Client, command: string): Promise<boolean> {
  let over = false
  const answer = client.lines(`slow ${command}`).then((said) => {
    over = true
    return said
  })
  // Twice: the first may have been asked before the command began.
  await neighbour.lines('n NOOP', 'n NOOP')
  const overtaken = !over
  expect(await answer).toMatch(/^slow (?:OK|NO) /m)
  return overtaken
}

describe('a command that takes long', () => {
  it.each([
    ['STORE', `STORE 1:* FLAGS (${keywords(90)})`],
    ['FETCH', 'FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE)'],
    ['SEARCH with many keys', `SEARCH ${Array.from({ length: 240 }, (_, nth) => `NOT KEYWORD k${nth}`).join(' ')}`],
    ['SEARCH in headers', `SEARCH ${Array.from({ length: 40 }, (_, nth) => `NOT HEADER X-${nth} y`).join(' ')}`],
    ['SEARCH in addresses', 'SEARCH OR FROM nobody TO nobody'],
  ])('over many messages lets others be answered meanwhile: %s', { timeout: 60_000 }, async (_, command) => {
    const store = open(many(20_000))
    const [client, neighbour] = [await logIn({ store }, 'INBOX'), await logIn({ store })]
    expect(await isOvertaken(client, neighbour, command)).toBe(true)
    // The twin: what is short is answered at once.
    expect(await isOvertaken(client, neighbour, 'STORE 1 FLAGS ()')).toBe(false)
  })

  const quoted = 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
  const nested = Array.from({ length: 19 }, (_, depth) => 'a'.repeat(depth + 1))
    .map((boundary) => `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n--${boundary}\r\n`)
    .join('')
  it.each([
    ['SEARCH BODY of quoted-printable', quoted, '=41', 'SEARCH BODY nowhere'],
    ['SEARCH BODY of what nearly fits everywhere', '\r\n', 'a', `SEARCH BODY b${'a'.repeat(255)}`],
    ['ENVELOPE of a huge address list', '', `To: ${'"a" <@r:a@b>, '.repeat(1000)}c@d\r\n`, 'FETCH 1 ENVELOPE'],
    ['BODYSTRUCTURE of near-boundaries', nested, `--${'a'.repeat(19)}b\r\n`, 'FETCH 1 BODYSTRUCTURE'],
    ['BODYSTRUCTURE of empty lines', nested, '\n', 'FETCH 1 BODYSTRUCTURE'],
  ])(
    'over one large message lets others be answered meanwhile: %s',
    { timeout: 60_000 },
    async (_, head, body, command) => {
      const raw = Buffer.concat([Buffer.from(head), Buffer.alloc(16 * mebibyte, body)])
      const store = open([{ raw }])
      const [client, neighbour] = [await logIn({ store }, 'INBOX'), await logIn({ store })]
      expect(await isOvertaken(client, neighbour, command)).toBe(true)
    },
  )
})

describe('a store that is full', () => {
  it('is filled by COPY up to 20,000 messages, and takes 90 flags on each', { timeout: 60_000 }, async () => {
    const store = open(many(12))
    const client = await logIn({ store }, 'INBOX')
    let said = ''
    for (let round = 0; round < 16; round++) said = await client.lines('a COPY 1:* INBOX')
    expect(said).toBe('a NO [OVERQUOTA] The store is full\r\n')
    expect(store.inbox.messages.length).toBe(12 * 2 ** 10)
    const told = await client.lines(`b STORE 1:* FLAGS (${keywords(90)})`)
    expect(told.slice(told.lastIndexOf('*'))).toMatch(
      /^\* 12288 FETCH \(FLAGS \(k0 .*\)\)\r\nb OK STORE completed\r\n$/,
    )
    expect(new Set(store.inbox.messages.map(({ flags }) => flags)).size).toBe(1)
  })

  it('refuses what the process has no room for before it is sent, and takes it when there is', async () => {
    const store = open([large(60), large(60)])
    const client = await logIn({ store }, 'INBOX')
    expect(await client.lines(`a APPEND INBOX {${20 * mebibyte}}`)).toBe('a NO [OVERQUOTA] The store is full\r\n')
    expect(await client.send(`b APPEND INBOX {${9 * mebibyte}+}\r\n`)).toBe('')
    await client.send(Buffer.alloc(9 * mebibyte, 'x'))
    expect(await client.send('\r\n')).toBe('b NO [OVERQUOTA] The store is full\r\n')
    await client.lines('c STORE 1 +FLAGS.SILENT (\\Deleted)', 'c EXPUNGE')
    expect(await client.send(`d APPEND INBOX {${9 * mebibyte}+}\r\n`)).toBe('')
    await client.send(Buffer.alloc(9 * mebibyte, 'x'))
    expect(await client.send('\r\n')).toContain('d OK [APPENDUID')
  })

  it('counts what is under way: of two that would fit alone one is refused', async () => {
    const store = open([large(60)])
    const [one, other] = [await logIn({ store }), await logIn({ store })]
    expect(await one.lines(`a APPEND INBOX {${60 * mebibyte}}`)).toBe('+ Ready for literal data\r\n')
    expect(await other.lines(`b APPEND INBOX {${60 * mebibyte}}`)).toBe('b NO [OVERQUOTA] The store is full\r\n')
    await one.send(Buffer.alloc(60 * mebibyte, 'x'))
    expect(await one.send('\r\n')).toContain('a OK [APPENDUID')
  })

  it('has a hundred keywords in a mailbox', async () => {
    const client = await logIn({ store: open(many(2)) }, 'INBOX')
    const full = await client.lines(`a STORE 1 FLAGS (${keywords(100)})`, 'b STORE 2 FLAGS (more)')
    expect(full).toMatch(/a OK STORE completed\r\nb NO \[LIMIT\] Too many flags\r\n$/)
    expect(await client.send('c APPEND INBOX (more) {1+}\r\nx\r\n')).toBe('c NO [LIMIT] Too many flags\r\n')
    expect(await client.lines('d STORE 1 FLAGS ()', 'e STORE 2 FLAGS (more)')).toContain('e OK STORE completed')
    expect(await client.lines(`f STORE 1 FLAGS (${'x'.repeat(101)})`)).toBe('f NO [LIMIT] Too many flags\r\n')
  })
})

describe('a message that another session removed', () => {
  it('is gone, bytes and all, once many octets were removed, and the client is told', async () => {
    const store = open([message('Subject: x', '', 'y'), large(9)])
    const [one, other] = [await logIn({ store }, 'INBOX'), await logIn({ store }, 'INBOX')]
    await other.lines('a STORE 1 +FLAGS.SILENT (\\Deleted)', 'a EXPUNGE')
    expect(await one.lines('b FETCH 1 BODY.PEEK[TEXT]')).toContain('* 1 FETCH (BODY[TEXT] {3}\r\ny\r\n)')
    await other.lines('c STORE 1 +FLAGS.SILENT (\\Deleted)', 'c EXPUNGE')
    expect(await one.lines('d FETCH 1:2 BODY.PEEK[TEXT]', 'e COPY 1 Sent')).toBe(
      'd NO [EXPUNGEISSUED] Some messages are not there any more\r\n' +
        'e NO [EXPUNGEISSUED] Some messages are not there any more\r\n',
    )
    expect(await one.lines('f NOOP')).toBe('* 2 EXPUNGE\r\n* 1 EXPUNGE\r\nf OK NOOP completed\r\n')
  })
})
