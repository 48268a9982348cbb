import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startMailServer, startMailServers } from '../../src/index.ts'
import { connectRaw, connectTls, tlsError } from '../support/raw.ts'
import { imap, isFree, login } from './ports.ts'

describe('startMailServer', () => {
  it('starts the good scenario on a free port, and says all there is to know', async () => {
    await using server = await startMailServer(imap)
    expect(server).toMatchObject({
      scenario: 'good',
      protocol: 'imap',
      mode: 'implicit',
      host: '127.0.0.1',
      servername: 'localhost',
      url: `imaps://localhost:${server.port}`,
      user: 'user@mockmail.test',
      password: 'mockmail',
      expectation: { expect: 'accept' },
      connections: [],
      messages: [],
    })
    expect(server.tls).toEqual({ ca: expect.stringMatching(/^-----BEGIN CERTIFICATE-----\n/), servername: 'localhost' })
    expect(await tlsError(connectTls(server))).toBeUndefined()
  })

  it('listens on ::1 too, on the same port, where the machine has it', async ({ skip }) => {
    await using server = await startMailServer(imap)
    const socket = tls.connect({ port: server.port, host: '::1', ...server.tls })
    const error = await tlsError(socket)
    socket.destroy()
    if (error?.code === 'EADDRNOTAVAIL' || error?.code === 'ENETUNREACH') return skip('this machine has no ::1')
    expect(error).toBeUndefined()
  })

  it.each([
    ['smtp', 'implicit', 'smtps:'],
    ['smtp', 'starttls', 'smtp:'],
    ['imap', 'plain', 'imap:'],
    ['pop3', 'implicit', 'pop3s:'],
    ['pop3', 'starttls', 'pop3:'],
  ] as const)('%s in mode %s has the scheme %s', async (protocol, mode, scheme) => {
    await using server = await startMailServer({ protocol, mode })
    expect(new URL(server.url)).toMatchObject({ protocol: scheme, hostname: 'localhost', port: String(server.port) })
  })

  it('joins a list as it joins a string', async () => {
    await using server = await startMailServer({ ...imap, scenario: ['T_4', 'wrong-host'] })
    await using same = await startMailServer({ ...imap, scenario: 'expired+wrong.host' })
    expect([server.scenario, same.scenario]).toEqual(['expired+wrong-host', 'expired+wrong-host'])
  })

  it('has the names that were asked for, then the usual ones', async () => {
    await using server = await startMailServer({ ...imap, servernames: ['mx.example.com', '192.0.2.7'] })
    expect(server).toMatchObject({ servername: 'mx.example.com', tls: { servername: 'mx.example.com' } })
    const socket = connectTls(server)
    expect(await tlsError(socket)).toBeUndefined()
    expect(socket.getPeerCertificate().subjectaltname).toBe('DNS:mx.example.com, DNS:localhost, DNS:mail.mockmail.test')
    socket.destroy()
  })

  it('serves dates as of `now`', async () => {
    const now = new Date('2019-06-15T12:00:00Z')
    await using server = await startMailServer({ ...imap, now })
    expect((await tlsError(connectTls(server)))?.code).toBe('CERT_HAS_EXPIRED')
    const socket = connectTls(server, { rejectUnauthorized: false })
    await tlsError(socket)
    expect(socket.getPeerCertificate()).toMatchObject({
      valid_from: 'Jun 14 12:00:00 2019 GMT',
      valid_to: 'Sep 13 12:00:00 2019 GMT',
    })
    socket.destroy()
  })

  it('takes any login but the password `wrong`, and with `user` that one alone', async () => {
    await using anyone = await startMailServer(imap)
    expect(await login(anyone, 'me', 'secret')).toBe('OK')
    expect(await login(anyone, 'me', 'wrong')).toBe('NO')
    await using strict = await startMailServer({ ...imap, user: 'me:wrong' })
    expect({ user: strict.user, password: strict.password }).toEqual({ user: 'me', password: 'wrong' })
    expect(await login(strict, 'me', 'wrong')).toBe('OK')
    expect(await login(strict, 'me', 'secret')).toBe('NO')
    expect(await login(strict, 'you', 'wrong')).toBe('NO')
  })

  it('shows another part from the connection on that it is asked for', async () => {
    await using server = await startMailServer({ ...imap, scenario: 'expired@2nd' })
    const codes: (string | undefined)[] = []
    for (let nth = 1; nth <= 3; nth++) {
      const ended = server.waitForConnection()
      const socket = connectTls(server)
      codes.push((await tlsError(socket))?.code)
      socket.destroy()
      await ended
    }
    expect(codes).toEqual([undefined, 'CERT_HAS_EXPIRED', 'CERT_HAS_EXPIRED'])
    expect(server.connections.map(({ handshake }) => handshake.certificate?.id)).toEqual(['good', 'expired', 'expired'])
    server.reset()
    expect(await tlsError(connectTls(server))).toBeUndefined()
  })
})

describe('startMailServers', () => {
  it('starts every scenario on every protocol and mode, with one PKI', async () => {
    await using servers = await startMailServers({
      scenarios: ['good', 'starttls-stripped'],
      protocols: ['imap', 'smtp'],
    })
    expect(servers.endpoints.map(({ scenario, protocol, mode }) => `${scenario} ${protocol}/${mode}`)).toEqual([
      'good imap/implicit',
      'good imap/starttls',
      'good smtp/implicit',
      'good smtp/starttls',
      'starttls-stripped imap/starttls',
      'starttls-stripped smtp/starttls',
    ])
    expect(new Set(servers.endpoints.map(({ tls }) => tls.ca))).toEqual(new Set([servers.ca.pem]))
    expect(servers.leftOut.map(({ scenario, where }) => `${scenario} ${where}`)).toEqual([
      'starttls-stripped imap/implicit',
      'starttls-stripped smtp/implicit',
    ])
  })

  it('has one mailbox per scenario', async () => {
    await using servers = await startMailServers({
      scenarios: ['good', 'expired'],
      protocols: ['imap', 'pop3'],
      modes: ['implicit'],
    })
    const messages = async (scenario: string): Promise<string> => {
      const server = servers.endpoint({ scenario, protocol: 'pop3' })
      const client = connectRaw(server, connectTls(server, { rejectUnauthorized: false }))
      client.send('USER u\r\nPASS p\r\nSTAT\r\nQUIT\r\n')
      const seen = await client.until(/\+OK \d+ \d+\r\n/)
      client.socket.destroy()
      return /\+OK (\d+) \d+/.exec(seen)?.[1] ?? ''
    }
    const before = Number(await messages('good'))
    servers.endpoint({ scenario: 'good', protocol: 'imap' }).deliver('Subject: x\n\nbody\n')
    expect(await messages('good')).toBe(String(before + 1))
    expect(await messages('expired')).toBe(String(before))
  })

  it('finds the only endpoint that fits', async () => {
    await using servers = await startMailServers({
      scenarios: ['good', 'expired'],
      protocols: ['imap', 'smtp'],
      modes: ['implicit'],
    })
    expect(servers.endpoint({ scenario: 'T_4', protocol: 'smtp' }).url).toMatch(/^smtps:/)
    const there = 'There are: good imap/implicit, good smtp/implicit, expired imap/implicit, expired smtp/implicit.'
    for (const [query, message] of [
      [{ protocol: 'pop3' }, `No endpoint fits {"protocol":"pop3"}. ${there}`],
      [{ scenario: 'good' }, `2 endpoints fit {"scenario":"good"}. ${there}`],
      [{}, `4 endpoints fit {}. ${there}`],
    ] as const) {
      expect(() => servers.endpoint(query)).toThrow(
        expect.objectContaining({ code: 'NO_SUCH_ENDPOINT', message, exitCode: 1 }),
      )
    }
    expect(() => servers.endpoint({ scenario: 'expried' as 'expired' })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_SCENARIO' }),
    )
  })

  it('takes consecutive ports', async () => {
    await using servers = await startMailServers({ protocols: ['pop3', 'imap'], portBase: true })
    const [first = 0] = servers.endpoints.map(({ port }) => port)
    expect(servers.endpoints.map(({ port }) => port)).toEqual([first, first + 1, first + 2, first + 3])
    await using more = await startMailServers({ protocols: ['pop3'], portBase: true })
    expect(new Set([...servers.endpoints, ...more.endpoints].map(({ port }) => port)).size).toBe(6)
  })
})

describe('files', () => {
  let temporary: string
  const before = process.env['TMPDIR']
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'api-test-'))
    // Else what everybody has to read would go elsewhere.
    chmodSync(temporary, 0o755)
    process.env['TMPDIR'] = temporary
  })
  afterEach(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
    rmSync(temporary, { recursive: true, force: true })
  })

  it('are written when a path is asked for, and not before', async () => {
    const servers = await startMailServers({ scenarios: ['good', 'expired'], protocols: ['imap'] })
    expect(servers.ca.pem).toContain('BEGIN CERTIFICATE')
    expect(readdirSync(temporary)).toEqual([])
    expect(readFileSync(servers.ca.path, 'utf8')).toBe(servers.ca.pem)
    expect(servers.ca.path).toBe(join(servers.pki, 'ca.pem'))
    expect(readdirSync(servers.pki)).toEqual(expect.arrayContaining(['ca.pem', 'expired', 'good', 'manifest.json']))
    expect(readdirSync(temporary)).toHaveLength(1)
    await servers.close()
    expect(readdirSync(temporary)).toEqual([])
  })

  it('go to a directory of one’s own, and stay', async () => {
    const mine = join(temporary, 'mine')
    const servers = await startMailServers({ protocols: ['imap'] })
    servers.writePki(mine)
    await servers.close()
    expect(existsSync(join(mine, 'good/fullchain.pem'))).toBe(true)
  })

  it('of kept roots are made once', async () => {
    const pki = join(temporary, 'kept')
    const pems: string[] = []
    for (let run = 0; run < 2; run++) {
      await using server = await startMailServer({ ...imap, pki })
      pems.push(server.tls.ca)
    }
    expect(pems[0]).toBe(pems[1])
    expect(readdirSync(pki)).toEqual(['roots'])
  })

  it('cannot be written where a path is wanted and there is no place for one', async () => {
    await using servers = await startMailServers({ protocols: ['imap'], modes: ['implicit'] })
    process.env['TMPDIR'] = join(temporary, 'gone')
    expect(() => servers.ca.path).toThrow(expect.objectContaining({ code: 'FILE_UNWRITABLE', exitCode: 1 }))
    process.env['TMPDIR'] = temporary
    mkdirSync(join(temporary, 'x'))
    expect(existsSync(servers.ca.path)).toBe(true)
  })
})

describe('close', () => {
  it('ends open connections, frees the port, and does it once', async () => {
    const server = await startMailServer(imap)
    const client = connectRaw(server, connectTls(server))
    await client.until('* OK')
    const asked = performance.now()
    const first = server.close()
    expect(server.close()).toBe(first)
    await first
    await client.closed
    expect(performance.now() - asked).toBeLessThan(500)
    expect(await isFree(server.port)).toBe(true)
    expect(server.connections[0]?.end).toMatchObject({ by: 'server', why: 'closed' })
    await server.close()
  })

  it('of all closes each, and a server closed before is no matter', async () => {
    const servers = await startMailServers({ protocols: ['imap', 'pop3'] })
    const ports = servers.endpoints.map(({ port }) => port)
    await servers.endpoint({ protocol: 'imap', mode: 'implicit' }).close()
    expect(await isFree(ports[0] ?? 0)).toBe(true)
    expect(await isFree(ports[1] ?? 0)).toBe(false)
    const closing = servers.close()
    expect(servers.close()).toBe(closing)
    await closing
    expect(await Promise.all(ports.map(isFree))).toEqual([true, true, true, true])
  })

  it('happens at the end of a block', async () => {
    let port = 0
    {
      await using server = await startMailServer(imap)
      port = server.port
      expect(await isFree(port)).toBe(false)
    }
    expect(await isFree(port)).toBe(true)
  })

  it('leaves what was recorded to be read', async () => {
    const server = await startMailServer({ protocol: 'pop3', mode: 'plain' })
    const client = connectRaw(server)
    await client.until('+OK')
    client.socket.destroy()
    await server.waitForConnection()
    await server.close()
    expect(server.connections).toHaveLength(1)
    expect((await server.outcome()).outcome).toBe('not-reached')
  })
})
