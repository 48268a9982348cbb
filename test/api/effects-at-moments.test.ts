import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { describe, expect, it } from 'vitest'
import { close, type MailServer, reply, send, startMailServer, wait } from '../../src/index.ts'
import { connectRaw, connectTls } from '../support/raw.ts'
import { firedOn, pop3, quirk, read, tlsClient } from './effect-clients.ts'

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
    expect(firedOn(server)).toEqual(['data'])
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
