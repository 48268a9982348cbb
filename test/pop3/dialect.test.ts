import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { pop3 } from '../../src/servers/pop3/dialect.ts'
import { createLink, play, type Situation } from '../smtp/harness.ts'
import { login, talk } from './talk.ts'

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
