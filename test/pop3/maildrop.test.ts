import { describe, expect, it } from 'vitest'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'
import { pop3 } from '../../src/servers/pop3/dialect.ts'
import { createLink, play } from '../smtp/harness.ts'
import { createRandom } from '../support/random.ts'
import { login, one, talk, transaction, two } from './talk.ts'

describe('the maildrop', () => {
  it('is counted, listed and named, whole and one by one', async () => {
    const { replies } = await transaction(['STAT', 'LIST', 'LIST 2', 'UIDL', 'UIDL 1', 'NOOP'])
    const [stat, list, listTwo, uidl = '', uidlOne, noop] = replies
    expect(stat).toBe('+OK 2 54\r\n')
    expect(list).toBe('+OK 2 messages (54 octets)\r\n1 29\r\n2 25\r\n.\r\n')
    expect(listTwo).toBe('+OK 2 25\r\n')
    expect(uidl).toMatch(/^\+OK 2 messages \(54 octets\)\r\n1 (\d+)\.1\r\n2 \1\.2\r\n\.\r\n$/)
    expect(uidlOne).toMatch(/^\+OK 1 \d+\.1\r\n$/)
    expect(noop).toBe('+OK\r\n')
  })

  it('is empty where there is no mail', async () => {
    const { replies } = await transaction(['STAT', 'LIST', 'UIDL', 'RETR 1'], { samples: [] })
    expect(replies).toEqual([
      '+OK 0 0\r\n',
      '+OK 0 messages (0 octets)\r\n.\r\n',
      '+OK 0 messages (0 octets)\r\n.\r\n',
      '-ERR no such message\r\n',
    ])
  })

  it.each([
    'RETR',
    'RETR 0',
    'RETR 3',
    'RETR -1',
    'RETR 1x',
    'RETR 99999999999',
    'LIST 3',
    'UIDL x',
    'DELE',
    'DELE 3',
    'TOP 3 1',
  ])('has no message for %s', async (line) => {
    expect((await transaction([line])).replies).toEqual(['-ERR no such message\r\n'])
  })

  it('doubles the dots that begin a line', async () => {
    const samples = [{ raw: Buffer.from('.\r\n..\r\na.b\r\n.c\r\n') }]
    const { replies } = await transaction(['RETR 1'], { samples })
    expect(replies[0]).toBe('+OK 16 octets\r\n..\r\n...\r\na.b\r\n..c\r\n.\r\n')
  })

  it.each([
    ['bare line feeds', 'a: b\n\n.\nc', '+OK 14 octets\r\na: b\r\n\r\n..\r\nc\r\n.\r\n'],
    ['no line end', 'a', '+OK 3 octets\r\na\r\n.\r\n'],
    ['nothing', '', '+OK 0 octets\r\n.\r\n'],
    ['a bare CR and a NUL', 'a\rb\0\r\n', '+OK 6 octets\r\na\rb\0\r\n.\r\n'],
    ['a line end only', '\r\n', '+OK 2 octets\r\n\r\n.\r\n'],
  ])('sends a message of %s in lines', async (_, raw, reply) => {
    const { replies } = await transaction(['RETR 1'], { samples: [{ raw: Buffer.from(raw) }] })
    expect(replies[0]).toBe(reply)
  })

  it('sends a megabyte byte for byte', async () => {
    const random = createRandom(11)
    const bytes = Buffer.from(Array.from({ length: 1_000_000 }, () => Math.floor(random() * 256)))
    const raw = Buffer.from(`${bytes.toString('latin1').replace(/[\r\n]+/g, '\r\n')}\r\n`, 'latin1')
    const { replies } = await transaction(['RETR 1'], { samples: [{ raw }] })
    const body = replies[0]?.slice(replies[0].indexOf('\r\n') + 2, -3) ?? ''
    const received = Buffer.from(body.replace(/^\./, '').replaceAll('\r\n.', '\r\n'), 'latin1')
    expect(replies[0]?.slice(-5)).toBe('\r\n.\r\n')
    expect(received.equals(raw)).toBe(true)
  })

  it.each([
    ['TOP 2 0', 'Subject: two\r\n\r\n'],
    ['TOP 2 1', 'Subject: two\r\n\r\na\r\n'],
    ['TOP 2 99999999', 'Subject: two\r\n\r\na\r\nb\r\nc\r\n'],
    ['top  2  2 ', 'Subject: two\r\n\r\na\r\nb\r\n'],
  ])('shows the top for %s', async (line, lines) => {
    expect((await transaction([line])).replies).toEqual([`+OK top of message follows\r\n${lines}.\r\n`])
  })

  it.each(['TOP', 'TOP 1', 'TOP 1 -1', 'TOP 1 x', 'TOP 1 2 3'])('has no top for %s', async (line) => {
    expect((await transaction([line])).replies).toEqual(['-ERR syntax: TOP message lines\r\n'])
  })

  it.each([
    ['no body', 'a: b\r\n', 'a: b\r\n'],
    ['no header', '\r\nx\r\ny\r\n', '\r\nx\r\n'],
  ])('has a top of a message with %s', async (_, raw, lines) => {
    const { replies } = await transaction(['TOP 1 1'], { samples: [{ raw: Buffer.from(raw) }] })
    expect(replies).toEqual([`+OK top of message follows\r\n${lines}.\r\n`])
  })

  it('loses what was marked only at QUIT', async () => {
    const store = new MailStore([one, two])
    const { replies, end } = await transaction(['DELE 1', 'DELE 1', 'RETR 1', 'STAT', 'LIST', 'UIDL 1', 'QUIT'], {
      store,
    })
    expect(replies).toEqual([
      '+OK marked as deleted\r\n',
      '-ERR no such message\r\n',
      '-ERR no such message\r\n',
      '+OK 1 25\r\n',
      '+OK 1 messages (25 octets)\r\n2 25\r\n.\r\n',
      '-ERR no such message\r\n',
      '+OK bye\r\n',
    ])
    expect(end).toBe('close')
    expect(store.inbox.messages.map(({ uid }) => uid)).toEqual([2])
  })

  it.each([
    ['the client just leaves', ['DELE 1'], undefined],
    ['RSET comes between', ['DELE 1', 'RSET', 'QUIT'], undefined],
    ['a quirk replaced the reply to QUIT', ['DELE 1', 'QUIT'], 'QUIT'],
    ['a quirk replaced the reply to DELE', ['DELE 1', 'QUIT'], 'DELE'],
  ])('loses nothing when %s', async (_, lines, replaced) => {
    const store = new MailStore([one, two])
    const replace = (_action: string, verb: string) => (verb === replaced ? '-ERR not now\r\n' : undefined)
    await talk([...login, ...lines], { store, replace })
    expect(store.inbox.messages).toHaveLength(2)
  })

  it('has no message that another session removed so long ago that nothing is left', async () => {
    const store = new MailStore([one, { raw: Buffer.alloc(9 * 1024 * 1024) }])
    const { link } = createLink({ mode: 'implicit', store })
    const session = pop3.open(link)
    session.openMaildrop()
    expect(session.find(1)?.message.raw).toEqual(one.raw)
    store.inbox.remove(store.inbox.messages)
    expect([session.find(1), session.find(2)]).toEqual([undefined, undefined])
  })

  it('is a snapshot: mail that comes later is not in it, and mail that went is still read', async () => {
    const store = new MailStore([one])
    const { link } = createLink({ mode: 'implicit', store })
    const session = pop3.open(link)
    session.openMaildrop()
    store.inbox.add(two)
    store.inbox.remove([...store.inbox.messages].slice(0, 1))
    expect(session.messages.map(({ message }) => message.raw)).toEqual([one.raw])
    session.update()
    expect(store.inbox.messages).toHaveLength(1)
  })
})

describe('a line', () => {
  it('that is no command, or too long, is refused, and the session goes on', async () => {
    const { replies } = await talk(['', ' CAPA', 'XTND', '\x16\x03\x01', 'x'.repeat(12_352), ...login, 'NOOP'])
    expect(replies).toEqual([
      '-ERR unknown command\r\n',
      '-ERR unknown command\r\n',
      '-ERR unknown command\r\n',
      '-ERR unknown command\r\n',
      '-ERR line too long\r\n',
      '+OK send PASS\r\n',
      '+OK logged in\r\n',
      '+OK\r\n',
    ])
  })

  it('is answered in turn when several come at once', async () => {
    const run = await play({
      dialect: pop3,
      mode: 'implicit',
      samples: [two],
      client: ['USER u\r\nPASS p\r\nSTAT\r\nDELE 1\r\nQUIT\r\nNOOP\r\n'],
    })
    expect(run.replies.slice(1)).toEqual([
      '+OK send PASS\r\n',
      '+OK logged in\r\n',
      '+OK 1 25\r\n',
      '+OK marked as deleted\r\n',
      '+OK bye\r\n',
    ])
  })

  it('is not answered once too many were refused, and nothing is said', async () => {
    const { replies, end } = await talk(Array(60).fill('XTND'))
    expect(end).toBe('hopeless')
    expect(replies.at(-1)).toBe('')
  })
})

describe('what the core says on its own', () => {
  it('is spelled as POP3', () => {
    const request = { verb: 'STLS', args: '', tag: '', line: Buffer.from('STLS') }
    expect(pop3.refuse('not-implemented', request)).toBe('-ERR command not implemented\r\n')
    expect(pop3.refuse('unavailable', request)).toBe('-ERR [SYS/TEMP] temporarily unavailable\r\n')
    expect(pop3.refuse('bad-sequence', request)).toBe('-ERR command not permitted in this state\r\n')
    expect(pop3.refuse('tls-required', request)).toBe('-ERR must use STLS first\r\n')
    expect(pop3.refuse('auth-failed', request)).toBe('-ERR [AUTH] invalid user name or password\r\n')
  })

  it('has a reference for each command', () => {
    for (const { verb, reference } of pop3.commands) {
      expect([verb, reference]).toEqual([verb, expect.stringMatching(/^RFC \d+ §/)])
    }
  })
})
