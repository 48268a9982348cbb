import { once } from 'node:events'
import tls from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type MailServer, startMailServer, startMailServers } from '../../src/index.ts'
import { connectRaw, connectTls, talk, tlsError } from '../support/raw.ts'

const plainPop3 = { protocol: 'pop3', mode: 'plain' } as const

const sendMail = (server: MailServer, to: string, subject: string): Promise<string> =>
  talk(
    server,
    'EHLO client',
    'MAIL FROM:<a@example.com>',
    `RCPT TO:<${to}>`,
    'DATA',
    `Subject: ${subject}\r\n\r\n..dotted\r\n.`,
    'QUIT',
  )

describe('waitForConnection', () => {
  it('resolves to the record of the next one that ends, not of one that did', async () => {
    await using server = await startMailServer(plainPop3)
    const first = server.waitForConnection()
    await talk(server, 'QUIT')
    await first
    const next = server.waitForConnection()
    await talk(server, 'USER second', 'QUIT')
    const record = await next
    expect(record).toMatchObject({ nth: 2, end: { by: 'server', how: 'fin' } })
    expect(record).toBe(server.connections[1])
    expect(record.commands.map(({ line }) => line)).toEqual(['USER second', 'QUIT'])
  })

  it('rejects when the time is over, and says what there was', async () => {
    await using server = await startMailServer(plainPop3)
    const client = connectRaw(server)
    await client.until('+OK')
    await expect(server.waitForConnection({ timeout: 50 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: `No connection ended on ${server.url} (good) within 50 ms: 1 connections, 0 messages so far.`,
      exitCode: 1,
    })
    client.socket.destroy()
    await server.waitForConnection()
  })

  it('rejects when the server is closed, before or meanwhile', async () => {
    const server = await startMailServer(plainPop3)
    const waiting = server.waitForConnection()
    const closed = { code: 'CLOSED', message: `${server.url} (good) was closed while waiting: no connection ended.` }
    await Promise.all([server.close(), expect(waiting).rejects.toMatchObject(closed)])
    await expect(server.waitForConnection()).rejects.toMatchObject(closed)
    await expect(server.waitForMessage()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('resolves for everyone who waits', async () => {
    await using server = await startMailServer(plainPop3)
    const waiting = [server.waitForConnection(), server.waitForConnection()]
    await talk(server, 'QUIT')
    const [one, other] = await Promise.all(waiting)
    expect(one).toBe(other)
  })
})

describe('waitForMessage', () => {
  it('resolves to one that is there, or comes, and fits', async () => {
    await using server = await startMailServer({ protocol: 'smtp', mode: 'plain' })
    const second = server.waitForMessage({ to: /^c@/ })
    await sendMail(server, 'b@example.com', 'first')
    await sendMail(server, 'c@example.com', 'second')
    expect((await second).headers.get('subject')).toEqual(['second'])
    const first = await server.waitForMessage({ from: 'a@example.com', to: 'b@', subject: 'first' })
    expect(first.raw.toString()).toBe('Subject: first\r\n\r\n.dotted\r\n')
    expect(first).toMatchObject({
      text: 'Subject: first\r\n\r\n.dotted\r\n',
      envelope: { from: 'a@example.com', to: ['b@example.com'] },
      secure: false,
    })
    expect(first.connection).toBe(server.connections[0])
    expect(await first.parsed()).toMatchObject({ subject: 'first', text: '.dotted\n' })
    expect(server.messages).toHaveLength(2)
    await expect(server.waitForMessage({ subject: 'third' }, { timeout: 30 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: `No message that fits came in on ${server.url} (good) within 30 ms: 2 connections, 2 messages so far.`,
    })
  })

  it('says that a message came through TLS', async () => {
    await using server = await startMailServer({ protocol: 'smtp', mode: 'implicit' })
    const client = connectRaw(server, connectTls(server))
    client.send('EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nx: y\r\n\r\n.\r\nQUIT\r\n')
    expect(await server.waitForMessage()).toMatchObject({ secure: true, envelope: { from: '' } })
    await client.closed
  })
})

describe('counts', () => {
  it('go on when the oldest messages are let go of, and a reset begins anew', async () => {
    await using server = await startMailServer({ protocol: 'smtp', mode: 'plain' })
    const transaction = (nth: number) =>
      `MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nSubject: ${nth}\r\n\r\n.`
    await talk(server, 'EHLO c', ...Array.from({ length: 1002 }, (_, index) => transaction(index + 1)), 'QUIT')
    expect(server.counts).toEqual({ connections: 1, messages: 1002 })
    expect(server.messages).toHaveLength(1000)
    expect(server.messages.at(0)?.headers.get('subject')).toEqual(['3'])
    expect(server.messages.at(-1)?.headers.get('subject')).toEqual(['1002'])
    await expect(server.waitForMessage({ subject: 'none' }, { timeout: 10 })).rejects.toMatchObject({
      message: expect.stringMatching(/: 1 connections, 1002 messages so far, the oldest 2 not kept\.$/),
    })
    server.reset()
    expect(server.counts).toEqual({ connections: 0, messages: 0 })
  })

  it('are of the connections too: one that outlived 1,000 others is not kept, and its end is told', async () => {
    await using server = await startMailServer(plainPop3)
    const patient = connectRaw(server)
    await patient.until('+OK')
    for (let nth = 2; nth <= 1001; nth++) await Promise.all([server.waitForConnection(), talk(server, 'QUIT')])
    expect(server.counts.connections).toBe(1001)
    expect(server.connections.map(({ nth }) => nth)).not.toContain(1)
    const next = server.waitForConnection()
    patient.send('QUIT\r\n')
    expect((await next).nth).toBe(1)
  })
})

describe('deliver', () => {
  it('puts a message where POP3 and IMAP clients find it, with CRLF', async () => {
    await using servers = await startMailServers({ protocols: ['pop3', 'imap'], modes: ['plain'] })
    const pop3 = servers.endpoint({ protocol: 'pop3' })
    pop3.deliver('Subject: new\nX: é\n\nbody\n')
    pop3.deliver(Buffer.from('Subject: newer\r\n\r\n\xff\r\n', 'latin1'))
    const count = /\+OK (\d+) /.exec(await talk(pop3, 'USER u', 'PASS p', 'STAT', 'QUIT'))?.[1]
    const got = await talk(pop3, 'USER u', 'PASS p', `RETR ${Number(count) - 1}`, `RETR ${count}`, 'QUIT')
    expect(got).toContain(`Subject: new\r\nX: ${Buffer.from('é').toString('latin1')}\r\n\r\nbody\r\n.\r\n`)
    expect(got).toContain('Subject: newer\r\n\r\n\xff\r\n.\r\n')
    expect(await talk(servers.endpoint({ protocol: 'imap' }), 'a LOGIN u p', 'b SELECT INBOX', 'c LOGOUT')).toContain(
      `* ${count} EXISTS\r\n`,
    )
    expect(pop3.messages).toEqual([])
  })
})

describe('reset', () => {
  it('forgets connections and messages, and puts the mailbox back', async () => {
    await using servers = await startMailServers({ protocols: ['smtp', 'pop3'], modes: ['plain'] })
    const [smtp, pop3] = [servers.endpoint({ protocol: 'smtp' }), servers.endpoint({ protocol: 'pop3' })]
    const stat = async (): Promise<string | undefined> =>
      /\+OK (\d+) \d+\r/.exec(await talk(pop3, 'USER u', 'PASS p', 'STAT', 'QUIT'))?.[1]
    const before = Number(await stat())
    await sendMail(smtp, 'b@example.com', 'x')
    expect(await stat()).toBe(String(before + 1))
    smtp.reset()
    expect({ connections: smtp.connections, messages: smtp.messages }).toEqual({ connections: [], messages: [] })
    expect(await stat()).toBe(String(before))
    await sendMail(smtp, 'b@example.com', 'y')
    expect(smtp.connections.map(({ nth }) => nth)).toEqual([1])
    expect(smtp.messages.map(({ headers }) => headers.get('subject'))).toEqual([['y']])
  })

  it('does not count a connection that is open', async () => {
    await using server = await startMailServer(plainPop3)
    const old = connectRaw(server)
    await old.until('+OK')
    server.reset()
    const next = server.waitForConnection()
    old.send('QUIT\r\n')
    await old.closed
    await talk(server, 'USER new', 'QUIT')
    expect((await next).commands.map(({ line }) => line)).toEqual(['USER new', 'QUIT'])
    expect(server.connections).toHaveLength(1)
  })
})

describe('outcome and verdict', () => {
  /** A client that does not look at certificates, and logs in. */
  const careless = async (server: MailServer): Promise<void> => {
    const client = connectRaw(server, connectTls(server, { rejectUnauthorized: false }))
    client.send('USER u\r\nPASS p\r\nQUIT\r\n')
    await client.closed
  }
  const careful = (server: MailServer): Promise<unknown> => tlsError(connectTls(server))
  const expired = { protocol: 'pop3', mode: 'implicit', scenario: 'expired' } as const

  it('are of the run: the worst connection wins, until reset', async () => {
    await using server = await startMailServer(expired)
    await careful(server)
    expect(await server.outcome()).toEqual({
      outcome: 'refused',
      detail: 'safe-abort',
      grade: 'safe',
      qualifier: 'silent-close',
      flags: [],
      reason: null,
      proof: {
        ...{ connection: server.connections[0]?.id, nth: 1, scenario: 'expired', what: 'nothing' },
        ...{ at: expect.any(Number), from: 'client', phase: 'clear', fact: 'end', kind: 'fact' },
        ...{ text: 'client: fin, the handshake closed', before: [], after: [] },
      },
      verdict: 'pass',
    })
    await careless(server)
    await careful(server)
    expect(await server.outcome({ settle: 20 })).toMatchObject({
      outcome: 'leaked',
      detail: 'leak-credentials-untrusted-tls',
      grade: 'exposed',
      verdict: 'fail',
    })
    expect(await server.verdict({ settle: 20 })).toBe('fail')
    server.reset()
    expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'not-reached', verdict: 'inconclusive' })
    await careful(server)
    expect(await server.verdict({ settle: 20 })).toBe('pass')
  })

  it('wait for the end of a connection that is going to end', async () => {
    await using server = await startMailServer(expired)
    const socket = connectTls(server, { rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    let judged = false
    const judging = server.outcome({ settle: 0 }).then((outcome) => {
      judged = true
      return outcome
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(judged).toBe(false)
    socket.end()
    expect(await judging).toMatchObject({ outcome: 'refused', qualifier: 'close-after-finished' })
  })

  it('see a retry that comes 100 ms after a clean refusal', async () => {
    await using server = await startMailServer(expired)
    await careful(server)
    const retried = new Promise<void>((resolve) => setTimeout(() => resolve(careless(server)), 100))
    const asked = performance.now()
    expect(await server.outcome()).toMatchObject({ outcome: 'leaked', verdict: 'fail' })
    expect(performance.now() - asked).toBeGreaterThan(340)
    expect(performance.now() - asked).toBeLessThan(1500)
    await retried
    expect(server.connections).toHaveLength(2)
  })

  it('see a later one only when told to wait for it', async () => {
    await using server = await startMailServer(expired)
    await careful(server)
    const retried = new Promise<void>((resolve) => setTimeout(() => resolve(careless(server)), 400))
    expect((await server.outcome()).outcome).toBe('refused')
    expect((await server.outcome({ settle: 600 })).outcome).toBe('leaked')
    await retried
  })

  it('judge what is there after two seconds, when a client keeps its connection open', async () => {
    await using server = await startMailServer({ protocol: 'imap', mode: 'implicit' })
    const client = connectRaw(server, connectTls(server))
    client.send('a LOGIN u p\r\n')
    await client.until('a OK')
    const asked = performance.now()
    expect(await server.outcome()).toMatchObject({ outcome: 'accepted', verdict: 'pass' })
    expect(performance.now() - asked).toBeGreaterThan(1900)
    expect(performance.now() - asked).toBeLessThan(3000)
    client.socket.destroy()
  })

  it('flag a retry in clear', async () => {
    await using server = await startMailServer({ protocol: 'pop3', mode: 'starttls', scenario: 'starttls-stripped' })
    await talk(server, 'CAPA', 'QUIT')
    await talk(server, 'USER u', 'PASS p', 'QUIT')
    expect(await server.outcome({ settle: 20 })).toMatchObject({
      outcome: 'leaked',
      detail: 'leak-credentials-clear',
      flags: expect.arrayContaining(['retry-in-clear']),
      verdict: 'fail',
    })
  })

  it('go with the part of the scenario that the connection met', async () => {
    await using server = await startMailServer({ ...expired, scenario: 'expired@2nd' })
    const socket = connectTls(server)
    await once(socket, 'secureConnect')
    socket.end('CAPA\r\nQUIT\r\n')
    expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'not-reached', verdict: 'inconclusive' })
    await careful(server)
    expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'refused', verdict: 'pass' })
  })

  it('take a revocation that is not looked at for a note, or a failure where it is asked for', async () => {
    await using server = await startMailServer({ ...expired, scenario: 'revoked' })
    const socket = tls.connect({ port: server.port, host: '127.0.0.1', ...server.tls })
    await once(socket, 'secureConnect')
    socket.end('CAPA\r\nQUIT\r\n')
    expect(await server.verdict({ settle: 20 })).toBe('note')
    expect(await server.verdict({ settle: 20, requireRevocation: true })).toBe('fail')
  })
})
