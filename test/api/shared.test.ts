import { existsSync, readFileSync } from 'node:fs'
import net from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Host, openHost } from '../../src/control/host.ts'
import { defineCertificate, type MailServer } from '../../src/index.ts'
import { type MockMailOptions, openSharedMockMail, type SharedMockMail } from '../../src/testing/mock-mail.ts'
import { useMockMail } from '../../src/testing/vitest.ts'
import { playClient } from '../quirks/scripted-client.ts'
import { handRunner } from '../support/hand-runner.ts'
import { connectRaw, connectTls, talk, tlsError } from '../support/raw.ts'

// Adds the matchers.
useMockMail({ control: 'off' })

const pop3 = { protocol: 'pop3', mode: 'plain' } as const
const quick = { settle: 20 } as const

let host: Host

beforeAll(async () => {
  host = await openHost({})
})
afterAll(() => host.close())

/** What a worker has: a scope that is over when the test says so. */
function openWorker(fleet = host.fleet): { readonly mail: SharedMockMail; end(): Promise<void> } {
  const { runner, over } = handRunner()
  return { mail: openSharedMockMail(runner, fleet, "'a module'", { control: 'off' }), end: over }
}

const refusal = (port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
    socket.once('connect', () => {
      socket.destroy()
      resolve(undefined)
    })
  })

describe('a server of the shared fleet', () => {
  it('has all that one of its own has: addresses, records, matchers', async () => {
    const { mail, end } = openWorker()
    const server = await mail.start({ protocol: 'imap', mode: 'implicit', scenario: 'expired' })
    expect(server).toMatchObject({
      ...{ scenario: 'expired', protocol: 'imap', mode: 'implicit', host: '127.0.0.1', servername: 'localhost' },
      ...{ url: `imaps://localhost:${server.port}`, user: 'user@mockmail.test', password: 'mockmail' },
      ...{ expectation: { expect: 'reject', reasons: ['expired'] }, runs: 1, observedBy: 'server' },
    })
    const waiting = server.waitForConnection()
    const socket = connectTls(server)
    expect(await tlsError(socket)).toMatchObject({ code: 'CERT_HAS_EXPIRED' })
    socket.destroy()
    const record = await waiting
    expect(server.connections).toEqual([record])
    expect(server.connections[0]).toBe(record)
    expect(record.handshake.certificate?.id).toBe('expired')
    expect(record.clientHello?.serverName).toBe('localhost')
    await expect(server).toHaveBeenRefused({ because: 'expired', ...quick })
    await expect(server).not.toHaveSeenCredentials(quick)
    expect(await server.verdict(quick)).toBe('pass')
    await end()
  })

  it('hands on what clients send in and takes what is delivered, each in time', async () => {
    const { mail, end } = openWorker()
    const fleet = await mail.startAll({ protocols: ['smtp', 'pop3'], modes: ['plain'] })
    const [smtp, pop] = fleet.endpoints as [MailServer, MailServer]
    const waiting = smtp.waitForMessage({ subject: /dots/ })
    const lines = [
      'MAIL FROM:<a@example.com>',
      'RCPT TO:<b@example.com>',
      'DATA',
      'Subject: dots \xe9\r\n\r\n..dotted\r\n.',
    ]
    await talk(smtp, 'EHLO client', ...lines, 'QUIT')
    const message = await waiting
    expect(message.envelope).toEqual({ from: 'a@example.com', to: ['b@example.com'] })
    expect(message.raw.toString()).toBe('Subject: dots \xe9\r\n\r\n.dotted\r\n')
    expect(message.secure).toBe(false)
    expect((await message.parsed()).text?.trim()).toBe('.dotted')
    expect(smtp.messages).toEqual([message])
    await smtp.outcome(quick)
    expect(message.connection).toBe(smtp.connections[0])
    expect(message.connection.end).not.toBeNull()

    pop.deliver('Subject: by hand\n\nHello')
    const dialogue = await talk(pop, 'USER u', 'PASS p', 'LIST', 'QUIT')
    const count = Number(/(\d+) \d+\r\n\.\r\n/.exec(dialogue)?.[1])
    // One mailbox for all endpoints of the scenario, and the last to come is the last of it.
    expect(await talk(pop, 'USER u', 'PASS p', `RETR ${count}`, 'QUIT')).toContain('Subject: by hand\r\n\r\nHello\r\n')
    expect(await talk(pop, 'USER u', 'PASS p', `RETR ${count - 1}`, 'QUIT')).toContain('..dotted')
    await end()
  })

  it('shows a connection that is still open once the run has settled', async () => {
    const { mail, end } = openWorker()
    const server = await mail.start(pop3)
    const client = connectRaw(server)
    await client.until('+OK')
    client.send('USER u\r\nPASS p\r\n')
    await client.until(/\+OK.*\r\n[\s\S]*\+OK.*\r\n[\s\S]*\+OK/)
    expect((await server.outcome({ settle: 20 })).detail).toBe('safe-continue')
    expect(server.connections).toMatchObject([{ nth: 1, end: null, credentials: [{ user: 'u' }] }])
    const [open] = server.connections
    client.socket.destroy()
    expect(await server.waitForConnection()).toBe(open)
    await end()
  })

  it('counts a client that dials right after a reset as the first', async () => {
    const { mail, end } = openWorker()
    const server = await mail.start(pop3)
    for (let turn = 0; turn < 30; turn++) {
      server.reset()
      const waiting = server.waitForConnection()
      await talk(server, `USER turn-${turn}`, 'QUIT')
      const record = await waiting
      expect([record.nth, record.commands[0]?.line]).toEqual([1, `USER turn-${turn}`])
      expect(server.connections).toEqual([record])
    }
    await end()
  })

  it('brings the twin of what injects, and judges by it', async () => {
    const { mail, end } = openWorker()
    const injected = { protocol: 'imap', mode: 'starttls', scenario: 'starttls-injected' } as const
    const server = await mail.start(injected)
    const twin = server.twin as MailServer
    expect(twin).toMatchObject({ scenario: 'first-answer-held', protocol: 'imap', mode: 'starttls' })
    await playClient(server, { keepsWhatCameInClear: true })
    expect((await server.outcome(quick)).detail).toBe('inconclusive:needs-control')
    await playClient(twin, { keepsWhatCameInClear: true })
    expect(await server.outcome(quick)).toMatchObject({ detail: 'acted-on-injected', verdict: 'fail' })
    await server.close()
    expect(await refusal(twin.port)).toBe('ECONNREFUSED')
    await end()
  })

  it('settles and gives up waiting while the timers of the test stand still', async () => {
    const { mail, end } = openWorker()
    vi.useFakeTimers()
    try {
      const server = await mail.start(pop3)
      await talk(server, 'QUIT')
      expect((await server.outcome(quick)).outcome).toBe('refused')
      await expect(server.waitForMessage({}, { timeout: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' })
    } finally {
      vi.useRealTimers()
    }
    await end()
  })

  it('is closed for good by close(), which frees its port and ends waiting', async () => {
    const { mail, end } = openWorker()
    const server = await mail.start(pop3)
    const waiting = expect(server.waitForMessage()).rejects.toMatchObject({ code: 'CLOSED' })
    await server.close()
    await waiting
    expect(await refusal(server.port)).toBe('ECONNREFUSED')
    await end()
    const next = openWorker()
    expect((await next.mail.start(pop3)).port).not.toBe(server.port)
    await next.end()
  })

  it('refuses what cannot be shared, and says what to do', async () => {
    const { mail, end } = openWorker()
    const own = defineCertificate({ id: 'my-own', summary: 'Mine.', leaf: { names: { dNSName: ['example.org'] } } })
    await expect(mail.start({ ...pop3, port: 2525 })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/^port is no option .* sharedFleet\(\)/),
    })
    await expect(mail.start({ protocol: 'imap', mode: 'implicit', scenario: own })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(/^'my-own' is a part of your own/),
    })
    await expect(mail.start({ ...pop3, scenario: 'expird' as string })).rejects.toMatchObject({
      code: 'UNKNOWN_SCENARIO',
    })
    // Only the host can tell, and it tells in the same way.
    await expect(mail.start({ ...pop3, scenario: 'expired' })).rejects.toMatchObject({ code: 'NOTHING_TO_SERVE' })
    await end()
  })
})

describe('the control of a file that shares a fleet', () => {
  const expired = { protocol: 'imap', mode: 'implicit', scenario: 'expired' } as const
  const refuse = async (server: MailServer): Promise<void> => {
    const socket = connectTls(server)
    await tlsError(socket)
    socket.destroy()
  }
  const complete = async (server: MailServer): Promise<void> => {
    const client = connectRaw(server, connectTls(server))
    client.send('a LOGIN u p\r\nb LOGOUT\r\n')
    await client.closed
  }
  const judge = async (options: MockMailOptions, good: boolean): Promise<unknown> => {
    const { runner, over } = handRunner()
    const mail = openSharedMockMail(runner, host.fleet, "'a module'", { ...quick, ...options })
    if (good) await complete(await mail.start({ ...expired, scenario: 'good' }))
    const server = await mail.start(expired)
    await refuse(server)
    expect(await server.verdict()).toBe('pass')
    return over().catch((error: { code?: string }) => error.code)
  }

  it('is as it is elsewhere: its own tests, or the client that it was given', async () => {
    expect(await judge({}, false)).toBe('NO_CONTROL')
    expect(await judge({ control: refuse }, false)).toBe('NO_CONTROL')
    expect(await judge({}, true)).toBeUndefined()
    expect(await judge({ control: complete }, false)).toBeUndefined()
  })
})

describe('the fleet', () => {
  it('lends an endpoint to one worker at a time, and again when it came back', async () => {
    const [first, second] = [openWorker(), openWorker()]
    const [a, b] = [await first.mail.start(pop3), await second.mail.start(pop3)]
    expect(a.port).not.toBe(b.port)
    await Promise.all([talk(a, 'USER first', 'QUIT'), talk(b, 'USER second', 'QUIT')])
    await Promise.all([a.outcome(quick), b.outcome(quick)])
    expect([a, b].map(({ connections }) => connections.map(({ commands }) => commands[0]?.line))).toEqual([
      ['USER first'],
      ['USER second'],
    ])
    await first.end()
    const third = openWorker()
    const c = await third.mail.start(pop3)
    expect(c.port).toBe(a.port)
    expect(c.connections).toEqual([])
    await talk(c, 'USER third', 'QUIT')
    await c.outcome(quick)
    expect(c.connections.map(({ nth, commands }) => [nth, commands[0]?.line])).toEqual([[1, 'USER third']])
    expect(a.connections.map(({ commands }) => commands[0]?.line)).toEqual(['USER first'])
    await Promise.all([second.end(), third.end()])
  })

  it('has one CA for all, which no scenario of the catalogue adds to', async () => {
    const [first, second] = [openWorker(), openWorker()]
    const a = await first.mail.start({ protocol: 'imap', mode: 'implicit', scenario: 'expired-root' })
    const b = await second.mail.start({ protocol: 'smtp', mode: 'starttls' })
    expect(a.tls.ca).toBe(b.tls.ca)
    expect(first.mail.ca.pem).toBe(b.tls.ca)
    expect(readFileSync(second.mail.ca.path, 'utf8')).toBe(b.tls.ca)
    await Promise.all([first.end(), second.end()])
  })

  it('writes the files of what was started, also of a combination', async () => {
    const { mail, end } = openWorker()
    const fleet = await mail.startAll({
      scenarios: ['expired+wrong-host'],
      protocols: ['imap'],
      modes: ['implicit', 'starttls'],
    })
    expect(fleet.endpoints.map(({ mode }) => mode)).toEqual(['implicit', 'starttls'])
    expect(existsSync(`${fleet.pki}/expired+wrong-host/leaf.pem`)).toBe(true)
    expect(readFileSync(fleet.ca.path, 'utf8')).toBe(fleet.ca.pem)
    const { pki } = fleet
    await end()
    expect(existsSync(pki)).toBe(false)
  })

  it('does not lend an endpoint again whose client stayed, and ends that client', async () => {
    const first = openWorker()
    const server = await first.mail.start(pop3)
    const client = connectRaw(server)
    await client.until('+OK')
    await first.end()
    await client.closed
    expect(await refusal(server.port)).toBe('ECONNREFUSED')
  })

  it('does not lend an endpoint again whose client stayed behind a reset', async () => {
    const first = openWorker()
    const server = await first.mail.start(pop3)
    const client = connectRaw(server)
    await client.until('+OK')
    server.reset()
    await first.end()
    await client.closed
    expect(await refusal(server.port)).toBe('ECONNREFUSED')
  })

  it('does not lend an endpoint again that a client came to when nobody had it', async () => {
    const plain = { protocol: 'imap', mode: 'plain' } as const
    const first = openWorker()
    const server = await first.mail.start(plain)
    await first.end()
    await talk(server, 'a LOGOUT')
    const second = openWorker()
    expect((await second.mail.start(plain)).port).not.toBe(server.port)
    expect(await refusal(server.port)).toBe('ECONNREFUSED')
    await second.end()
  })

  it('takes back what a worker had that is gone without a word', async () => {
    const plain = { protocol: 'smtp', mode: 'plain' } as const
    const lost = openWorker()
    const { port } = await lost.mail.start(plain)
    // What a process leaves that was ended: its sockets close.
    for (const handle of (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles()) {
      if (handle instanceof net.Socket && handle.remotePort === host.fleet.port) handle.destroy()
    }
    const next = openWorker()
    await expect.poll(async () => (await next.mail.start(plain)).port).toBe(port)
    await next.end()
  })

  it('lets nobody in who does not know the token', async () => {
    const stranger = openWorker({ ...host.fleet, token: host.fleet.token.replace(/./g, '0') })
    await expect(stranger.mail.start(pop3)).rejects.toMatchObject({ code: 'CLOSED' })
    await stranger.end()
    for (const line of ['{"id":1,"method":"lease","params":{}}\n{}', '{"method":"hello"}', 'no JSON', 'null']) {
      const socket = net.connect(host.fleet.port, '127.0.0.1')
      let said = ''
      socket.on('data', (chunk) => {
        said += chunk
      })
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.write(`${line}\n`)
      await closed
      expect(said).toBe('')
    }
    const leases = `http://127.0.0.1:${host.fleet.port}/api/v1/leases`
    expect((await fetch(leases)).status).toBe(401)
    const known = await fetch(leases, { headers: { authorization: `Bearer ${host.fleet.token}` } })
    expect(known.status).toBe(200)
    await known.body?.cancel()
  })

  it('is gone with its host: ports, files, and whoever still asks is told', async () => {
    const short = await openHost({ servernames: ['mail.example.com'] })
    const worker = openWorker(short.fleet)
    const server = await worker.mail.start(pop3)
    expect(server.servername).toBe('mail.example.com')
    await short.close()
    expect(await refusal(server.port)).toBe('ECONNREFUSED')
    expect(existsSync(short.fleet.pki)).toBe(false)
    await expect(server.outcome()).rejects.toMatchObject({ code: 'CLOSED' })
    await worker.end()
  })

  it('says which module starts it where none did', () => {
    expect(() => openSharedMockMail(handRunner().runner, undefined, "'a module'")).toThrow(
      expect.objectContaining({ code: 'NO_SHARED_FLEET', message: expect.stringContaining("globalSetup: 'a module'") }),
    )
    expect(() => useMockMail({ shared: true })).toThrow(expect.objectContaining({ code: 'NO_SHARED_FLEET' }))
  })
})
