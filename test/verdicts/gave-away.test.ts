import net from 'node:net'
import { Duplex } from 'node:stream'
import tls from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServer, type MailServers, type Protocol, startMailServer, startMailServers } from '../../src/index.ts'
import { freshAt, judged, leaked } from '../support/judged.ts'
import { captureClientHello, connectRaw, connectTls, type RawClient } from '../support/raw.ts'

const protocols = ['smtp', 'imap', 'pop3'] as const satisfies readonly Protocol[]
const logins = {
  smtp: 'AUTH PLAIN AGpvZQBzZWNyZXQ=\r\n',
  imap: 'a LOGIN joe secret\r\n',
  pop3: 'USER joe\r\nPASS secret\r\n',
} as const
const quits = { smtp: 'QUIT\r\n', imap: 'z LOGOUT\r\n', pop3: 'QUIT\r\n' } as const
const asking = { smtp: 'EHLO x\r\nSTARTTLS\r\n', imap: 's STARTTLS\r\n', pop3: 'STLS\r\n' } as const
const goAhead = { smtp: 'Ready to start TLS\r\n', imap: 'Begin TLS negotiation now\r\n', pop3: 'begin TLS' } as const

let servers: MailServers
let hello: Buffer

beforeAll(async () => {
  servers = await startMailServers({
    scenarios: ['good', 'expired', 'revoked', 'starttls-stripped', 'plaintext-on-implicit', 'client-cert-required'],
    handshakeTimeout: 1000,
  })
  hello = await captureClientHello()
})
afterAll(() => servers.close())

const at = (scenario: string, protocol: Protocol, mode: 'implicit' | 'starttls'): MailServer =>
  freshAt(servers, scenario, protocol, mode)

const wentOn = 'accepted downgraded-no-tls fail'
const worked = 'accepted safe-continue pass'

/** Sends in segments of their own, and ends behind the last. */
async function say({ port }: MailServer, ...segments: readonly (string | Uint8Array)[]): Promise<void> {
  const client = connectRaw({ port }, net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }))
  for (const segment of segments) {
    client.send(segment)
    await new Promise((resolve) => setImmediate(resolve))
  }
  client.socket.end()
  await client.closed
}

/** Asks for TLS and completes the handshake, whatever the certificate. */
async function secure(server: MailServer, client: RawClient, options: tls.ConnectionOptions = {}) {
  if (server.mode === 'starttls') {
    client.send(asking[server.protocol])
    await client.until(goAhead[server.protocol])
  }
  client.socket.removeAllListeners('data')
  const secured = tls.connect({ socket: client.socket, ...server.tls, rejectUnauthorized: false, ...options })
  secured.on('error', () => {})
  await new Promise((resolve) => secured.once('secureConnect', resolve).once('close', resolve))
  return connectRaw(server, secured)
}

/** Says something in clear, and then does everything right: STARTTLS, a login inside TLS, and QUIT. */
async function thenSecurely(server: MailServer, text: string): Promise<void> {
  const { protocol } = server
  const client = connectRaw(server)
  await client.until('\r\n')
  client.send(Buffer.from(text, 'latin1'))
  const inside = await secure(server, client)
  inside.send(`${protocol === 'smtp' ? 'EHLO x\r\n' : ''}${logins[protocol]}${quits[protocol]}`)
  await inside.closed
}

describe('what was said in clear before everything went well', () => {
  it.each([
    ['smtp', 'AUTH PLAIN am9lAHNlY3JldA==\r\n'],
    ['smtp', 'AUTH PLAIN AGpvZQBzZWNyZXQ\r\n'],
    ['smtp', 'AUTH PLAIN \0joe\0secret\r\n'],
    ['smtp', 'AUTH PLAIN\tAGpvZQBzZWNyZXQ=\r\n'],
    ['smtp', 'AUTH=PLAIN AGpvZQBzZWNyZXQ=\r\n'],
    ['smtp', 'AUTH LOGIN joe secret\r\n'],
    ['smtp', 'AUTH LOGIN\r\njoe\r\nsecret\r\n'],
    ['smtp', 'AUTH LOGIN am9l c2VjcmV0\r\n'],
    ['smtp', 'AUTH OAUTHBEARER bixhPWpvZSwBYXV0aD1CZWFyZXIgdG9rAQE=\r\n'],
    ['smtp', 'AUTH X-OWN c2VjcmV0\r\n'],
    ['smtp', `AUTH XOAUTH2 ${'A'.repeat(20_000)}\r\n`],
    ['imap', 'a LOGIN joe sec"ret\r\n'],
    ['imap', 'a LOGIN joe se cret\r\n'],
    ['imap', 'a\tLOGIN\tjoe\tsecret\r\n'],
    ['imap', 'aLOGIN joe secret\r\n'],
    ['imap', 'a AUTH PLAIN AGpvZQBzZWNyZXQ=\r\n'],
    ['imap', 'a AUTHENTICATE PLAIN AGpvZQBzZWNyZXQ= x\r\n'],
    ['pop3', 'AUTH PLAIN am9lAHNlY3JldA==\r\n'],
    ['pop3', 'AUTH LOGIN joe secret\r\n'],
    ['pop3', 'PASS:secret\r\n'],
    ['pop3', `PASS ${'x'.repeat(20_000)}\r\n`],
  ] as const)('is a leak where it is a login, however badly made: %s %.60j', async (protocol, text) => {
    const server = at('good', protocol, 'starttls')
    await thenSecurely(server, text)
    expect(await judged(server)).toBe(leaked)
  })

  it.each([
    ['smtp', 'AUTH PLAIN\r\n'],
    ['smtp', 'AUTH SCRAM-SHA-256 biwsbj1qb2Uscj1hYmM=\r\n'],
    ['smtp', 'AUTH NTLM TlRMTVNTUAABAAAAB4IIogAAAAA=\r\n'],
    ['imap', 'a LOGIN joe {70000}\r\n'],
    ['imap', 'a SELECT INBOX\r\n'],
    ['pop3', 'APOP joe xyz\r\n'],
    ['pop3', 'STAT\r\n'],
  ] as const)('is going on without TLS where the session was used: %s %j', async (protocol, text) => {
    const server = at('good', protocol, 'starttls')
    await thenSecurely(server, text)
    expect(await judged(server)).toBe(wentOn)
  })

  it.each([
    ['smtp', 'EHLO x\r\nNOOP\r\nAUTH\r\nXFOO bar\r\n'],
    ['smtp', 'HELP AUTH\r\nRSET\r\n'],
    ['imap', 'a CAPABILITY\r\nb NOOP\r\nc ID NIL\r\nd FOO bar\r\n'],
    ['pop3', 'CAPA\r\nAUTH\r\nXFOO bar\r\n'],
  ] as const)('is nothing where it only asks: %s %j', async (protocol, text) => {
    const server = at('good', protocol, 'starttls')
    await thenSecurely(server, text)
    expect(await judged(server)).toBe(worked)
    expect(server.connections[0]?.credentials.filter(({ phase }) => phase === 'clear')).toEqual([])
  })

  it('is worth a note where it is a name, although the client then refuses the certificate', async () => {
    const server = at('expired', 'pop3', 'starttls')
    const client = connectRaw(server)
    await client.until('\r\n')
    client.send('USER joe\r\n')
    // With TLS 1.2 the server has finished before the client has.
    const inside = await secure(server, client, { maxVersion: 'TLSv1.2' })
    inside.socket.destroy()
    await client.closed
    expect(await judged(server)).toBe('accepted leak-identity-clear note')
    expect(server.connections[0]?.handshake.result).toBe('finished')
  })

  it('fails where a strict client may do either about the fault', async () => {
    const server = at('client-cert-required', 'imap', 'starttls')
    await say(server, 'a LIST "" *\r\n')
    expect(await judged(server)).toBe(wentOn)
  })

  it('is no matter of revocation', async () => {
    const server = at('revoked', 'imap', 'starttls')
    await thenSecurely(server, 'a LIST "" *\r\n')
    expect(await judged(server)).toBe(wentOn)
  })
})

describe('a login that the client did not end', () => {
  it.each(protocols)('has crossed: %s', async (protocol) => {
    const login = logins[protocol].trimEnd()
    for (const scenario of ['starttls-stripped', 'expired', 'good']) {
      const server = at(scenario, protocol, 'starttls')
      await say(server, login)
      expect(await judged(server), scenario).toBe(leaked)
    }
    const server = at('expired', protocol, 'implicit')
    await say(server, hello, Buffer.concat([Buffer.from('15030300020230', 'hex'), Buffer.from(login)]))
    expect(await judged(server)).toBe(leaked)
  })

  it('has crossed where the rest of an exchange was asked for', async () => {
    const server = at('starttls-stripped', 'smtp', 'starttls')
    const client = connectRaw(server)
    client.send('EHLO x\r\nAUTH PLAIN\r\n')
    await client.until('334 ')
    client.socket.end('AGpvZQBzZWNyZXQ=')
    await client.closed
    expect(await judged(server)).toBe(leaked)
    expect(server.connections[0]?.credentials).toMatchObject([{ secret: 'secret', accepted: false }])
  })

  it.each(protocols)('has not where it is none: %s', async (protocol) => {
    const server = at('starttls-stripped', protocol, 'starttls')
    await say(server, { smtp: 'EHLO x\r\nQUIT', imap: 'a CAPABILITY\r\nz LOGOUT', pop3: 'CAPA\r\nQUIT' }[protocol])
    expect(await judged(server)).toBe('refused safe-abort pass')
  })
})

describe('a login behind TLS that was given up', () => {
  it.each(protocols)('has crossed behind the beginning of a ClientHello, ended or not: %s', async (protocol) => {
    const begun = Buffer.concat([hello.subarray(0, 120), Buffer.from(logins[protocol])])
    const server = at('expired', protocol, 'implicit')
    await say(server, begun)
    expect(await judged(server)).toBe(leaked)
    server.reset()
    const silent = connectRaw(server)
    silent.send(begun)
    await silent.closed
    expect(await judged(server)).toBe(leaked)
    const plain = at('plaintext-on-implicit', protocol, 'implicit')
    await say(plain, begun)
    expect(await judged(plain)).toBe(leaked)
  })

  it.each(protocols)('has not where there is only the beginning of a ClientHello: %s', async (protocol) => {
    const server = at('expired', protocol, 'implicit')
    await say(server, hello.subarray(0, 120))
    expect(await judged(server)).toBe('not-reached not-reached inconclusive')
  })

  it.each(protocols)('has crossed behind STARTTLS although it came in two segments: %s', async (protocol) => {
    for (const scenario of ['good', 'expired']) {
      const server = at(scenario, protocol, 'starttls')
      const client = connectRaw(server)
      client.send(asking[protocol] + logins[protocol].slice(0, -6))
      await client.until(goAhead[protocol])
      client.socket.end(logins[protocol].slice(-6))
      await client.closed
      expect(await judged(server), scenario).toBe(leaked)
    }
  })

  it.each(protocols)('has crossed behind STARTTLS, unended, although TLS then begins: %s', async (protocol) => {
    const server = at('good', protocol, 'starttls')
    const client = connectRaw(server)
    client.send(asking[protocol] + logins[protocol].trimEnd())
    await client.until(goAhead[protocol])
    client.socket.removeAllListeners('data')
    const secured = tls.connect({ socket: client.socket, ...server.tls })
    await new Promise((resolve) => secured.once('secureConnect', resolve))
    const inside = connectRaw(server, secured)
    inside.send(quits[protocol])
    await inside.closed
    expect(server.connections[0]?.handshake.result).toBe('finished')
    expect(await judged(server)).toBe(leaked)
  })

  it.each(['implicit', 'starttls'] as const)('has crossed behind close_notify: %s', async (mode) => {
    const server = at('expired', 'imap', mode)
    const raw = net.connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
    const client = connectRaw(server, raw)
    if (mode === 'starttls') {
      client.send(asking.imap)
      await client.until(goAhead.imap)
    }
    // Ends TLS and leaves TCP open, which Node's client does not do by itself.
    const below = new Duplex({
      read() {},
      write: (chunk, _encoding, done) => void raw.write(chunk, () => done()),
      final: (done) => done(),
    })
    raw.removeAllListeners('data').on('data', (chunk) => below.push(chunk))
    const secured = tls.connect({ socket: below, ...server.tls, rejectUnauthorized: false }).on('error', () => {})
    await new Promise((resolve) => secured.once('secureConnect', resolve))
    const answered = new Promise((resolve) => raw.once('end', resolve))
    secured.end()
    await answered
    raw.end(logins.imap)
    await client.closed
    expect(await judged(server)).toBe(leaked)
  })
})

describe('QUIT inside TLS', () => {
  const inside = async (server: MailServer, text: string): Promise<string> => {
    const client = await secure(server, connectRaw(server))
    client.send(text)
    await client.closed
    return judged(server)
  }
  const bad = 'accepted accepted-bad-cert fail'

  it.each(protocols)('is a refusal alone, and none beside anything else: %s', async (protocol) => {
    const quit = quits[protocol]
    for (const mode of ['implicit', 'starttls'] as const) {
      const server = at('expired', protocol, mode)
      expect(await inside(server, quit)).toBe('refused safe-abort pass')
      server.reset()
      expect(await inside(server, `AGpvZQBzZWNyZXQ=\r\n${quit}`)).toBe(bad)
      server.reset()
      expect(await inside(server, `${quit}more`)).toBe(bad)
    }
  })
})

describe('a password in clear on the twin', () => {
  it('has crossed, and counts against the run', async () => {
    await using server = await startMailServer({ protocol: 'imap', mode: 'starttls', scenario: 'starttls-injected' })
    await say(server, asking.imap)
    const before = await judged(server)
    if (!server.twin) throw new Error('starttls-injected has a twin')
    await say(server.twin, logins.imap)
    expect([before, await judged(server)]).toEqual(['refused safe-abort pass', leaked])
  })
})

describe('a session that is resumed after reset()', () => {
  const dial = async (server: MailServer, options: tls.ConnectionOptions): Promise<Buffer | undefined> => {
    const socket = connectTls(server, options)
    let ticket: Buffer | undefined
    socket.on('session', (session) => {
      ticket = session
    })
    const client = connectRaw(server, socket)
    await client.until('* OK')
    client.send('a LOGIN joe secret\r\nz LOGOUT\r\n')
    await client.closed
    return ticket
  }

  it('has shown its certificate before, and is judged as any other', async () => {
    for (const [scenario, options, expected] of [
      ['good', {}, worked],
      ['expired', { rejectUnauthorized: false }, 'leaked leak-credentials-untrusted-tls fail'],
    ] as const) {
      const server = at(scenario, 'imap', 'implicit')
      const session = await dial(server, options)
      server.reset()
      await dial(server, { ...options, session })
      expect(server.connections[0]?.handshake).toMatchObject({ resumed: true, certificate: null })
      expect(await judged(server)).toBe(expected)
    }
  })
})
