import net, { type Socket } from 'node:net'
import tls from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  defineQuirk,
  type MailServer,
  type MailServers,
  type Protocol,
  refuse,
  reply,
  startMailServer,
  startMailServers,
  wait,
} from '../../src/index.ts'
import { freshAt, judged, leaked } from '../support/judged.ts'
import { captureClientHello, connectRaw } from '../support/raw.ts'

/** A naive client's login, as it may stand on the wire. */
const logins: Readonly<Record<Protocol, string>> = {
  smtp: 'AUTH PLAIN AGpvZQBzZWNyZXQ=\r\n',
  imap: 'a LOGIN joe secret\r\n',
  pop3: 'USER joe\r\nPASS secret\r\n',
}
const protocols = Object.keys(logins) as Protocol[]

const certificates = ['expired', 'self-signed', 'wrong-host', 'untrusted-root', 'missing-intermediate'] as const
const quirks = [
  'sslv2-only',
  'sslv3-only',
  'version-intolerant',
  'tls10-only',
  'implicit-on-starttls',
  'starttls-stripped',
] as const
const accepting = ['good', 'tls12-only', 'starttls-required'] as const

let servers: MailServers
let hello: Buffer

beforeAll(async () => {
  servers = await startMailServers({ scenarios: [...certificates, ...quirks, ...accepting] })
  hello = await captureClientHello()
})
afterAll(() => servers.close())

const at = (scenario: string, protocol: Protocol, mode: 'implicit' | 'starttls' = 'implicit'): MailServer =>
  freshAt(servers, scenario, protocol, mode)

/** A socket that goes on writing when the server has closed. */
const openHalf = ({ port }: MailServer): Socket => net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })

/** Sends, waits until the server has answered or closed, sends, and goes. */
async function say(server: MailServer, ...parts: readonly (string | Uint8Array)[]): Promise<void> {
  const client = connectRaw(server, openHalf(server))
  for (const [index, part] of parts.entries()) {
    const heard = new Promise<void>((resolve) =>
      client.socket.once('data', () => resolve()).once('end', () => resolve()),
    )
    client.send(part)
    if (index < parts.length - 1) await heard
  }
  client.socket.end()
  await client.closed
}

const unknownCa = Buffer.from('15030300020230', 'hex')

describe('a login in clear on the port for TLS', () => {
  it.each(protocols)('is a leak in place of a ClientHello: %s', async (protocol) => {
    for (const scenario of [...certificates, 'good', 'sslv3-only', 'tls10-only']) {
      const server = at(scenario, protocol)
      await say(server, logins[protocol])
      expect(await judged(server), scenario).toBe(leaked)
    }
  })

  it.each(protocols)('is a leak in place of the rest of a handshake: %s', async (protocol) => {
    for (const scenario of certificates) {
      const server = at(scenario, protocol)
      await say(server, hello, logins[protocol])
      expect(await judged(server), scenario).toBe(leaked)
      expect(server.connections.at(-1)?.handshake).toMatchObject({ result: 'failed', certificate: { id: scenario } })
    }
  })

  it.each(protocols)('is a leak behind an alert, in the same segment or a later one: %s', async (protocol) => {
    const server = at('expired', protocol)
    await say(server, hello, Buffer.concat([unknownCa, Buffer.from(logins[protocol])]))
    expect(await judged(server)).toBe(leaked)
    expect(server.connections.at(-1)?.handshake.alertReceived?.name).toBe('unknown_ca')
    server.reset()
    await say(server, hello, unknownCa, logins[protocol])
    expect(await judged(server)).toBe(leaked)
  })

  it.each(protocols)('is a leak after a FIN and on a server that has fallen silent: %s', async (protocol) => {
    for (const scenario of ['version-intolerant', 'sslv2-only', 'sslv3-only']) {
      const server = at(scenario, protocol)
      const client = connectRaw(server, openHalf(server))
      const answered = new Promise<void>((resolve) =>
        client.socket.once('data', () => resolve()).once('end', () => resolve()),
      )
      client.send(hello)
      await answered
      client.send(logins[protocol])
      client.socket.end()
      await client.closed
      expect(await judged(server), scenario).toBe(leaked)
    }
  })

  it.each(protocols)('is a leak below a session that TLS protects: %s', async (protocol) => {
    const server = at('wrong-host', protocol)
    const client = connectRaw(server)
    const secured = tls.connect({
      socket: client.socket,
      rejectUnauthorized: false,
      ...server.tls,
      checkServerIdentity: () => undefined,
    })
    secured.on('error', () => {})
    await new Promise((resolve) => secured.once('secureConnect', resolve))
    // Node gives no public way to the socket below.
    const underneath = (secured as unknown as { _parent: Socket })._parent
    underneath.write(logins[protocol])
    await client.closed
    expect(await judged(server)).toBe(leaked)
  })

  it.each(protocols)('is a leak of a client that resets in the same breath: %s', async (protocol) => {
    for (const scenario of ['expired', 'sslv3-only', 'good']) {
      const server = at(scenario, protocol)
      const ended = server.waitForConnection()
      const { socket } = connectRaw(server)
      socket.write(logins[protocol], () => socket.resetAndDestroy())
      await ended
      expect(await judged(server), scenario).toBe(leaked)
    }
  })

  it('is no leak where there is none: a client that only refuses has passed', async () => {
    for (const protocol of protocols) {
      const server = at('expired', protocol)
      await say(server, hello, unknownCa)
      expect(await judged(server)).toBe('refused safe-abort pass')
    }
  })
})

describe('a login in clear on the port for STARTTLS', () => {
  it.each(protocols)('is a leak where the server only waits for a ClientHello: %s', async (protocol) => {
    const server = at('implicit-on-starttls', protocol, 'starttls')
    await say(server, logins[protocol])
    expect(await judged(server)).toBe(leaked)
  })

  it.each(protocols)('is a leak behind the command that asks for TLS: %s', async (protocol) => {
    const server = at('good', protocol, 'starttls')
    const client = connectRaw(server)
    await client.until('\r\n')
    client.send(`${{ smtp: 'EHLO x\r\nSTARTTLS', imap: 'a STARTTLS', pop3: 'STLS' }[protocol]}\r\n${logins[protocol]}`)
    await client.until(/Ready to start TLS|Begin TLS|begin TLS/)
    client.socket.destroy()
    await client.closed
    expect(await judged(server)).toBe(leaked)
    expect(server.connections.at(-1)?.credentials).toMatchObject([{ phase: 'clear', user: 'joe', accepted: false }])
  })

  it.each([
    ['smtp', 'AUTH LOGIN\r\nam9l\r\nc2VjcmV0\r\n'],
    ['smtp', 'EHLO x\r\nAUTH LOGIN am9l\r\nc2VjcmV0\r\n'],
    ['smtp', 'auth  plain   AGpvZQBzZWNyZXQ=\r\n'],
    ['smtp', ' AUTH PLAIN AGpvZQBzZWNyZXQ=\r\n'],
    ['smtp', 'AUTH\tPLAIN AGpvZQBzZWNyZXQ=\r\n'],
    ['smtp', 'AUTH PLAIN\r\nAGpvZQBzZWNyZXQ=\r\n'],
    ['smtp', 'AUTH PLAIN AGpvZQBzZWNyZXQ=\n'],
    ['imap', 'a  LOGIN joe secret\r\n'],
    ['imap', 'LOGIN joe secret\r\n'],
    ['imap', 'a login {3+}\r\njoe {6+}\r\nsecret\r\n'],
    ['imap', 'a AUTHENTICATE PLAIN\r\nAGpvZQBzZWNyZXQ=\r\n'],
    ['imap', 'a AUTHENTICATE LOGIN\r\nam9l\r\nc2VjcmV0\r\n'],
    ['pop3', ' USER joe\r\n\tPASS secret\r\n'],
    ['pop3', 'PASS secret\r\n'],
    ['pop3', 'AUTH PLAIN\r\nAGpvZQBzZWNyZXQ=\r\n'],
    ['pop3', 'AUTH LOGIN\r\nam9l\r\nc2VjcmV0\r\n'],
  ] as const)('is a leak however it is spelled, and refused: %s %j', async (protocol, text) => {
    for (const scenario of ['good', 'starttls-stripped', 'starttls-required']) {
      const server = at(scenario, protocol, 'starttls')
      await say(server, text)
      expect(await judged(server), scenario).toBe(leaked)
      const [credential] = server.connections.at(-1)?.credentials ?? []
      expect(credential?.secret).toBe('secret')
    }
  })

  it.each([
    ['smtp', 'NOOP\r\nam9l\r\nQUIT\r\n'],
    ['imap', 'a NOOP\r\nAGpvZQBzZWNyZXQ=\r\na LOGOUT\r\n'],
    ['pop3', 'CAPA\r\nc2VjcmV0\r\nQUIT\r\n'],
  ] as const)('is not made of text that nobody took for one: %s', async (protocol, text) => {
    const server = at('starttls-stripped', protocol, 'starttls')
    await say(server, text)
    expect(server.connections.at(-1)?.credentials).toEqual([])
  })
})

const clear = { protocol: 'pop3', mode: 'starttls' } as const

describe('a part of one’s own', () => {
  it('without a reason is judged as strictly as one with', async () => {
    const scenario = defineQuirk({
      id: 'odd-greeting',
      summary: 'The greeting is odd.',
      layer: 'session',
      protocols: ['imap'],
      modes: ['implicit'],
      at: { greeting: () => [reply()] },
    })
    await using server = await startMailServer({ protocol: 'imap', mode: 'implicit', scenario })
    const socket = tls.connect({ port: server.port, host: '127.0.0.1', ...server.tls })
    const client = connectRaw(server, socket)
    await client.until('* OK')
    client.send('a LOGIN joe secret\r\nb LOGOUT\r\n')
    await client.closed
    expect(await judged(server)).toBe('leaked leak-credentials-untrusted-tls fail')
  })

  it('that refuses the login leaves the credential not accepted', async () => {
    const quirk = (effects: readonly ReturnType<typeof reply | typeof refuse>[]) =>
      defineQuirk({
        id: 'answers-login',
        summary: 'The login is answered otherwise.',
        layer: 'session',
        protocols: ['pop3'],
        modes: ['plain'],
        at: { 'command:auth': () => effects },
      })
    const acceptedBy = async (effects: Parameters<typeof quirk>[0]): Promise<boolean | undefined> => {
      await using server = await startMailServer({ ...clear, mode: 'plain', scenario: quirk(effects) })
      await say(server, 'AUTH PLAIN AGpvZQBzZWNyZXQ=\r\nQUIT\r\n')
      await server.outcome({ settle: 10 })
      return server.connections[0]?.credentials[0]?.accepted
    }
    expect(await acceptedBy([refuse('auth-failed')])).toBe(false)
    expect(await acceptedBy([reply()])).toBe(true)
  })
})

describe('a ClientHello', () => {
  const waits = (effects: readonly ReturnType<typeof reply | typeof wait>[]) =>
    defineQuirk({
      id: 'waits-at-starttls',
      summary: 'The server takes its time.',
      layer: 'starttls',
      protocols: ['pop3'],
      modes: ['starttls'],
      expect: 'accept',
      at: { 'command:starttls': () => effects },
    })

  it('is not early that came when the answer had, however long the server then waits', async () => {
    await using server = await startMailServer({ ...clear, scenario: waits([reply(), wait(150)]) })
    const client = connectRaw(server)
    await client.until('+OK')
    client.send('STLS\r\n')
    await client.until('begin TLS')
    client.send(hello)
    await client.until(/begin TLS[\s\S]{100}/)
    client.socket.destroy()
    const { flags } = await server.outcome({ settle: 10 })
    expect(server.connections[0]?.clientHello?.at).toBe('after-reply')
    expect(flags).not.toContain('client-hello-early')
  })

  it('is early that came before the answer left', async () => {
    await using server = await startMailServer({ ...clear, scenario: waits([wait(150), reply()]) })
    const client = connectRaw(server)
    await client.until('+OK')
    client.send('STLS\r\n')
    client.send(hello)
    await client.until(/begin TLS[\s\S]{100}/)
    client.socket.destroy()
    const { flags } = await server.outcome({ settle: 10 })
    expect(server.connections[0]?.clientHello?.at).toBe('before-reply')
    expect(flags).toContain('client-hello-early')
  })
})

describe('a defect of the server', () => {
  const broken = (tlsProfile: { readonly ciphers?: string }) =>
    defineQuirk({
      id: 'odd-ciphers',
      summary: 'The server has ciphers of its own.',
      layer: 'tls',
      protocols: ['imap'],
      modes: ['implicit'],
      tls: tlsProfile,
    })

  it('that shows before anything listens is told then: a cipher list that OpenSSL does not know', async () => {
    const start = (ciphers: string): Promise<MailServer> =>
      startMailServer({ protocol: 'imap', mode: 'implicit', scenario: broken({ ciphers }) })
    await expect(start('NO-SUCH-CIPHER')).rejects.toMatchObject({
      code: 'NOTHING_TO_SERVE',
      message: expect.stringMatching(/OpenSSL [\d.]+.* of this Node cannot serve it: no cipher match/),
    })
    await using fine = await start('ECDHE-ECDSA-AES128-GCM-SHA256')
    expect(fine.port).toBeGreaterThan(0)
  })

  it('makes a run inconclusive, not a refusal', async () => {
    const scenario = defineQuirk({
      id: 'throws',
      summary: 'Its effect throws.',
      layer: 'tls',
      protocols: ['imap'],
      modes: ['implicit'],
      at: {
        'client-hello': () => {
          throw new Error('a slip of the author')
        },
      },
    })
    const server = await startMailServer({ protocol: 'imap', mode: 'implicit', scenario })
    await say(server, hello)
    expect(await judged(server)).toBe('not-reached inconclusive:defect inconclusive')
    expect(server.connections[0]?.defect).toContain('a slip of the author')
    await expect(server.close()).rejects.toThrow('a slip of the author')
  })

  it('hides no leak', async () => {
    const scenario = defineQuirk({
      id: 'throws-late',
      summary: 'Its effect throws.',
      layer: 'session',
      protocols: ['imap'],
      modes: ['starttls'],
      at: {
        'command:noop': () => {
          throw new Error('a slip of the author')
        },
      },
    })
    const server = await startMailServer({ protocol: 'imap', mode: 'starttls', scenario })
    await say(server, 'a LOGIN joe secret\r\nb NOOP\r\n')
    expect(await judged(server)).toBe(leaked)
    await server.close().catch(() => {})
  })
})
