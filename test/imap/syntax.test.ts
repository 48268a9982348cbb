import { describe, expect, it } from 'vitest'
import { connect, logIn } from './harness.ts'

describe('a command line', () => {
  it('has any tag, and verbs in any case', async () => {
    const client = await connect()
    expect(await client.lines('IDLE noop', '1.2-x NoOp', ']{ NOOP', '* NOOP', 'a+b NOOP')).toBe(
      `IDLE OK NOOP completed\r\n1.2-x OK NOOP completed\r\n${'* BAD Missing or invalid tag\r\n'.repeat(3)}`,
    )
  })

  it('may end in spaces and in a bare LF', async () => {
    const client = await connect()
    expect(await client.send('a NOOP  \r\n')).toBe('a OK NOOP completed\r\n')
    expect(await client.send('b NOOP\n')).toBe('b OK NOOP completed\r\n')
  })

  it('without a verb or without anything is refused', async () => {
    const client = await connect()
    expect(await client.lines('', 'a', 'a ', ' a NOOP', 'GET / HTTP/1.1', 'a UID', 'a UID NOOP')).toBe(
      '* BAD Missing or invalid tag\r\na BAD Missing command\r\na BAD Missing command\r\n* BAD Missing or invalid tag\r\n' +
        'GET BAD Unknown command\r\na BAD Unknown command\r\na BAD Unknown command\r\n',
    )
  })

  it('of binary noise is refused', async () => {
    const client = await connect()
    expect(await client.send(Buffer.from('17030100c8010000c403030a', 'hex'))).toBe('* BAD Missing or invalid tag\r\n')
    expect(await client.send(Buffer.from([0x61, 0x20, 0xff, 0x00, 0x80, 0x0a]))).toBe('a BAD Unknown command\r\n')
  })

  it('of more than 64 KiB is refused, and the next one is heard', async () => {
    const client = await connect()
    expect(await client.send(`a NOOP ${'x'.repeat(70_000)}`)).toBe('* BAD Line too long\r\n')
    expect(await client.send('xxx\r\nb NOOP\r\n')).toBe('b OK NOOP completed\r\n')
  })

  it('of nearly 64 KiB is read', async () => {
    const client = await logIn({}, 'INBOX')
    const set = Array.from({ length: 9000 }, (_, index) => index + 10_000).join(',')
    expect(await client.send(`a UID FETCH ${set} FLAGS\r\n`)).toBe('a OK FETCH completed\r\n')
  })

  it('in the wrong state is refused', async () => {
    const client = await connect({ mode: 'implicit' })
    const wrong = 'BAD Command not allowed in this state\r\n'
    expect(await client.lines('a SELECT INBOX', 'b FETCH 1 FLAGS', 'c IDLE')).toBe(`a ${wrong}b ${wrong}c ${wrong}`)
    await client.lines('L LOGIN user secret')
    expect(await client.lines('d FETCH 1 FLAGS', 'e CLOSE', 'f UID SEARCH ALL')).toBe(`d ${wrong}e ${wrong}f ${wrong}`)
  })
})

describe('arguments', () => {
  it.each([
    ['LOGIN user', 'Missing argument'],
    ['LOGIN user {99999999999999999999}', 'Invalid literal size'],
    ['LOGIN user {007}', 'Invalid literal size'],
    ['LOGIN user {70000}', 'Literal too large'],
    ['ID (', 'Expected a string'],
    ['ID ("a")', 'Missing argument'],
    ['CAPABILITY now', 'Too many arguments'],
  ])('that are wrong get BAD: %s', async (command, problem) => {
    const client = await connect({ mode: 'implicit' })
    expect(await client.lines(`a ${command}`, 'b NOOP')).toBe(`a BAD ${problem}\r\nb OK NOOP completed\r\n`)
    expect(client.told.credentials).toEqual([])
  })

  it.each([
    ['LOGIN "user" "secret', 'Expected a string', '"secret'],
    ['LOGIN "us\\er" secret', 'Expected a string', 'secret'],
    ['LOGIN user secret more', 'Too many arguments', 'secret more'],
    ['LOGIN user sec"ret', 'Too many arguments', 'sec"ret'],
    ['LOGIN user sec%ret', 'Too many arguments', 'sec%ret'],
    ['LOGIN (user) secret', 'Expected a string', 'secret'],
    ['LOGIN user {-1}', 'Expected a literal', '{-1}'],
    ['LOGIN user {}', 'Expected a literal', '{}'],
    ['LOGIN user {6', 'Expected a literal', '{6'],
    ['LOGIN user {6+}\r\nsecret more', 'Too many arguments', 'secret more'],
    ['AUTHENTICATE PLAIN AHVzZXIAc2VjcmV0 more', 'Too many arguments', 'secret'],
  ])('of a login that are wrong get BAD, and what they hold has crossed: %j', async (command, problem, secret) => {
    const client = await connect({ mode: 'implicit' })
    expect(await client.lines(`a ${command}`, 'b NOOP')).toBe(`a BAD ${problem}\r\nb OK NOOP completed\r\n`)
    expect(client.told.credentials.map((credential) => credential.secret)).toEqual([secret])
    expect(client.told.admitted).toEqual([])
  })

  it('may hold braces inside quotes', async () => {
    const client = await connect({ mode: 'implicit' })
    expect(await client.lines('a LOGIN user "{5}"', 'b NOOP')).toContain('b OK')
    expect(client.told.credentials).toMatchObject([{ secret: '{5}' }])
  })

  it('with an unterminated quote before a brace are not a literal', async () => {
    const client = await connect({ mode: 'implicit' })
    expect(await client.lines('a LOGIN user "{5}')).toBe('a BAD Expected a string\r\n')
  })
})

describe('a literal that is refused', () => {
  it('is not sent by a client that waits, so the next line is a command', async () => {
    const client = await connect({ mode: 'implicit' })
    expect(await client.lines('a XYZZY {5}', 'b NOOP')).toBe('a BAD Unknown command\r\nb OK NOOP completed\r\n')
  })

  it('is skipped where the client does not wait, so that its octets are no commands', async () => {
    const client = await connect({ mode: 'implicit' })
    expect(await client.send('a XYZZY {10+}\r\nx LOGOUT\r\n and {5+}\r\nb Z\r\n done\r\nc NOOP\r\n')).toBe(
      'a BAD Unknown command\r\nc OK NOOP completed\r\n',
    )
    expect(await client.send(`d LOGIN user {70000+}\r\n${'e NOOP\r\n'.repeat(8750)}\r\nf NOOP\r\n`)).toBe(
      'd BAD Literal too large\r\nf OK NOOP completed\r\n',
    )
    expect(await client.send('g SELECT {5+}\r\nINBOX\r\nh NOOP\r\n')).toBe(
      'g BAD Command not allowed in this state\r\nh OK NOOP completed\r\n',
    )
  })

  it.each(['99999999999999999999', '4294967296', '007'])(
    'of %s octets ends the connection where nobody can skip it',
    async (size) => {
      const client = await connect({ mode: 'implicit' })
      expect(await client.send(`a LOGIN user {${size}+}\r\n`)).toMatch(
        /^a BAD [\w ]+\r\n\* BYE \[TOOBIG\] Such a literal cannot be skipped\r\n$/,
      )
      expect(await client.end).toBe('close')
    },
  )

  it('that never ends is waited for, and the end of the connection ends it', async () => {
    const client = await connect({ mode: 'implicit' })
    expect(await client.send('a LOGIN {10}\r\nabc')).toBe('+ Ready for literal data\r\n')
    expect(await client.hangUp()).toBe('eof')
  })

  it('too large for APPEND is refused before it is sent', async () => {
    const client = await logIn()
    expect(await client.lines('a APPEND INBOX {99999999}', 'b NOOP')).toBe(
      'a NO [TOOBIG] Message too large\r\nb OK NOOP completed\r\n',
    )
  })
})
