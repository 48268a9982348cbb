import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { describe, expect, it } from 'vitest'
import {
  close,
  type DefinedPart,
  defineQuirk,
  drip,
  type MailServer,
  type OwnQuirk,
  type Refusal,
  refuse,
  reply,
  send,
  silent,
  startMailServer,
  wait,
} from '../../src/index.ts'
import { connectRaw, connectTls, type RawClient } from '../support/raw.ts'

const everywhere = { protocols: ['smtp', 'imap', 'pop3'], modes: ['implicit', 'starttls', 'plain'] } as const

const quirk = (facts: Partial<OwnQuirk>): DefinedPart =>
  defineQuirk({
    id: 'own',
    summary: 'A quirk of the test.',
    layer: 'session',
    expect: 'either',
    ...everywhere,
    ...facts,
  })

const pop3 = (at: OwnQuirk['at'], mode: 'plain' | 'implicit' | 'starttls' = 'plain'): Promise<MailServer> =>
  startMailServer({ protocol: 'pop3', mode, scenario: quirk({ at: at ?? {} }) })

const firedOn = (server: MailServer, nth = 1): readonly string[] =>
  (server.connections[nth - 1]?.fired ?? []).filter(({ part }) => part === 'own').map(({ where }) => where)

/** Everything a client gets until the server ends, and how it ended. */
async function read(socket: net.Socket): Promise<{ text: string; how: string }> {
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  const how = await new Promise<string>((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    socket.on('end', () => resolve('end'))
  })
  return { text, how }
}

async function tlsClient(server: MailServer): Promise<RawClient> {
  const socket = connectTls(server)
  return connectRaw(server, socket)
}

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
    await using server = await pop3({ auth: () => [reply()] })
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
    await using server = await pop3({ auth: () => [send('+OK come in\r\n')] })
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
      const scenario = quirk({ at: { auth: () => [refuse(as as Refusal)] } })
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

describe('close', () => {
  it.each([
    ['fin', 'end', { by: 'server', how: 'fin', why: 'own' }],
    ['rst', 'ECONNRESET', { by: 'server', how: 'rst', why: 'own' }],
  ] as const)('%s at the greeting, behind what was sent', async (how, seen, end) => {
    await using server = await pop3({ greeting: () => [send('+OK bye\r\n'), wait(50), close(how)] })
    const { text, how: ended } = await read(connectRaw(server).socket)
    expect({ text, ended }).toEqual({ text: '+OK bye\r\n', ended: seen })
    await expect.poll(() => server.connections[0]?.end).toMatchObject(end)
    expect(firedOn(server)).toEqual(['greeting'])
  })

  it('half at the greeting ends our direction, and the client can still talk', async () => {
    await using server = await pop3({ greeting: () => [send('+OK half\r\n'), close('half')] })
    const socket = net.connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
    expect(await read(socket)).toEqual({ text: '+OK half\r\n', how: 'end' })
    const ended = server.waitForConnection()
    socket.write('USER u\r\n')
    socket.end('QUIT\r\n')
    const record = await ended
    expect(record.commands.map(({ verb }) => verb)).toEqual(['USER', 'QUIT'])
    expect(record.bytes.clearOut).toBe(10)
  })

  it.each([
    ['fin', 'end'],
    ['rst', 'ECONNRESET'],
    ['half', 'end'],
  ] as const)('%s at accept, before anything is sent', async (how, seen) => {
    await using server = await pop3({ accept: () => [close(how)] })
    expect(await read(connectRaw(server).socket)).toEqual({ text: '', how: seen })
    expect(firedOn(server)).toEqual(['accept'])
  })

  it.each([
    ['fin', /ECONNRESET|EPIPE/, 'fin'],
    ['rst', /ECONNRESET/, 'rst'],
  ] as const)('%s at client-hello', async (how, seen, ended) => {
    await using server = await pop3({ 'client-hello': () => [close(how)] }, 'implicit')
    const done = server.waitForConnection()
    const socket = connectTls(server)
    const [error] = await once(socket, 'error')
    expect(error.code).toMatch(seen)
    const record = await done
    expect(record).toMatchObject({
      handshake: { result: 'started', certificate: null },
      end: { by: 'server', how: ended },
    })
    expect(record.clientHello?.serverName).toBe('localhost')
    expect(firedOn(server)).toEqual(['client-hello'])
  })

  it.each(['fin', 'rst'] as const)('%s at after-tls, before the greeting', async (how) => {
    await using server = await pop3({ 'after-tls': () => [close(how)] }, 'implicit')
    const done = server.waitForConnection()
    const socket = connectTls(server)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    await new Promise((resolve) => socket.once('close', resolve))
    expect(text).toBe('')
    const record = await done
    expect(record).toMatchObject({
      handshake: { result: 'finished' },
      end: { by: 'server', how },
      bytes: { tlsOut: 0 },
    })
    expect(firedOn(server)).toEqual(['after-tls'])
  })

  it.each(['fin', 'rst'] as const)('%s at quit, inside TLS', async (how) => {
    await using server = await pop3({ quit: () => [send('+OK so long\r\n'), close(how)] }, 'implicit')
    const done = server.waitForConnection()
    const client = await tlsClient(server)
    await client.until('+OK')
    client.send('QUIT\r\n')
    await client.closed
    expect((await done).end).toMatchObject({ by: 'server', how })
    expect(firedOn(server)).toEqual(['command:quit'])
  })
})

describe('moments', () => {
  it('starttls-reply: bytes behind the reply leave with it, and TLS begins all the same', async () => {
    await using server = await pop3({ 'starttls-reply': () => [reply(), send('+OK injected\r\n')] }, 'starttls')
    const client = connectRaw(server)
    await client.until('+OK')
    client.send('STLS\r\n')
    const seen = await client.until('injected\r\n')
    expect(seen.split('\r\n').slice(1)).toEqual(['+OK begin TLS negotiation', '+OK injected', ''])
    client.socket.removeAllListeners('data')
    const secured = tls.connect({ socket: client.socket, ...server.tls })
    await once(secured, 'secureConnect')
    secured.end('QUIT\r\n')
    const record = await server.waitForConnection()
    expect(record).toMatchObject({ handshake: { result: 'finished' }, starttls: { requested: 1, refused: false } })
    const [, answer] = record.transcript.filter(({ from }) => from === 'server')
    expect(answer?.text).toBe('+OK begin TLS negotiation\r\n+OK injected\r\n')
    expect(firedOn(server)).toEqual(['command:starttls'])
  })

  it('starttls-reply: a reply of its own stays in clear', async () => {
    await using server = await pop3({ 'starttls-reply': () => [send('+OK go ahead\r\n')] }, 'starttls')
    const client = connectRaw(server)
    client.send('STLS\r\nCAPA\r\n')
    await client.until(/\+OK go ahead\r\n\+OK [\s\S]*\r\n\.\r\n/)
    client.socket.end()
    expect((await server.waitForConnection()).handshake.result).toBe('none')
  })

  it('client-hello: an answer that is no ServerHello reaches the client', async () => {
    const alert = Uint8Array.of(0x15, 3, 1, 0, 2, 2, 40)
    await using server = await pop3({ 'client-hello': () => [send(alert), close('fin')] }, 'implicit')
    const [error] = await once(connectTls(server), 'error')
    expect(error.message).toContain('handshake failure')
    expect(firedOn(server)).toEqual(['client-hello'])
  })

  it('after-tls: bytes inside TLS come before the greeting', async () => {
    await using server = await pop3({ 'after-tls': () => [send('+OK early\r\n')] }, 'implicit')
    const client = await tlsClient(server)
    expect(await client.until(/ready/)).toMatch(/^\+OK early\r\n\+OK mockmail POP3 server ready/)
    expect(server.connections[0]?.transcript.every(({ phase }) => phase === 'tls')).toBe(true)
  })

  it('data: the message is refused before it is sent', async () => {
    const scenario = quirk({ at: { data: () => [send('451 later\r\n')] } })
    await using server = await startMailServer({ protocol: 'smtp', mode: 'plain', scenario })
    const client = connectRaw(server)
    client.send('EHLO c\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nRSET\r\n')
    await client.until(/\r\n451 later\r\n250 .*\r\n/)
    expect(server.messages).toEqual([])
    expect(firedOn(server)).toEqual(['command:message'])
  })

  it('of a later connection only', async () => {
    await using server = await pop3({ greeting: ({ nth }) => (nth === 2 ? [send('+OK second\r\n')] : undefined) })
    for (const expected of [/^\+OK mockmail/, /^\+OK second/, /^\+OK mockmail/]) {
      const client = connectRaw(server)
      expect(await client.until('\n')).toMatch(expected)
      client.socket.destroy()
    }
    expect([firedOn(server, 1), firedOn(server, 2), firedOn(server, 3)]).toEqual([[], ['greeting'], []])
  })
})

describe('capabilities', () => {
  const capa = async (server: MailServer): Promise<readonly string[]> => {
    const client = connectRaw(server)
    client.send('CAPA\r\n')
    const seen = await client.until('.\r\n')
    client.socket.destroy()
    return seen.split('\r\n').slice(2, -2)
  }

  it('are added to, taken away from and replaced, and that has fired', async () => {
    await using plain = await startMailServer({ protocol: 'pop3', mode: 'starttls' })
    const usual = await capa(plain)
    expect(usual).toEqual(expect.arrayContaining(['STLS', 'UIDL', 'TOP']))
    const scenario = quirk({ capabilities: { add: ['XDRINK'], remove: ['starttls'], replace: { TOP: 'BOTTOM' } } })
    await using server = await startMailServer({ protocol: 'pop3', mode: 'starttls', scenario })
    const shown = await capa(server)
    expect(shown).toEqual(expect.arrayContaining(['XDRINK', 'BOTTOM', 'UIDL']))
    expect(shown).not.toContain('STLS')
    expect(shown).not.toContain('TOP')
    expect(firedOn(server)).toEqual(['capabilities'])
  })

  it('of the other phase are left alone, and nothing has fired', async () => {
    const scenario = quirk({ capabilities: { add: ['XDRINK'], phase: 'tls' } })
    await using server = await startMailServer({ protocol: 'pop3', mode: 'starttls', scenario })
    expect(await capa(server)).not.toContain('XDRINK')
    expect(firedOn(server)).toEqual([])
  })
})
