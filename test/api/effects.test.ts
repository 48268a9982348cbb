import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { drip, type Refusal, refuse, reply, send, silent, startMailServer, wait } from '../../src/index.ts'
import { connectRaw, connectTls } from '../support/raw.ts'
import { firedOn, pop3, quirk, read, tlsClient } from './effect-clients.ts'

describe('without effects', () => {
  it('a quirk whose function returns nothing changes nothing, and has not fired', async () => {
    await using server = await pop3({ greeting: () => undefined })
    const client = connectRaw(server)
    await client.until(/^\+OK mockmail POP3 server ready <.*>\r\n$/)
    client.socket.destroy()
    await server.waitForConnection()
    expect(firedOn(server)).toEqual([])
  })
})

describe('reply', () => {
  it('stands for what a correct server sends, with what it means', async () => {
    await using server = await pop3({ 'command:auth': () => [reply()] })
    const client = connectRaw(server)
    client.send('USER u\r\nPASS p\r\nSTAT\r\n')
    await client.until(/\+OK send PASS\r\n\+OK logged in\r\n\+OK \d+ \d+\r\n/)
    expect(firedOn(server)).toEqual(['command:auth'])
  })

  it('leaves in one segment with what stands beside it', async () => {
    await using server = await pop3({
      capabilities: () => [send('+OK before\r\n.\r\n'), reply(), send('+OK behind\r\n')],
    })
    const client = connectRaw(server)
    client.send('CAPA\r\n')
    await client.until('+OK behind\r\n')
    const segments = server.connections[0]?.transcript.filter(({ from }) => from === 'server') ?? []
    expect(segments).toHaveLength(2)
    expect(segments[1]?.text).toMatch(/^\+OK before\r\n\.\r\n\+OK [\s\S]+\r\n\.\r\n\+OK behind\r\n$/)
  })

  it('is told to the function, with the rest of what it may know', async () => {
    const seen: unknown[] = []
    await using server = await startMailServer({
      protocol: 'imap',
      mode: 'implicit',
      scenario: quirk({
        at: {
          'command:noop': (context) => {
            seen.push({ ...context, frozen: Object.isFrozen(context) })
            return undefined
          },
        },
      }),
    })
    const client = await tlsClient(server)
    client.send('t1 NOOP\r\n')
    await client.until('t1 OK')
    expect(seen).toEqual([
      {
        protocol: 'imap',
        mode: 'implicit',
        secure: true,
        nth: 1,
        tag: 't1',
        reply: 't1 OK NOOP completed\r\n',
        state: 'not-authenticated',
        versions: ['TLSv1.3', 'TLSv1.2'],
        servername: 'localhost',
        now: expect.any(Date),
        frozen: true,
      },
    ])
  })
})

describe('send', () => {
  it('takes the place of the reply', async () => {
    await using server = await pop3({ greeting: () => [send('+OK mine\r\n')] })
    const client = connectRaw(server)
    expect(await client.until('\n')).toBe('+OK mine\r\n')
    client.send('NOOP\r\nCAPA\r\n')
    await client.until('.\r\n')
    expect(firedOn(server)).toEqual(['greeting'])
  })

  it('sends bytes as they are', async () => {
    await using server = await pop3({ greeting: () => [send(Uint8Array.of(0, 255, 128)), send('é\xff')] })
    const client = connectRaw(server)
    expect(Buffer.from(await client.until(/[\s\S]{5}/), 'latin1')).toEqual(Buffer.from([0, 255, 128, 0xe9, 255]))
  })

  it('in place of a login logs nobody in', async () => {
    await using server = await pop3({ 'command:auth': () => [send('+OK come in\r\n')] })
    const client = connectRaw(server)
    client.send('USER u\r\nPASS p\r\nSTAT\r\n')
    await client.until(/\+OK come in\r\n\+OK come in\r\n-ERR .*\r\n/)
  })
})

/** What a refused login is answered. */
const refusals: Readonly<Record<Refusal, readonly [smtp: string, imap: string, pop3: string]>> = {
  'not-implemented': ['502 5.5.1 ', 't BAD ', '-ERR '],
  unavailable: ['454 4.7.0 ', 't NO [UNAVAILABLE] ', '-ERR [SYS/TEMP] '],
  'bad-sequence': ['503 5.5.1 ', 't BAD ', '-ERR '],
  'tls-required': ['530 5.7.0 ', 't NO [PRIVACYREQUIRED] ', '-ERR '],
  'auth-failed': ['535 5.7.8 ', 't NO [AUTHENTICATIONFAILED] ', '-ERR [AUTH] '],
}

const logins = { smtp: 'AUTH PLAIN AHUAcA==', imap: 't LOGIN u p', pop3: 'USER u' } as const

describe('refuse', () => {
  it.each(Object.entries(refusals))('%s is spelled by the protocol', async (as, spelled) => {
    for (const [index, protocol] of (['smtp', 'imap', 'pop3'] as const).entries()) {
      const scenario = quirk({ at: { 'command:auth': () => [refuse(as as Refusal)] } })
      await using server = await startMailServer({ protocol, mode: 'plain', scenario })
      const client = connectRaw(server)
      client.send(`${protocol === 'smtp' ? 'EHLO c\r\n' : ''}${logins[protocol]}\r\nQUIT\r\n`)
      const wanted = spelled[index] ?? ''
      await client.until(`\r\n${wanted}`)
      expect(firedOn(server)).toEqual(['command:auth'])
    }
  })

  it('of STARTTLS keeps the connection in clear, and the record says refused', async () => {
    await using server = await pop3({ 'starttls-reply': () => [refuse('unavailable')] }, 'starttls')
    const client = connectRaw(server)
    client.send('STLS\r\nNOOP\r\n')
    await client.until(/\+OK.*\r\n-ERR.*\r\n-ERR.*\r\n/)
    client.socket.end()
    const record = await server.waitForConnection()
    expect(record.starttls).toMatchObject({ requested: 1, refused: true })
    expect(firedOn(server)).toEqual(['command:starttls'])
  })
})

describe('silent', () => {
  it.each([['accept'], ['greeting']] as const)(
    'at %s sends nothing any more, and goes on listening',
    async (moment) => {
      await using server = await pop3({ [moment]: () => [silent()] })
      const client = connectRaw(server)
      let heard = 0
      client.socket.on('data', (chunk) => {
        heard += chunk.length
      })
      client.send('CAPA\r\nUSER u\r\n')
      client.socket.end()
      const record = await server.waitForConnection()
      expect(heard).toBe(0)
      expect(record.bytes).toEqual({ clearIn: 14, clearOut: 0, tlsIn: 0, tlsOut: 0 })
      expect(record.transcript.map(({ text }) => text).join('')).toBe('CAPA\r\nUSER u\r\n')
      expect(firedOn(server)).toEqual([moment])
    },
  )

  it('at client-hello leaves the client waiting', async () => {
    await using server = await pop3({ 'client-hello': () => [silent()] }, 'implicit')
    const socket = connectTls(server)
    socket.setTimeout(100, () => socket.destroy())
    const record = await server.waitForConnection()
    expect(record).toMatchObject({ handshake: { result: 'started' }, bytes: { clearOut: 0 }, end: { by: 'client' } })
    expect(firedOn(server)).toEqual(['client-hello'])
  })

  it('ends with the idle limit', async () => {
    await using server = await startMailServer({
      protocol: 'imap',
      mode: 'plain',
      scenario: quirk({ at: { greeting: () => [silent()] } }),
      idleTimeout: 80,
    })
    expect(await read(connectRaw(server).socket)).toEqual({ text: '', how: 'end' })
    expect((await server.waitForConnection().catch(() => server.connections[0]))?.end).toMatchObject({
      by: 'limit',
      why: 'idle',
    })
  })
})

describe('wait', () => {
  it('puts off what follows', async () => {
    await using server = await pop3({ greeting: () => [send('+OK now '), wait(150), send('and then\r\n')] })
    const client = connectRaw(server)
    const started = performance.now()
    expect(await client.until('now ')).toBe('+OK now ')
    expect(performance.now() - started).toBeLessThan(140)
    expect(await client.until('\n')).toBe('+OK now and then\r\n')
    expect(performance.now() - started).toBeGreaterThan(145)
  })

  it('does not hold up close()', async () => {
    const server = await pop3({ greeting: () => [wait(60_000)], accept: () => undefined })
    const client = connectRaw(server)
    await once(client.socket, 'connect')
    while (!firedOn(server).includes('greeting')) await new Promise((resolve) => setImmediate(resolve))
    const asked = performance.now()
    await server.close()
    expect(performance.now() - asked).toBeLessThan(500)
    await client.closed
  })

  it('ends when the client goes away', async () => {
    await using server = await pop3({ greeting: () => [wait(60_000)] })
    const client = connectRaw(server)
    await once(client.socket, 'connect')
    while (!firedOn(server).includes('greeting')) await new Promise((resolve) => setImmediate(resolve))
    client.socket.destroy()
    expect((await server.waitForConnection()).end).toMatchObject({ by: 'client' })
  })
})

describe('drip', () => {
  it('sends one byte at a time', async () => {
    await using server = await pop3({ greeting: () => [drip('+OK x\r\n', 20)] })
    const client = connectRaw(server)
    const started = performance.now()
    const pieces: string[] = []
    client.socket.on('data', (chunk: Buffer) => pieces.push(chunk.toString()))
    await client.until('\r\n')
    expect(performance.now() - started).toBeGreaterThan(110)
    expect(pieces.length).toBeGreaterThan(3)
    expect(pieces.join('')).toBe('+OK x\r\n')
    const sent = server.connections[0]?.transcript.map(({ text }) => text)
    expect(sent).toEqual(['+', 'O', 'K', ' ', 'x', '\r', '\n'])
  })

  it('does not hold up close()', async () => {
    const server = await pop3({ greeting: () => [drip('x'.repeat(100), 10_000)] })
    const client = connectRaw(server)
    await client.until('x')
    const asked = performance.now()
    await server.close()
    expect(performance.now() - asked).toBeLessThan(500)
  })
})
