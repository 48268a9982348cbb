import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'
import { smtp } from '../../src/servers/smtp/dialect.ts'
import { createRandom } from '../support/random.ts'
import { createLink, play, type Script } from './harness.ts'

type SmtpScript = Omit<Script<never>, 'dialect' | 'client'>

/** Lock-step: each line in its own segment. Returns the replies behind the greeting. */
const talk = async (lines: readonly string[], script: SmtpScript = {}) => {
  const run = await play({ ...script, dialect: smtp, client: lines.map((line) => `${line}\r\n`) })
  return { ...run, replies: run.replies.slice(1).map((reply) => reply.trimEnd()) }
}

const message = async (wire: Buffer, script: SmtpScript = {}) =>
  play({
    mode: 'plain',
    ...script,
    dialect: smtp,
    client: ['EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n', wire, 'NOOP\r\n'],
  })

describe('the greeting and EHLO', () => {
  it('name the server as it is to be called, and nothing of the host', async () => {
    const run = await talk(['EHLO client.example'], { servername: 'mail.mockmail.test', mode: 'plain' })
    expect(run.sent).toBe(
      '220 mail.mockmail.test ESMTP mockmail\r\n' +
        '250-mail.mockmail.test greets [127.0.0.1]\r\n' +
        '250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250-SIZE 67108864\r\n' +
        '250 AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2\r\n',
    )
    if (hostname() !== 'localhost') expect(run.sent).not.toContain(hostname())
  })

  it('offer what the link says and quirks leave of it', async () => {
    const { replies } = await talk(['EHLO x'], {
      mode: 'starttls',
      show: (list) => [...list.filter(({ name }) => name !== 'starttls'), { name: 'XRDST', text: 'XRDST' }],
    })
    expect(replies[0]).toBe(
      '250-localhost greets [127.0.0.1]\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n' +
        '250-ENHANCEDSTATUSCODES\r\n250-SIZE 67108864\r\n250 XRDST',
    )
  })

  it('are one line where nothing is left to offer', async () => {
    const { replies } = await talk(['EHLO x'], { show: () => [] })
    expect(replies).toEqual(['250 localhost greets [127.0.0.1]'])
  })

  it('no longer offer AUTH behind a login', async () => {
    const { told } = await talk(['EHLO x', 'AUTH PLAIN AHUAcA==', 'EHLO x'], { mode: 'implicit' })
    expect(told.shown.map((list) => list.some((text) => text.startsWith('AUTH')))).toEqual([true, false])
  })

  it('are refused without a name, and HELO is enough without extensions', async () => {
    const { replies, state } = await talk(['EHLO', 'HELO', 'EHLO a b', 'LHLO x', 'HELO x'])
    expect(replies).toEqual([
      '501 Error: syntax: EHLO hostname',
      '501 Error: Syntax: HELO hostname',
      '501 Error: syntax: EHLO hostname',
      '500 Error: command not recognized',
      '250 localhost greets [127.0.0.1]',
    ])
    expect(state).toBe('no-transaction')
  })
})

describe('STARTTLS', () => {
  it('ends the phase, and what came behind it reaches no session', async () => {
    const run = await play({
      dialect: smtp,
      mode: 'starttls',
      client: ['EHLO x\r\n', 'STARTTLS\r\nEHLO injected\r\nMAIL FROM:<injected@example.com>\r\n'],
    })
    expect(run.end).toBe('upgrade')
    expect(run.replies.at(-1)).toBe('220 2.0.0 Ready to start TLS\r\n')
    expect(run.surplus).toBe('EHLO injected\r\nMAIL FROM:<injected@example.com>\r\n')
    expect(run.told.envelopes).toEqual([])
  })

  it('is forgotten with the phase: neither EHLO nor the transaction nor the login of before are there', async () => {
    await talk(['EHLO x', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'STARTTLS'], { mode: 'starttls' })
    const { replies, state } = await talk(['MAIL FROM:<a@example.com>', 'DATA', 'AUTH PLAIN AHUAcA=='], {
      mode: 'starttls',
      secure: true,
    })
    expect(replies).toEqual([
      '503 5.5.1 Error: send HELO/EHLO first',
      '503 5.5.1 Error: send HELO/EHLO first',
      '503 5.5.1 Error: send HELO/EHLO first',
    ])
    expect(state).toBe('session-initiation')
  })

  it.each([
    ['with a parameter', { mode: 'starttls' }, 'STARTTLS now', '501 5.5.4 Syntax error (no parameters allowed)'],
    ['inside TLS', { mode: 'starttls', secure: true }, 'STARTTLS', '503 5.5.1 TLS already active'],
    ['on an implicit port', { mode: 'implicit' }, 'STARTTLS', '503 5.5.1 TLS already active'],
    ['where it is not offered', { mode: 'plain' }, 'STARTTLS', '502 5.5.1 Command not implemented'],
  ] as const)('is refused %s', async (_, situation, line, reply) => {
    const { replies, end } = await talk(['EHLO x', line], situation)
    expect(replies[1]).toBe(reply)
    expect(end).toBe('eof')
  })
})

describe('AUTH in clear where STARTTLS is offered', () => {
  it('is refused, and the password that came along is recorded', async () => {
    const { replies, told } = await talk(['EHLO x', 'AUTH PLAIN AHUAc2VjcmV0', 'MAIL FROM:<a@example.com>'], {
      mode: 'starttls',
    })
    expect(replies.slice(1)).toEqual([
      '538 5.7.11 Encryption required for requested authentication mechanism',
      '250 2.1.0 Accepted',
    ])
    expect(told.credentials).toEqual([{ kind: 'password', mechanism: 'PLAIN', user: 'u', secret: 'secret' }])
  })

  it('does not ask for more, and records a name that crossed alone', async () => {
    const { replies, told } = await talk(['EHLO x', 'AUTH LOGIN dXNlcg==', 'AUTH PLAIN', 'NOOP'], { mode: 'starttls' })
    expect(replies.slice(1)).toEqual([
      '538 5.7.11 Encryption required for requested authentication mechanism',
      '538 5.7.11 Encryption required for requested authentication mechanism',
      '250 2.0.0 OK',
    ])
    expect(told.names).toEqual(['user'])
  })

  it('is completed in mode plain, as the positive twin', async () => {
    const { replies } = await talk(['EHLO x', 'AUTH PLAIN AHUAc2VjcmV0'], { mode: 'plain' })
    expect(replies[1]).toBe('235 2.7.0 Authentication successful')
  })

  it('is completed where a quirk took STARTTLS away', async () => {
    const { replies } = await talk(['EHLO x', 'STARTTLS', 'AUTH PLAIN AHUAc2VjcmV0'], {
      mode: 'starttls',
      starttlsOffered: false,
    })
    expect(replies.slice(1)).toEqual(['502 5.5.1 Command not implemented', '235 2.7.0 Authentication successful'])
  })
})

describe('AUTH', () => {
  it('is refused before EHLO, in a transaction and behind a login, and the password is recorded each time', async () => {
    const login = 'AUTH PLAIN AHUAcA=='
    const { replies, told } = await talk([login, 'EHLO x', 'MAIL FROM:<>', login, 'RSET', login, login], {
      mode: 'implicit',
    })
    expect([replies[0], replies[3], replies[5], replies[6]]).toEqual([
      '503 5.5.1 Error: send HELO/EHLO first',
      '503 5.5.1 AUTH is not permitted during a mail transaction',
      '235 2.7.0 Authentication successful',
      '503 5.5.1 Already authenticated',
    ])
    expect(told.credentials).toHaveLength(4)
  })

  it.each([
    ['AUTH', '501 5.5.4 Syntax: AUTH mechanism [initial-response]'],
    ['AUTH PLAIN AHUAcA== x', '501 5.5.4 Syntax: AUTH mechanism [initial-response]'],
    ['AUTH GSSAPI', '504 5.5.4 Unrecognized authentication type'],
    ['AUTH PLAIN =', '501 5.5.2 Cannot decode response'],
    ['AUTH PLAIN AHUAd3Jvbmc=', '535 5.7.8 Authentication credentials invalid'],
    ['auth plain AHUAcA==', '235 2.7.0 Authentication successful'],
  ])('%s is answered %s', async (line, reply) => {
    const { replies } = await talk(['EHLO x', line], { mode: 'implicit' })
    expect(replies[1]).toBe(reply)
  })

  it('takes its continuation for no command', async () => {
    const { replies } = await talk(['EHLO x', 'AUTH PLAIN', 'QUIT', 'AUTH PLAIN', '*', 'NOOP'], { mode: 'implicit' })
    expect(replies.slice(1)).toEqual([
      '334',
      '501 5.5.2 Cannot decode response',
      '334',
      '501 5.7.0 Authentication cancelled',
      '250 2.0.0 OK',
    ])
  })

  it('explains an XOAUTH2 failure and waits for the empty line', async () => {
    const token = Buffer.from('user=u\x01auth=Bearer wrong\x01\x01').toString('base64')
    const { replies, told } = await talk(['EHLO x', `AUTH XOAUTH2 ${token}`, '', 'NOOP'], { mode: 'implicit' })
    expect(replies.slice(1)).toEqual([
      '334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIiwic2NvcGUiOiJtYWlsIn0=',
      '535 5.7.8 Authentication credentials invalid',
      '250 2.0.0 OK',
    ])
    expect(told.credentials[0]).toMatchObject({ kind: 'bearer', secret: 'wrong' })
  })

  it('has no effect where a quirk replaced the reply', async () => {
    const login = 'AUTH PLAIN AHUAcA=='
    let first = true
    const replace = (_: string, verb: string): string | undefined => {
      if (verb !== 'AUTH' || !first) return undefined
      first = false
      return '454 4.7.0 not now\r\n'
    }
    const { replies } = await talk(['EHLO x', login, login], { mode: 'implicit', replace })
    expect(replies.slice(1)).toEqual(['454 4.7.0 not now', '235 2.7.0 Authentication successful'])
  })
})

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

describe('a line', () => {
  it('of 12,288 octets of base64 behind AUTH is taken', async () => {
    const initial = Buffer.from(`\0u\0${'x'.repeat(9213)}`).toString('base64')
    const { replies } = await talk(['EHLO x', `AUTH PLAIN ${initial}`], { mode: 'implicit' })
    expect(replies[1]).toBe('235 2.7.0 Authentication successful')
  })

  it('that is longer is refused, as a command and as a continuation', async () => {
    const { replies } = await talk(['EHLO x', 'x'.repeat(12_352), 'AUTH PLAIN', 'x'.repeat(12_352), 'NOOP'], {
      mode: 'implicit',
    })
    expect(replies.slice(1)).toEqual(['500 5.5.2 Line too long', '334', '500 5.5.2 Line too long', '250 2.0.0 OK'])
  })
})

describe('what the core says on its own', () => {
  it('is spelled as SMTP', async () => {
    const { link } = createLink({ servername: 'mail.mockmail.test' })
    await smtp.prepare?.()
    const request = (verb: string) => ({ verb, args: '', tag: '', line: Buffer.from(verb) })
    expect(smtp.goodbye(smtp.open(link))).toBe(
      '421 4.3.2 mail.mockmail.test Service not available, closing transmission channel\r\n',
    )
    expect(smtp.refuse('not-implemented', request('STARTTLS'))).toBe('502 5.5.1 Command not implemented\r\n')
    expect(smtp.refuse('unavailable', request('STARTTLS'))).toBe(
      '454 4.7.0 TLS not available due to temporary reason\r\n',
    )
    expect(smtp.refuse('unavailable', request('AUTH'))).toBe('454 4.7.0 Temporary authentication failure\r\n')
    expect(smtp.refuse('unavailable', request('MAIL'))).toBe('451 4.3.0 Temporarily unavailable\r\n')
    expect(smtp.refuse('bad-sequence', request('MAIL'))).toBe('503 5.5.1 Bad sequence of commands\r\n')
    expect(smtp.refuse('tls-required', request('MAIL'))).toBe('530 5.7.0 Must issue a STARTTLS command first\r\n')
    expect(smtp.refuse('auth-failed', request('AUTH'))).toBe('535 5.7.8 Authentication credentials invalid\r\n')
  })

  it('has a reference for each command', () => {
    for (const { verb, reference } of smtp.commands)
      expect([verb, reference]).toEqual([verb, expect.stringMatching(/^RFC \d+ §/)])
  })
})
