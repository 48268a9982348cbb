import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'
import { pop3 } from '../../src/servers/pop3/dialect.ts'
import { createLink, play, type Situation } from '../smtp/harness.ts'
import { createRandom } from '../support/random.ts'

const one = { raw: Buffer.from('Subject: one\r\n\r\nhello\r\n.dot\r\n') }
const two = { raw: Buffer.from('Subject: two\r\n\r\na\r\nb\r\nc\r\n') }
const login = ['USER user', 'PASS pass']

/** Lock-step: each line in its own segment. Returns the replies behind the greeting. */
const talk = async (
  lines: readonly string[],
  script: Situation & { replace?: (action: string, verb: string) => string | undefined } = {},
) => {
  const client = lines.map((line) => `${line}\r\n`)
  const run = await play({ mode: 'implicit', samples: [one, two], ...script, dialect: pop3, client })
  return { ...run, greeting: run.replies[0] ?? '', replies: run.replies.slice(1) }
}

/** What is said behind a login. */
const transaction = async (lines: readonly string[], script: Situation = {}) => {
  const { replies, ...run } = await talk([...login, ...lines], script)
  return { ...run, replies: replies.slice(2) }
}

describe('the greeting', () => {
  it.each([
    ['on an implicit port', { mode: 'implicit' }],
    ['in mode plain', { mode: 'plain' }],
    ['where a quirk took STLS away', { mode: 'starttls', starttlsOffered: false }],
  ] as const)('shows a timestamp for APOP %s', async (_, situation) => {
    const { greeting } = await talk([], { ...situation, servername: 'mail.mockmail.test' })
    expect(greeting).toMatch(/^\+OK mockmail POP3 server ready <[0-9a-f]{16}\.\d+@mail\.mockmail\.test>\r\n$/)
  })

  it('asks for no hash in clear where STLS is offered', async () => {
    expect((await talk([], { mode: 'starttls' })).greeting).toBe('+OK mockmail POP3 server ready\r\n')
  })
})

describe('STLS', () => {
  it('ends the phase, and what came behind it reaches no session', async () => {
    const run = await play({
      dialect: pop3,
      mode: 'starttls',
      client: ['CAPA\r\n', 'STLS\r\nUSER injected\r\nPASS injected\r\n'],
    })
    expect(run.end).toBe('upgrade')
    expect(run.replies.at(-1)).toBe('+OK begin TLS negotiation\r\n')
    expect(run.surplus).toBe('USER injected\r\nPASS injected\r\n')
    expect(run.told.credentials).toEqual([])
  })

  it('is forgotten with the phase: a USER of before has no PASS behind it', async () => {
    await talk(['USER user', 'STLS'], { mode: 'starttls' })
    const { replies } = await talk(['PASS pass', 'STAT'], { mode: 'starttls', secure: true })
    expect(replies).toEqual(['-ERR send USER first\r\n', '-ERR command not permitted in the AUTHORIZATION state\r\n'])
  })

  it.each([
    ['with an argument', { mode: 'starttls' }, ['STLS now'], '-ERR STLS has no arguments\r\n'],
    ['inside TLS', { mode: 'implicit' }, ['STLS'], '-ERR command not permitted when TLS active\r\n'],
    ['where it is not offered', { mode: 'plain' }, ['STLS'], '-ERR command not implemented\r\n'],
    [
      'behind a login',
      { mode: 'plain' },
      [...login, 'STLS'],
      '-ERR command not permitted in the TRANSACTION state\r\n',
    ],
  ] as const)('is refused %s', async (_, situation, lines, reply) => {
    const { replies, end } = await talk(lines, situation)
    expect(replies.at(-1)).toBe(reply)
    expect(end).toBe('eof')
  })
})

describe('logging in in clear where STLS is offered', () => {
  const refusal = '-ERR must use STLS first\r\n'

  it('is refused, and name and password are recorded', async () => {
    const { replies, told } = await talk(['USER user', 'PASS s e cret '], { mode: 'starttls' })
    expect(replies).toEqual([refusal, refusal])
    expect(told.names).toEqual(['user'])
    expect(told.credentials).toEqual([{ kind: 'password', mechanism: 'USER/PASS', user: 'user', secret: 's e cret ' }])
  })

  it('is refused with AUTH, and what came along is recorded', async () => {
    const { replies, told } = await talk(['AUTH', 'AUTH PLAIN', 'AUTH PLAIN AHUAcw==', 'AUTH LOGIN dXNlcg=='], {
      mode: 'starttls',
    })
    expect(replies).toEqual([refusal, refusal, refusal, refusal])
    expect(told.credentials).toEqual([{ kind: 'password', mechanism: 'PLAIN', user: 'u', secret: 's' }])
    expect(told.names).toEqual(['user'])
  })

  it('is refused with APOP, and the digest is recorded', async () => {
    const { replies, told } = await talk([`APOP user ${'0'.repeat(32)}`], { mode: 'starttls' })
    expect(replies).toEqual([refusal])
    expect(told.credentials).toEqual([{ kind: 'digest', mechanism: 'APOP', user: 'user', secret: '0'.repeat(32) }])
  })

  it('is completed in mode plain, as the positive twin', async () => {
    const { replies, state } = await talk(login, { mode: 'plain' })
    expect(replies).toEqual(['+OK send PASS\r\n', '+OK logged in\r\n'])
    expect(state).toBe('transaction')
  })

  it('does not exist where neither is offered', async () => {
    const { replies, told } = await talk(['USER user', 'PASS pass', 'CAPA'], {
      mode: 'starttls',
      starttlsOffered: false,
      loginOffered: false,
    })
    expect(replies.slice(0, 2)).toEqual(['-ERR command not implemented\r\n', '-ERR command not implemented\r\n'])
    expect(told.shown).toEqual([['TOP', 'UIDL', 'RESP-CODES', 'AUTH-RESP-CODE', 'PIPELINING']])
  })
})

describe('USER and PASS', () => {
  it('refuse the wrong password with a response code, and want USER again', async () => {
    const { replies, told } = await talk(['USER user', 'PASS wrong', 'PASS pass', 'USER user', 'PASS pass'])
    expect(replies).toEqual([
      '+OK send PASS\r\n',
      '-ERR [AUTH] invalid user name or password\r\n',
      '-ERR send USER first\r\n',
      '+OK send PASS\r\n',
      '+OK logged in\r\n',
    ])
    expect(told.credentials.map(({ secret }) => secret)).toEqual(['wrong', 'pass', 'pass'])
  })

  it('want a name, and are over behind a login, but recorded', async () => {
    const { replies, told } = await talk(['USER', 'USER  ', ...login, 'USER other', 'PASS other'])
    expect([replies[0], replies[1], replies[4], replies[5]]).toEqual([
      '-ERR a name is missing\r\n',
      '-ERR a name is missing\r\n',
      '-ERR command not permitted in the TRANSACTION state\r\n',
      '-ERR command not permitted in the TRANSACTION state\r\n',
    ])
    expect(told.credentials.map(({ user }) => user)).toEqual(['user', 'other'])
  })

  it('keep UTF-8 as text', async () => {
    const { told } = await talk(['USER j\xc3\xb6rg', 'PASS \xe2\x82\xac'])
    expect(told.credentials[0]).toMatchObject({ user: 'jörg', secret: '€' })
  })

  it('have no effect where a quirk replaced the reply', async () => {
    const replace = (_: string, verb: string) => (verb === 'PASS' ? '-ERR [SYS/TEMP] not now\r\n' : undefined)
    const { state, told } = await talk(login, { replace })
    expect(state).toBe('authorization')
    expect(told.credentials).toHaveLength(1)
  })
})

describe('APOP', () => {
  const digestOf = (greeting: string, password: string): string =>
    createHash('md5')
      .update(`${/<.*>/.exec(greeting)?.[0]}${password}`)
      .digest('hex')

  const attempt = async (password: string, situation: Situation = {}) => {
    const { link, told } = createLink({ mode: 'implicit', ...situation })
    const session = pop3.open(link)
    const greeting = pop3.greeting(session)
    greeting.commit?.()
    const apop = pop3.commands.find(({ verb }) => verb === 'APOP')
    const digest = digestOf(String(greeting.send), password)
    const args = `user ${digest}`
    const outcome = await apop?.run(session, { verb: 'APOP', args, tag: '', line: Buffer.from(`APOP ${args}`) })
    outcome?.commit?.()
    return { reply: outcome?.send, state: session.state, told, digest }
  }

  it('takes the digest of the right password', async () => {
    const { reply, state, told, digest } = await attempt('mockmail', { password: 'mockmail' })
    expect(reply).toBe('+OK logged in\r\n')
    expect(state).toBe('transaction')
    expect(told.credentials).toEqual([{ kind: 'digest', mechanism: 'APOP', user: 'user', secret: digest }])
  })

  it('refuses the digest of another password', async () => {
    const { reply, state } = await attempt('wrong')
    expect(reply).toBe('-ERR [AUTH] invalid user name or password\r\n')
    expect(state).toBe('authorization')
  })

  it('needs a digest', async () => {
    const { replies } = await talk(['APOP', 'APOP user', 'APOP user 0123'])
    expect(replies).toEqual(Array(3).fill('-ERR syntax: APOP name digest\r\n'))
  })

  it('needs a timestamp, which the phase behind STLS has not got', async () => {
    const run = await play({
      dialect: pop3,
      mode: 'starttls',
      secure: true,
      greet: false,
      client: [`APOP user ${'0'.repeat(32)}\r\n`],
    })
    expect(run.replies).toEqual(['-ERR the greeting had no timestamp\r\n'])
    expect(run.told.credentials).toHaveLength(1)
  })
})

describe('AUTH', () => {
  it('alone lists the mechanisms', async () => {
    const { replies } = await talk(['AUTH', 'auth '], { mechanisms: ['PLAIN', 'LOGIN'] })
    expect(replies).toEqual(Array(2).fill('+OK\r\nPLAIN\r\nLOGIN\r\n.\r\n'))
  })

  it.each([
    ['AUTH PLAIN AHUAcA==', '+OK logged in\r\n'],
    ['auth plain AHUAcA==', '+OK logged in\r\n'],
    ['AUTH PLAIN AHUAd3Jvbmc=', '-ERR [AUTH] invalid user name or password\r\n'],
    ['AUTH PLAIN =', '-ERR cannot decode response\r\n'],
    ['AUTH GSSAPI', '-ERR unrecognized authentication type\r\n'],
    ['AUTH PLAIN AHUAcA== x', '-ERR syntax: AUTH mechanism [initial-response]\r\n'],
  ])('%s is answered %j', async (line, reply) => {
    expect((await talk([line])).replies).toEqual([reply])
  })

  it('takes its continuation for no command', async () => {
    const { replies } = await talk(['AUTH PLAIN', 'QUIT', 'AUTH LOGIN', '*', 'AUTH LOGIN', 'dQ==', 'cA==', 'STAT'])
    expect(replies).toEqual([
      '+ \r\n',
      '-ERR cannot decode response\r\n',
      '+ VXNlcm5hbWU6\r\n',
      '-ERR authentication cancelled\r\n',
      '+ VXNlcm5hbWU6\r\n',
      '+ UGFzc3dvcmQ6\r\n',
      '+OK logged in\r\n',
      '+OK 2 54\r\n',
    ])
  })
})

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
