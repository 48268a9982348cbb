import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServer, type MailServers, startMailServers } from '../../src/index.ts'
import { freshAt, judged, leaked } from '../support/judged.ts'
import { connectRaw } from '../support/raw.ts'

let servers: MailServers

beforeAll(async () => {
  servers = await startMailServers({ scenarios: ['good', 'starttls-stripped'], modes: ['starttls'] })
})
afterAll(() => servers.close())

/** Says it behind the greeting, and leaves. */
async function say(server: MailServer, text: string): Promise<void> {
  const client = connectRaw(server)
  await client.until('\r\n')
  client.socket.end(text, 'latin1')
  await client.closed
}

describe('a login of another protocol, in clear', () => {
  it.each([
    ['smtp', 'a LOGIN joe secret\r\n', 'LOGIN', 'joe'],
    ['smtp', 'a001 LOGIN "joe" "secret"\r\n', 'LOGIN', 'joe'],
    ['smtp', '1 AUTHENTICATE PLAIN AGpvZQBzZWNyZXQ=\r\n', 'PLAIN', 'joe'],
    ['smtp', 'a AUTHENTICATE PLAIN\r\nAGpvZQBzZWNyZXQ=\r\n', 'PLAIN', 'joe'],
    ['smtp', 'a AUTHENTICATE LOGIN\r\nam9l\r\nc2VjcmV0\r\n', 'LOGIN', 'joe'],
    ['smtp', 'USER joe\r\nPASS secret\r\n', 'USER/PASS', ''],
    ['imap', 'USER joe\r\nPASS secret\r\n', 'USER/PASS', ''],
    ['imap', 'AUTH PLAIN AGpvZQBzZWNyZXQ=\r\n', 'PLAIN', 'joe'],
    ['imap', 'AUTH LOGIN\r\nam9l\r\nc2VjcmV0\r\n', 'LOGIN', 'joe'],
    ['pop3', 'a LOGIN joe secret\r\n', 'LOGIN', 'joe'],
    ['pop3', 'EHLO x\r\nAUTH PLAIN AGpvZQBzZWNyZXQ=\r\n', 'PLAIN', 'joe'],
    ['pop3', 'a AUTHENTICATE PLAIN AGpvZQBzZWNyZXQ=\r\n', 'PLAIN', 'joe'],
  ] as const)('is a leak on the port for %s: %j', async (protocol, text, mechanism, user) => {
    for (const scenario of ['good', 'starttls-stripped']) {
      const server = freshAt(servers, scenario, protocol, 'starttls')
      await say(server, text)
      expect(await judged(server), scenario).toBe(leaked)
      expect(server.connections[0]?.credentials).toMatchObject([{ phase: 'clear', mechanism, user, secret: 'secret' }])
    }
  })

  it.each(['smtp', 'imap'] as const)('is a hash where it is one, on the port for %s', async (protocol) => {
    const server = freshAt(servers, 'starttls-stripped', protocol, 'starttls')
    await say(server, `APOP joe ${'0a'.repeat(16)}\r\n`)
    expect(await judged(server)).toBe('leaked leak-hash-clear fail')
  })

  it.each([
    ['smtp', 'EHLO x\r\na LOGOUT\r\nb NOOP\r\nc LOGIN\r\nQUIT\r\n'],
    ['imap', 'a CAPABILITY\r\nUSER\r\nPASS\r\nAUTH\r\na LOGOUT\r\n'],
    ['pop3', 'CAPA\r\na CAPABILITY\r\nEHLO x\r\nQUIT\r\n'],
  ] as const)('is none where nothing is given away: %s %j', async (protocol, text) => {
    const server = freshAt(servers, 'starttls-stripped', protocol, 'starttls')
    await say(server, text)
    expect(server.connections[0]?.credentials).toEqual([])
    expect((await server.outcome({ settle: 10 })).outcome).not.toBe('leaked')
  })
})

describe('mail in clear without an envelope of its own protocol', () => {
  it.each([
    ['smtp', 'EHLO x\r\nBDAT 7 LAST\r\nhello\r\nQUIT\r\n', 'BDAT 7 LAST'],
    ['smtp', 'BDAT:86400000000\r\n', 'BDAT:86400000000'],
    ['imap', 'MAIL FROM:<a@example.com>\r\n', 'MAIL FROM:<a@example.com>'],
    ['pop3', 'RCPT TO:<b@example.com>\r\n', 'RCPT TO:<b@example.com>'],
    ['smtp', 'a APPEND INBOX {5}\r\n', 'a APPEND INBOX {5}'],
  ] as const)('is a leak: %s %j', async (protocol, text, proof) => {
    const server = freshAt(servers, 'starttls-stripped', protocol, 'starttls')
    await say(server, text)
    expect(await judged(server)).toBe('leaked leak-message-clear fail')
    expect((await server.outcome({ settle: 0 })).proof?.text).toBe(proof)
  })

  it('is refused, and its octets are no commands', async () => {
    const server = freshAt(servers, 'good', 'smtp', 'starttls')
    const client = connectRaw(server)
    await client.until('\r\n')
    client.send('BDAT 16 LAST\r\nAUTH LOGIN\r\nxx\r\nQUIT\r\n')
    await client.closed
    const { commands, credentials } = server.connections[0] ?? {}
    expect(commands?.map(({ verb, more, reply }) => [verb, more, reply?.slice(0, 3)])).toEqual([
      ['BDAT', 'AUTH LOGIN\r\nxx\r\n', expect.stringMatching(/^50[02]$/)],
      ['QUIT', undefined, '221'],
    ])
    expect(credentials).toEqual([])
  })
})
