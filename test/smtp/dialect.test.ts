import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { smtp } from '../../src/servers/smtp/dialect.ts'
import { createLink, play } from './harness.ts'
import { talk } from './talk.ts'

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
