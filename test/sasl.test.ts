import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { CommandResult } from '../src/servers/core/command-result.ts'
import { authenticate, overhear, type SaslSpelling } from '../src/servers/core/sasl/authenticate.ts'
import { createLink, type Situation } from './smtp/harness.ts'

const spelling: SaslSpelling = {
  challenge: (base64) => `+ ${base64}`,
  ok: () => 'ok',
  failed: () => 'failed',
  malformed: () => 'malformed',
  cancelled: () => 'cancelled',
  unknown: () => 'unknown',
}

/** An exchange with everything that was said, and whether it logged somebody in. */
async function exchange(
  mechanism: string,
  initial: string | undefined,
  lines: readonly (string | ((challenge: string) => string))[] = [],
  situation: Situation = { mode: 'implicit' },
) {
  const { link, told } = createLink(situation)
  const logins: string[] = []
  const said: string[] = []
  let result: CommandResult = authenticate(link, mechanism, initial, spelling, ({ user }) => logins.push(user))
  for (const line of lines) {
    said.push(String(result.send))
    if (typeof result.next !== 'object' || result.next.read !== 'line') throw new Error('nothing waits for a line')
    const challenge = Buffer.from(String(result.send).slice(2), 'base64').toString('latin1')
    result = await result.next.run(Buffer.from(typeof line === 'string' ? line : line(challenge), 'latin1'))
  }
  said.push(String(result.send))
  expect(logins).toEqual([])
  result.commit?.()
  return { said, logins, told, waits: typeof result.next === 'object' }
}

const tooLong = Buffer.from(`\0u\0${'x'.repeat(9216)}`).toString('base64')

describe('PLAIN', () => {
  it('logs in with an initial response, and only through commit', async () => {
    const { said, logins, told } = await exchange('PLAIN', 'AHVzZXIAc2VjcmV0')
    expect(said).toEqual(['ok'])
    expect(logins).toEqual(['user'])
    expect(told.credentials).toEqual([{ kind: 'password', mechanism: 'PLAIN', user: 'user', secret: 'secret' }])
  })

  it('asks for the response with an empty challenge when none came along', async () => {
    const { said, logins } = await exchange('plain', undefined, ['YXV0aHoAdXNlcgBzZWNyZXQ='])
    expect(said).toEqual(['+ ', 'ok'])
    expect(logins).toEqual(['user'])
  })

  it('records the wrong password before it refuses it', async () => {
    const { said, logins, told } = await exchange('PLAIN', 'AHVzZXIAd3Jvbmc=')
    expect(said).toEqual(['failed'])
    expect(logins).toEqual([])
    expect(told.credentials[0]?.secret).toBe('wrong')
  })

  it('keeps UTF-8 as text, and latin1 where it is not UTF-8', async () => {
    const utf8 = await exchange('PLAIN', Buffer.from('\0jörg\0geheim€').toString('base64'))
    expect(utf8.told.credentials[0]).toMatchObject({ user: 'jörg', secret: 'geheim€' })
    const latin1 = await exchange('PLAIN', Buffer.from('\0j\xf6rg\0x', 'latin1').toString('base64'))
    expect(latin1.told.credentials[0]).toMatchObject({ user: 'jörg', secret: 'x' })
  })

  it.each([
    ['no NUL', 'dXNlcg==', 'user'],
    ['one NUL', 'dXNlcgBzZWNyZXQ=', 'user\0secret'],
    ['three NULs', 'AHUAcwBz', '\0u\0s\0s'],
    ['no user', 'AABzZWNyZXQ=', '\0\0secret'],
    ['bad base64', 'AHVzZXIAc2VjcmV', 'AHVzZXIAc2VjcmV'],
    ['characters outside the alphabet', 'AHVzZXIAc2Vj cmV0', 'AHVzZXIAc2Vj cmV0'],
    ['more than 12,288 octets', tooLong, tooLong],
  ])('calls %s malformed, and records what has crossed', async (_, initial, secret) => {
    const { said, logins, told } = await exchange('PLAIN', initial)
    expect(said).toEqual(['malformed'])
    expect(logins).toEqual([])
    expect(told.credentials).toEqual([{ kind: 'password', mechanism: 'PLAIN', user: '', secret }])
  })

  it('calls an empty response malformed, with which nothing has crossed', async () => {
    const { said, told } = await exchange('PLAIN', '=')
    expect(said).toEqual(['malformed'])
    expect(told.credentials).toEqual([])
  })

  it('takes a response of exactly 12,288 octets', async () => {
    const response = Buffer.from(`\0u\0${'x'.repeat(9213)}`).toString('base64')
    expect(response).toHaveLength(12_288)
    expect((await exchange('PLAIN', response)).said).toEqual(['ok'])
  })

  it('ends at a lone asterisk', async () => {
    const { said, told } = await exchange('PLAIN', undefined, ['*'])
    expect(said).toEqual(['+ ', 'cancelled'])
    expect(told.credentials).toEqual([])
  })
})

describe('LOGIN', () => {
  it('asks for the user name and the password', async () => {
    const { said, logins, told } = await exchange('LOGIN', undefined, ['dXNlcg==', 'c2VjcmV0'])
    expect(said).toEqual(['+ VXNlcm5hbWU6', '+ UGFzc3dvcmQ6', 'ok'])
    expect(logins).toEqual(['user'])
    expect(told.credentials).toEqual([{ kind: 'password', mechanism: 'LOGIN', user: 'user', secret: 'secret' }])
  })

  it('takes the user name as initial response', async () => {
    const { said } = await exchange('LOGIN', 'dXNlcg==', ['c2VjcmV0'])
    expect(said).toEqual(['+ UGFzc3dvcmQ6', 'ok'])
  })

  it('records the name that crossed alone when the client stops behind it', async () => {
    const { said, told } = await exchange('LOGIN', undefined, ['dXNlcg==', '*'])
    expect(said).toEqual(['+ VXNlcm5hbWU6', '+ UGFzc3dvcmQ6', 'cancelled'])
    expect(told.names).toEqual(['user'])
    expect(told.credentials).toEqual([])
  })
})

describe('CRAM-MD5', () => {
  const digest = (password: string) => (challenge: string) =>
    Buffer.from(`user ${createHmac('md5', password).update(challenge).digest('hex')}`).toString('base64')

  it('takes the digest of the right password', async () => {
    const { said, logins, told } = await exchange('CRAM-MD5', undefined, [digest('mockmail')], {
      mode: 'implicit',
      password: 'mockmail',
    })
    expect(Buffer.from(said[0]?.slice(2) ?? '', 'base64').toString()).toMatch(/^<[0-9a-f]{16}\.\d+@localhost>$/)
    expect(said[1]).toBe('ok')
    expect(logins).toEqual(['user'])
    expect(told.credentials[0]).toMatchObject({ kind: 'digest', mechanism: 'CRAM-MD5', user: 'user' })
    expect(told.credentials[0]?.secret).toMatch(/^[0-9a-f]{32}$/)
  })

  it('refuses the digest of another password', async () => {
    const { said, logins } = await exchange('CRAM-MD5', undefined, [digest('wrong')])
    expect(said[1]).toBe('failed')
    expect(logins).toEqual([])
  })

  it.each([
    ['no digest', 'user'],
    ['a short digest', 'user 0123'],
    ['no user', ` ${'0'.repeat(32)}`],
  ])('calls a response with %s malformed', async (_, response) => {
    const { said } = await exchange('CRAM-MD5', undefined, [Buffer.from(response).toString('base64')])
    expect(said[1]).toBe('malformed')
  })

  it('has no room for an initial response, because the server speaks first', async () => {
    expect((await exchange('CRAM-MD5', 'dXNlcg==')).said).toEqual(['malformed'])
  })

  it('never makes the same challenge twice', async () => {
    const first = await exchange('CRAM-MD5', undefined)
    const second = await exchange('CRAM-MD5', undefined)
    expect(first.waits).toBe(true)
    expect(first.said).not.toEqual(second.said)
  })
})

describe('XOAUTH2', () => {
  const token = (secret: string) => Buffer.from(`user=u@x\x01auth=Bearer ${secret}\x01\x01`).toString('base64')

  it('takes a bearer token', async () => {
    const { said, logins, told } = await exchange('XOAUTH2', token('ya29.t'))
    expect(said).toEqual(['ok'])
    expect(logins).toEqual(['u@x'])
    expect(told.credentials).toEqual([{ kind: 'bearer', mechanism: 'XOAUTH2', user: 'u@x', secret: 'ya29.t' }])
  })

  it('explains a failure in JSON, waits for an empty line, and then fails', async () => {
    const { said, logins, told } = await exchange('XOAUTH2', token('wrong'), [''])
    expect(said).toEqual(['+ eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIiwic2NvcGUiOiJtYWlsIn0=', 'failed'])
    expect(logins).toEqual([])
    expect(told.credentials).toHaveLength(1)
  })

  it.each([
    'user=u\x01auth=Bearer t\x01',
    'user=u\x01auth=Bearer \x01\x01',
    'auth=Bearer t\x01\x01',
    'user=u\x01host=h\x01auth=Bearer t\x01\x01',
  ])('calls %j malformed', async (text) => {
    expect((await exchange('XOAUTH2', Buffer.from(text).toString('base64'))).said).toEqual(['malformed'])
  })
})

describe('a mechanism that is not offered', () => {
  it('is unknown, and the password that came along is recorded', async () => {
    const { said, logins, told } = await exchange('PLAIN', 'AHVzZXIAc2VjcmV0', [], {
      mode: 'implicit',
      mechanisms: ['LOGIN'],
    })
    expect(said).toEqual(['unknown'])
    expect(logins).toEqual([])
    expect(told.credentials[0]?.secret).toBe('secret')
  })

  it.each(['GSSAPI', '', '__proto__', 'constructor', 'toString'])(
    'is unknown where nobody speaks it: %j',
    async (name) => {
      const { said, told } = await exchange(name, 'AHVzZXIAc2VjcmV0', [], {
        mode: 'implicit',
        mechanisms: ['PLAIN', name.toUpperCase()],
      })
      expect(said).toEqual(['unknown'])
      // GSSAPI's tokens hold no password, without a name it is none; what others hold nobody knows.
      expect(told.credentials.map(({ secret }) => secret)).toEqual(
        ['GSSAPI', ''].includes(name) ? [] : ['\0user\0secret'],
      )
    },
  )
})

describe('overhear', () => {
  it('records a password, a token, and a name, whatever the server is about to say', () => {
    const { link, told } = createLink({ mode: 'starttls' })
    overhear(link, 'PLAIN AHVzZXIAc2VjcmV0')
    overhear(link, `XOAUTH2 ${Buffer.from('user=u\x01auth=Bearer t\x01\x01').toString('base64')}`)
    overhear(link, 'LOGIN dXNlcg==')
    expect(told.credentials.map(({ secret }) => secret)).toEqual(['secret', 't'])
    expect(told.names).toEqual(['user'])
  })

  it('records nothing where nothing crossed', () => {
    const { link, told } = createLink({ mode: 'starttls' })
    for (const args of ['', 'PLAIN', 'PLAIN =', 'PLAIN *', 'GSSAPI dXNlcg==', 'NTLM TlRMTVNTUAABAAAA'])
      overhear(link, args)
    overhear(link, `SCRAM-SHA-256 ${Buffer.from('n,,n=user,r=nonce').toString('base64')}`)
    expect(told.credentials).toEqual([])
    expect(told.names).toEqual([])
  })

  it.each([
    ['PLAIN am9lAHNlY3JldA==', 'password', '', 'joe\0secret'],
    ['PLAIN AGpvZQBzZWNyZXQ', 'password', '', 'AGpvZQBzZWNyZXQ'],
    ['PLAIN\t"AGpvZQBzZWNyZXQ="', 'password', 'joe', 'secret'],
    ['LOGIN am9l c2VjcmV0', 'password', 'joe', 'secret'],
    ['LOGIN joe secret', 'password', '', 'joe'],
    ['X-OWN c2VjcmV0', 'password', '', 'secret'],
    ['CRAM-MD5 am9lIDAxMjM=', 'digest', '', 'joe 0123'],
    [`XOAUTH2 ${Buffer.from('user=joe\x01auth=Bearer token').toString('base64')}`, 'bearer', 'joe', 'token'],
    [
      `OAUTHBEARER ${Buffer.from('n,a=joe,\x01host=x\x01auth=Bearer token\x01\x01').toString('base64')}`,
      'bearer',
      'joe',
      'token',
    ],
  ])('records what crossed although nobody can read it: %j', (args, kind, user, secret) => {
    const { link, told } = createLink({ mode: 'starttls' })
    overhear(link, args)
    expect(told.credentials).toMatchObject([{ kind, user, secret }])
  })
})

describe('a credential', () => {
  it('is admitted when the reply that says yes is given, and not before', () => {
    const { link, told } = createLink({ mode: 'implicit' })
    const result = authenticate(link, 'PLAIN', 'AHVzZXIAc2VjcmV0', spelling, () => undefined)
    expect(told.credentials).toHaveLength(1)
    expect(told.admitted).toEqual([])
    result.commit?.()
    expect(told.admitted).toEqual(told.credentials)
  })
})
