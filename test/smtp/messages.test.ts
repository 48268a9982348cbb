import { describe, expect, it } from 'vitest'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'
import { smtp } from '../../src/servers/smtp/dialect.ts'
import { createRandom } from '../support/random.ts'
import { createLink, play } from './harness.ts'
import { message, talk } from './talk.ts'

describe('a mail transaction', () => {
  it('accepts any sender and recipient, the null sender, and parameters', async () => {
    const { replies, told } = await talk(
      [
        'EHLO x',
        'MAIL FROM:<> SIZE=10 BODY=8BITMIME SMTPUTF8',
        'RCPT TO:<postmaster>',
        'RCPT TO:<jörg@example.com>'.replace('ö', '\xc3\xb6'),
        'RSET',
      ],
      { mode: 'starttls' },
    )
    expect(replies.slice(1)).toEqual([
      '250 2.1.0 Accepted',
      '250 2.1.5 Accepted',
      '250 2.1.5 Accepted',
      '250 2.0.0 Flushed',
    ])
    expect(told.envelopes).toEqual([{ from: '', to: ['postmaster', 'jörg@example.com'] }])
  })

  it.each([
    ['MAIL FROM:a@example.com', '501 5.1.7 Error: Bad sender address syntax'],
    ['MAIL a@example.com', '501 5.1.7 Error: Bad sender address syntax'],
    ['MAIL FROM:<a@example.com> BODY=BINARYMIME', '501 5.5.4 Invalid BODY parameter value. Must be 7BIT or 8BITMIME'],
    ['MAIL FROM:<a@example.com> SIZE=67108865', '552 5.3.4 Error: message exceeds fixed maximum message size 67108864'],
    ['RCPT TO:<b@example.com>', '503 5.5.1 Error: need MAIL command'],
    ['DATA', '503 5.5.1 Error: need RCPT command'],
    ['VRFY a', '252 2.1.5 Try to send something. No promises though'],
    ['HELP', '214 2.0.0 See https://tools.ietf.org/html/rfc5321 for details'],
    ['EXPN list', '500 5.5.2 Error: command not recognized'],
    ['XCLIENT ADDR=1.2.3.4', '500 5.5.2 Error: command not recognized'],
    ['WIZ x', '500 5.5.2 Error: command not recognized'],
  ])('%s is answered %s', async (line, reply) => {
    const { replies } = await talk(['EHLO x', line])
    expect(replies[1]).toBe(reply)
  })

  it('has an order', async () => {
    const { replies } = await talk(['EHLO x', 'MAIL FROM:<a@b.c>', 'DATA', 'MAIL FROM:<a@b.c>', 'RCPT TO:<a@b.c>'])
    expect(replies.slice(2)).toEqual([
      '503 5.5.1 Error: need RCPT command',
      '503 5.5.1 Error: nested MAIL command',
      '250 2.1.5 Accepted',
    ])
  })

  it('is bounded to a thousand recipients', async () => {
    const recipients = Array.from({ length: 1001 }, (_, at) => `RCPT TO:<r${at}@example.com>`)
    const { replies } = await talk(['EHLO x', 'MAIL FROM:<>', ...recipients])
    expect(replies.slice(-2)).toEqual(['250 2.1.5 Accepted', '452 4.5.3 Error: too many recipients'])
  })

  it('is recorded once: at DATA, at RSET, at EHLO, at QUIT, at the upgrade, and when the client just leaves', async () => {
    const open = ['EHLO x', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>']
    for (const rest of [[], ['DATA', '.'], ['RSET'], ['EHLO x'], ['HELO x'], ['QUIT'], ['STARTTLS']]) {
      const { told } = await talk([...open, ...rest], { mode: 'starttls' })
      expect([rest, told.envelopes]).toEqual([rest, [{ from: 'a@example.com', to: ['b@example.com'] }]])
    }
  })

  it('is recorded with its sender when no recipient follows, and for every MAIL', async () => {
    const { told } = await talk(['EHLO x', 'MAIL FROM:<a@example.com>', 'RSET', 'MAIL FROM:<a@example.com>', 'QUIT'])
    expect(told.envelopes).toEqual([
      { from: 'a@example.com', to: [] },
      { from: 'a@example.com', to: [] },
    ])
  })

  it('has no effect where a quirk refused it', async () => {
    const refused = (refusedVerb: string) => (_: string, verb: string) =>
      verb === refusedVerb ? '451 4.3.0 Temporarily unavailable\r\n' : undefined
    const sender = await talk(['EHLO x', 'MAIL FROM:<a@b.c>', 'RCPT TO:<b@b.c>'], { replace: refused('MAIL') })
    expect(sender.replies[2]).toBe('503 5.5.1 Error: need MAIL command')
    expect(sender.told.envelopes).toEqual([])
    const recipient = await talk(['EHLO x', 'MAIL FROM:<a@b.c>', 'RCPT TO:<b@b.c>', 'DATA'], {
      replace: refused('RCPT'),
    })
    expect(recipient.replies[3]).toBe('503 5.5.1 Error: need RCPT command')
    const data = await talk(['EHLO x', 'MAIL FROM:<a@b.c>', 'RCPT TO:<b@b.c>', 'DATA', 'RSET', 'NOOP'], {
      replace: refused('DATA'),
    })
    expect(data.replies.slice(3)).toEqual(['451 4.3.0 Temporarily unavailable', '250 2.0.0 Flushed', '250 2.0.0 OK'])
    const quit = await talk(['EHLO x', 'QUIT', 'NOOP'], { replace: refused('QUIT') })
    expect(quit.replies[2]).toBe('250 2.0.0 OK')
  })
})

describe('a message', () => {
  const random = createRandom(7)
  const bytes = Buffer.from(Array.from({ length: 1_000_000 }, () => Math.floor(random() * 256)))
  const lines = bytes.toString('latin1').replace(/[\r\n]+/g, '\r\n')
  const megabyte = Buffer.from(`Subject: x\r\n\r\n${lines}\r\n`, 'latin1')

  const stuffed = (raw: Buffer): Buffer =>
    Buffer.from(`${raw.toString('latin1').replace(/^\./, '..').replaceAll('\r\n.', '\r\n..')}.\r\n`, 'latin1')

  it('of a megabyte arrives byte for byte, and is stored and recorded', async () => {
    const { link, told } = createLink()
    const run = await message(stuffed(megabyte), { store: link.store })
    expect(told.messages).toEqual([])
    expect(run.replies.slice(-2)).toEqual(['250 2.6.0 OK: message queued\r\n', '250 2.0.0 OK\r\n'])
    expect(run.told.messages[0]?.raw.equals(megabyte)).toBe(true)
    expect(run.told.messages[0]).toMatchObject({ from: 'a@example.com', to: ['b@example.com'] })
    expect(link.store.inbox.messages[0]?.raw.equals(megabyte)).toBe(true)
  })

  it('has crossed, and is refused, when the store is full', async () => {
    const full = Buffer.alloc(64 * 1024 * 1024)
    const store = new MailStore([{ raw: full }, { raw: Buffer.alloc(full.length - 1024) }])
    const run = await message(Buffer.from('x\r\n.\r\n'), { store })
    expect(run.replies.slice(-2)).toEqual(['452 4.3.1 Insufficient system storage\r\n', '250 2.0.0 OK\r\n'])
    expect(run.told.messages).toHaveLength(1)
    expect(store.inbox.messages).toHaveLength(2)
    store.close()
    const twin = await message(Buffer.from('x\r\n.\r\n'), { store })
    expect(twin.replies.slice(-2)).toEqual(['250 2.6.0 OK: message queued\r\n', '250 2.0.0 OK\r\n'])
    store.close()
  })

  it.each([
    ['.\r\n', ''],
    ['\r\n.\r\n', '\r\n'],
    ['..\r\n.\r\n', '.\r\n'],
    ['..\r\n..\r\n...\r\n.\r\n', '.\r\n.\r\n..\r\n'],
    ['a\r\n..b\r\n.\r\n', 'a\r\n.b\r\n'],
    ['a\r\n.b\r\n.\r\n', 'a\r\nb\r\n'],
    ['a\n..b\r\n.\r\n', 'a\n..b\r\n'],
    ['a\n.\nb\r\n.\r\n', 'a\n.\nb\r\n'],
    ['a\r\n\0\xff\r\n.\r\n', 'a\r\n\0\xff\r\n'],
  ])('sent as %j is %j', async (wire, raw) => {
    const run = await message(Buffer.from(wire, 'latin1'))
    expect(run.told.messages[0]?.raw.toString('latin1')).toBe(raw)
    expect(run.replies.at(-1)).toBe('250 2.0.0 OK\r\n')
  })

  it('is found when commands, message and the next command come in one segment', async () => {
    const run = await play({
      dialect: smtp,
      mode: 'plain',
      client: [
        'EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nhello\r\n.\r\n' +
          'MAIL FROM:<c@example.com>\r\nRCPT TO:<d@example.com>\r\nDATA\r\nbye\r\n.\r\nQUIT\r\n',
      ],
    })
    expect(run.told.messages.map(({ raw, from }) => [raw.toString(), from])).toEqual([
      ['hello\r\n', 'a@example.com'],
      ['bye\r\n', 'c@example.com'],
    ])
    expect(run.end).toBe('close')
  })

  it('above 64 MiB is refused, kept nowhere, and the session goes on', async () => {
    const line = Buffer.alloc(1 << 20, 'x')
    const run = await play({
      dialect: smtp,
      mode: 'plain',
      client: [
        'EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n',
        ...Array.from({ length: 64 }, () => line),
        'x\r\n.\r\n',
        'RCPT TO:<b@example.com>\r\n',
      ],
    })
    expect(run.replies.slice(-2)).toEqual([
      '552 5.3.4 Error: message exceeds fixed maximum message size 67108864\r\n',
      '503 5.5.1 Error: need MAIL command\r\n',
    ])
    expect(run.told.messages).toEqual([])
  })

  it('that never ends is no message, but its envelope was one', async () => {
    const run = await play({
      dialect: smtp,
      mode: 'plain',
      client: ['EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<b@b.c>\r\nDATA\r\n', 'hello\r\n'],
    })
    expect(run.end).toBe('eof')
    expect(run.told.messages).toEqual([])
    expect(run.told.envelopes).toHaveLength(1)
  })

  it('of nothing but dots loses one in each line', async () => {
    const wire = Buffer.from(`${'..\r\n'.repeat(250_000)}.\r\n`)
    const run = await message(wire)
    expect(run.told.messages[0]?.raw.equals(Buffer.from('.\r\n'.repeat(250_000)))).toBe(true)
  })
})
