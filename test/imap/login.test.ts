import { describe, expect, it } from 'vitest'
import { Client, connect, logIn, settle } from './harness.ts'

const starttls = { mode: 'starttls' } as const
const inTls = { mode: 'starttls', secure: true } as const
const plain = { mode: 'plain' } as const

const greetingOf = async (situation: ConstructorParameters<typeof Client>[0]) => {
  const client = new Client(situation)
  await settle()
  return client.read()
}

describe('the greeting', () => {
  it('offers STARTTLS and disables login before TLS', async () => {
    expect(await greetingOf(starttls)).toBe(
      '* OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE STARTTLS LOGINDISABLED] mockmail ready\r\n',
    )
  })

  it('offers logins where TLS is there from the first byte', async () => {
    expect(await greetingOf({ mode: 'implicit' })).toBe(
      '* OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE SASL-IR AUTH=PLAIN AUTH=LOGIN] mockmail ready\r\n',
    )
  })

  it('offers logins and no STARTTLS in mode plain', async () => {
    expect(await greetingOf(plain)).toBe(
      '* OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE SASL-IR AUTH=PLAIN AUTH=LOGIN] mockmail ready\r\n',
    )
  })

  it('offers the mechanisms of the link, and no initial response without one', async () => {
    expect(await greetingOf({ ...plain, mechanisms: ['XOAUTH2'] })).toContain('SASL-IR AUTH=XOAUTH2]')
    expect(await greetingOf({ ...plain, mechanisms: [] })).toBe(
      '* OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE] mockmail ready\r\n',
    )
  })
})

describe('CAPABILITY', () => {
  it('shows neutral names to the link, so that quirks can speak of them', async () => {
    const client = await connect(starttls)
    expect(client.told.shown.at(-1)?.map(({ name }) => name)).toEqual([
      'IMAP4rev1',
      'LITERAL+',
      'ID',
      'ENABLE',
      'IDLE',
      'starttls',
      'logindisabled',
    ])
    const secured = await connect(inTls)
    expect(secured.told.shown.at(-1)?.filter(({ name }) => name === 'auth')).toEqual([
      { name: 'auth', text: 'SASL-IR' },
      { name: 'auth', text: 'AUTH=PLAIN' },
      { name: 'auth', text: 'AUTH=LOGIN' },
    ])
  })

  it('can be asked again and again, and differs behind a login', async () => {
    const client = await connect(inTls)
    const before = '* CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE SASL-IR AUTH=PLAIN AUTH=LOGIN\r\n'
    expect(await client.lines('1 CAPABILITY', '2 CAPABILITY')).toBe(
      `${before}1 OK CAPABILITY completed\r\n${before}2 OK CAPABILITY completed\r\n`,
    )
    await client.lines('3 LOGIN user secret')
    expect(await client.lines('4 CAPABILITY')).toBe(
      '* CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE IDLE NAMESPACE UIDPLUS MOVE SPECIAL-USE UNSELECT CONDSTORE CHILDREN\r\n' +
        '4 OK CAPABILITY completed\r\n',
    )
  })
})

describe('LOGIN', () => {
  it('logs in with atoms, quoted strings and literals', async () => {
    for (const line of ['A LOGIN user secret', 'A login "user" "secret"', 'A Login "user" secret']) {
      const client = await connect(inTls)
      expect(await client.lines(line)).toMatch(/^A OK \[CAPABILITY IMAP4rev1 .*\] Logged in\r\n$/)
      expect(client.session.state).toBe('authenticated')
      expect(client.told.credentials).toEqual([
        { kind: 'password', mechanism: 'LOGIN', user: 'user', secret: 'secret' },
      ])
    }
  })

  it('asks for each literal and takes it as it is', async () => {
    const client = await connect(inTls)
    expect(await client.send('A LOGIN {4}\r\n')).toBe('+ Ready for literal data\r\n')
    expect(await client.send('us"r {8}\r\n')).toBe('+ Ready for literal data\r\n')
    expect(await client.send('p\r\n(w\\)%\r\n')).toContain('A OK ')
    expect(client.told.credentials).toMatchObject([{ user: 'us"r', secret: 'p\r\n(w\\)%' }])
  })

  it('does not ask for literals that come without waiting', async () => {
    const client = await connect(inTls)
    expect(await client.send('A LOGIN {4+}\r\nuser {6+}\r\nsecret\r\n')).toMatch(
      /^A OK \[CAPABILITY [^\]]*\] Logged in\r\n$/,
    )
  })

  it('takes escapes apart and reads UTF-8', async () => {
    const client = await connect(inTls)
    await client.send(Buffer.from('A LOGIN "jürgen" "p \\"q\\\\"\r\n'))
    expect(client.told.credentials).toMatchObject([{ user: 'jürgen', secret: 'p "q\\' }])
  })

  it('refuses a wrong password and stays where it was', async () => {
    const client = await connect(inTls)
    expect(await client.lines('A LOGIN user wrong')).toBe('A NO [AUTHENTICATIONFAILED] Invalid credentials\r\n')
    expect(await client.lines('B LIST "" "*"')).toBe('B BAD Command not allowed in this state\r\n')
    expect(await client.lines('C LOGIN user secret')).toContain('C OK ')
  })

  it('is refused before TLS, and the password that crossed is recorded', async () => {
    const client = await connect(starttls)
    expect(await client.lines('A LOGIN user secret')).toBe('A NO [PRIVACYREQUIRED] Use TLS first\r\n')
    expect(client.session.state).toBe('not-authenticated')
    expect(client.told.credentials).toMatchObject([{ mechanism: 'LOGIN', user: 'user', secret: 'secret' }])
  })

  it('is completed in clear where STARTTLS was taken away', async () => {
    const client = await connect({ ...starttls, loginOffered: true })
    expect(await client.lines('A LOGIN user secret')).toContain('A OK ')
  })

  it('comes once, and is recorded when it comes again', async () => {
    const client = await logIn()
    const before = client.told.credentials.length
    expect(await client.lines('A LOGIN other secret')).toBe('A BAD Command not allowed in this state\r\n')
    expect(client.told.credentials.slice(before)).toMatchObject([
      { mechanism: 'LOGIN', user: 'other', secret: 'secret' },
    ])
  })
})

describe('AUTHENTICATE', () => {
  it('speaks PLAIN with an initial response', async () => {
    const client = await connect(inTls)
    expect(await client.lines('A AUTHENTICATE PLAIN AHVzZXIAc2VjcmV0')).toMatch(
      /^A OK \[CAPABILITY .*\] Logged in\r\n$/,
    )
    expect(client.session.state).toBe('authenticated')
    expect(client.told.credentials).toMatchObject([{ mechanism: 'PLAIN', user: 'user', secret: 'secret' }])
  })

  it('speaks PLAIN with a continuation', async () => {
    const client = await connect(inTls)
    expect(await client.send('A authenticate plain\r\n')).toBe('+ \r\n')
    expect(await client.send('AHVzZXIAc2VjcmV0\r\n')).toContain('A OK ')
  })

  it('speaks LOGIN with its two challenges', async () => {
    const client = await connect(inTls)
    expect(await client.send('A AUTHENTICATE LOGIN\r\n')).toBe('+ VXNlcm5hbWU6\r\n')
    expect(await client.send('dXNlcg==\r\n')).toBe('+ UGFzc3dvcmQ6\r\n')
    expect(await client.send('c2VjcmV0\r\n')).toContain('A OK ')
    expect(client.told.names).toEqual(['user'])
  })

  it('refuses a wrong password, what is no base64, and a mechanism that is not offered', async () => {
    const client = await connect(inTls)
    expect(await client.lines('A AUTHENTICATE PLAIN AHVzZXIAd3Jvbmc=')).toBe(
      'A NO [AUTHENTICATIONFAILED] Invalid credentials\r\n',
    )
    expect(await client.lines('B AUTHENTICATE PLAIN *!')).toBe('B BAD Expected a string\r\n')
    expect(await client.lines('C AUTHENTICATE PLAIN !!')).toBe('C BAD Invalid SASL response\r\n')
    expect(await client.lines('D AUTHENTICATE GSSAPI')).toBe('D NO [CANNOT] Unsupported authentication mechanism\r\n')
    expect(client.session.state).toBe('not-authenticated')
  })

  it('can be cancelled', async () => {
    const client = await connect(inTls)
    await client.send('A AUTHENTICATE PLAIN\r\n')
    expect(await client.send('*\r\n')).toBe('A BAD AUTHENTICATE cancelled\r\n')
    expect(await client.lines('B NOOP')).toBe('B OK NOOP completed\r\n')
  })

  it('is refused before TLS without asking for more, and what came along is recorded', async () => {
    const client = await connect(starttls)
    expect(await client.lines('A AUTHENTICATE PLAIN AHVzZXIAc2VjcmV0', 'B AUTHENTICATE PLAIN')).toBe(
      'A NO [PRIVACYREQUIRED] Use TLS first\r\nB NO [PRIVACYREQUIRED] Use TLS first\r\n',
    )
    expect(client.told.credentials).toMatchObject([{ mechanism: 'PLAIN', user: 'user', secret: 'secret' }])
    expect(client.session.state).toBe('not-authenticated')
  })
})

describe('STARTTLS', () => {
  it('ends the phase where it is offered', async () => {
    const client = await connect(starttls)
    expect(await client.lines('a STARTTLS')).toBe('a OK Begin TLS negotiation now\r\n')
    expect(await client.end).toBe('upgrade')
  })

  it('is refused inside TLS, in mode plain, with arguments and behind a login', async () => {
    expect(await (await connect(inTls)).lines('a STARTTLS')).toBe('a BAD TLS is active already\r\n')
    expect(await (await connect(plain)).lines('a STARTTLS')).toBe('a BAD STARTTLS is not offered here\r\n')
    expect(await (await connect(starttls)).lines('a STARTTLS now')).toBe('a BAD Too many arguments\r\n')
    expect(await (await logIn()).lines('a STARTTLS')).toBe('a BAD Command not allowed in this state\r\n')
  })
})

describe('commands of any state', () => {
  it('answer ID, which names a program and no user', async () => {
    const client = await connect(starttls)
    expect(await client.lines('1 ID NIL', '2 ID ("version" NIL "name" "imapflow")', '3 ID ()')).toBe(
      ['1', '2', '3'].map((tag) => `* ID ("name" "mockmail")\r\n${tag} OK ID completed\r\n`).join(''),
    )
    expect(client.told.names).toEqual([])
  })

  it('log out with BYE', async () => {
    const client = await connect(starttls)
    expect(await client.lines('z logout')).toBe('* BYE mockmail is logging out\r\nz OK LOGOUT completed\r\n')
    expect(await client.end).toBe('close')
  })

  it('enable CONDSTORE and pass over what is not known', async () => {
    const client = await logIn()
    expect(await client.lines('1 ENABLE UTF8=ACCEPT', '2 ENABLE X-GOOD condstore')).toBe(
      '* ENABLED\r\n1 OK ENABLE completed\r\n* ENABLED CONDSTORE\r\n2 OK ENABLE completed\r\n',
    )
  })

  it('give way after so many refused lines in a row', async () => {
    const client = await connect(starttls)
    let said = ''
    for (let index = 0; index <= 50; index++) said += await client.send('x XYZZY\r\n')
    expect(said.endsWith('x BAD Unknown command\r\n* BYE mockmail is closing the connection\r\n')).toBe(true)
    expect(await client.end).toBe('hopeless')
  })
})

describe('a refusal', () => {
  it.each([
    ['not-implemented', 'a BAD Unknown command\r\n'],
    ['unavailable', 'a NO [UNAVAILABLE] Temporarily unavailable\r\n'],
    ['bad-sequence', 'a BAD Command not allowed in this state\r\n'],
    ['tls-required', 'a NO [PRIVACYREQUIRED] Use TLS first\r\n'],
    ['auth-failed', 'a NO [AUTHENTICATIONFAILED] Invalid credentials\r\n'],
  ] as const)('%s is spelled as IMAP does', async (refusal, bytes) => {
    const { imap } = await import('../../src/servers/imap/dialect.ts')
    const request = { verb: 'STARTTLS', args: '', tag: 'a', line: Buffer.from('a STARTTLS') }
    expect(imap.refuse(refusal, request)).toBe(bytes)
    expect(imap.refuse(refusal, { ...request, tag: '' })).toBe(bytes.replace('a ', '* '))
  })
})
