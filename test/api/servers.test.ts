import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkClient, type MailServer, MockmailError, startMailServer, startMailServers } from '../../src/index.ts'
import { connectRaw, connectTls, tlsError } from '../support/raw.ts'

const imap = { protocol: 'imap', mode: 'implicit' } as const

const occupy = async (port = 0): Promise<{ port: number } & AsyncDisposable> => {
  const server = net.createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve)
  })
  return {
    port: (server.address() as net.AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

const isFree = async (port: number): Promise<boolean> => {
  const taken = await occupy(port).catch(() => undefined)
  await taken?.[Symbol.asyncDispose]()
  return taken !== undefined
}

/** Logs in over IMAP inside TLS, and resolves to the tagged reply. */
async function login(server: MailServer, user: string, password: string): Promise<string> {
  const client = connectRaw(server, connectTls(server))
  client.send(`a LOGIN ${user} ${password}\r\n`)
  const seen = await client.until(/^a .*\r\n/m)
  client.socket.destroy()
  return /^a (\w+)/m.exec(seen)?.[1] ?? ''
}

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

describe('misuse', () => {
  it.each([
    [
      'an unknown scenario',
      { scenarios: ['expried'] },
      'UNKNOWN_SCENARIO',
      "There is no scenario 'expried'. Did you mean 'expired'? 'mockmail list' shows them all.",
    ],
    [
      'a conflict',
      { scenarios: ['expired+not-yet-valid'] },
      'CONFLICT',
      "'expired' and 'not-yet-valid' cannot be combined: both set the facet dates. Parts joined by '+' must set different things; 'mockmail list' shows what each sets.",
    ],
    [
      'an unknown protocol',
      { protocols: ['impa'] },
      'UNKNOWN_PROTOCOL',
      "There is no protocol 'impa'. Did you mean 'imap'? Allowed: smtp, imap, pop3.",
    ],
    [
      'an unknown mode',
      { modes: ['tls'] },
      'UNKNOWN_MODE',
      "There is no mode 'tls'. Did you mean 'starttls'? Allowed: implicit, starttls, plain.",
    ],
    [
      'nothing to serve',
      { scenarios: ['starttls-stripped'], modes: ['implicit'] },
      'NOTHING_TO_SERVE',
      "'starttls-stripped' cannot show on smtp, imap, pop3 in mode implicit: starttls-stripped is of mode starttls only.",
    ],
    [
      'no scenario',
      { scenarios: [] },
      'NOTHING_TO_SERVE',
      'Nothing of what was asked for can show in mode implicit, starttls.',
    ],
    ['an empty scenario', { scenarios: [[]] }, 'UNKNOWN_SCENARIO', "An empty list names no scenario. 'good' is one."],
    [
      'a mistyped option',
      { protocol: ['imap'] },
      'INVALID_OPTION',
      "startMailServers has no option 'protocol'. Did you mean 'protocols'? Allowed: host, servernames, key, now, pki, unconstrained, user, idleTimeout, handshakeTimeout, keylog, scenarios, protocols, modes, port, portBase, portOffset.",
    ],
    [
      'a scenario for a list',
      { scenarios: 'good' },
      'INVALID_OPTION',
      "scenarios: 'good' is not allowed. Allowed: a list.",
    ],
    [
      'a scenario that is none',
      { scenarios: [5] },
      'INVALID_OPTION',
      "'5' names no scenario. Allowed: an id, several joined by +, what defineCertificate or defineQuirk returned, or a list of these; 'mockmail list' shows the ids.",
    ],
    [
      'no protocol at all',
      { protocols: [undefined] },
      'UNKNOWN_PROTOCOL',
      "There is no protocol 'undefined'. Allowed: smtp, imap, pop3.",
    ],
    ['a user that is no text', { user: 5 }, 'INVALID_OPTION', "user: '5' is not allowed. Allowed: name:password."],
    [
      'a port for several',
      { port: 4000 },
      'INVALID_OPTION',
      'Port 4000 is for a single endpoint, and 6 would be started. A port base (--port-base, portBase) serves several.',
    ],
    [
      'a port and a base',
      { port: 1, portBase: 2 },
      'INVALID_OPTION',
      'Only one of port, port base and port offset can be given, not 2.',
    ],
    [
      'a port that is none',
      { protocols: ['imap'], modes: ['plain'], port: 1.5 },
      'INVALID_OPTION',
      "port: '1.5' is not allowed. Allowed: a whole number from 0 to 65535.",
    ],
    [
      'a base that is none',
      { portBase: 0 },
      'INVALID_OPTION',
      "portBase: '0' is not allowed. Allowed: a whole number from 1 to 65535.",
    ],
    [
      'a user without a password',
      { user: 'me' },
      'INVALID_OPTION',
      "user: 'me' is not allowed. Allowed: name:password.",
    ],
    [
      'a key of no type',
      { key: 'dsa' },
      'INVALID_OPTION',
      "key: 'dsa' is not allowed. Did you mean 'rsa'? Allowed: ec, rsa.",
    ],
    [
      'a date that is none',
      { now: new Date(Number.NaN) },
      'INVALID_OPTION',
      "now: 'Invalid Date' is not allowed. Allowed: an instant such as 2030-01-31 or 2030-01-31T12:00:00Z, from 1960 to 9980.",
    ],
    [
      'a name that is none',
      { servernames: ['a b'] },
      'INVALID_OPTION',
      "servernames: 'a b' is not allowed. Allowed: a host name in ASCII, a wildcard name such as *.example.com, or an IP address.",
    ],
    [
      'no time',
      { idleTimeout: 0 },
      'INVALID_OPTION',
      "idleTimeout: '0' is not allowed. Allowed: a number of milliseconds above 0.",
    ],
  ])('is refused: %s', async (_, options, code, message) => {
    const starting = startMailServers(options as Parameters<typeof startMailServers>[0])
    await expect(starting).rejects.toMatchObject({ name: 'MockmailError', code, message, exitCode: 2 })
    await expect(starting).rejects.toBeInstanceOf(MockmailError)
  })

  it.each([
    ['no protocol', { mode: 'implicit' }, 'UNKNOWN_PROTOCOL'],
    ['no mode', { protocol: 'imap' }, 'UNKNOWN_MODE'],
    ['nothing', undefined, 'INVALID_OPTION'],
    ['a list of scenarios by another name', { ...imap, scenarios: ['good'] }, 'INVALID_OPTION'],
  ])('of one server is refused: %s', async (_, options, code) => {
    const starting = (startMailServer as (options: unknown) => Promise<unknown>)(options)
    await expect(starting).rejects.toMatchObject({ name: 'MockmailError', code })
  })

  it('of checkClient is refused: a command in place of a function', async () => {
    const checking = (checkClient as (act: unknown) => Promise<unknown>)('curl')
    await expect(checking).rejects.toMatchObject({ name: 'MockmailError', code: 'INVALID_OPTION' })
  })
})

describe('what the machine refuses', () => {
  it('is a port in use, and everything around it is closed again', async () => {
    await using taken = await occupy()
    await expect(startMailServer({ ...imap, port: taken.port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      exitCode: 1,
      cause: { code: 'EADDRINUSE' },
    })
    await using server = await startMailServer(imap)
    await expect(startMailServer({ ...imap, port: server.port })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
    const block = await startMailServers({ protocols: ['pop3'], portBase: true })
    const [first = 0, second = 0] = block.endpoints.map(({ port }) => port)
    await block.endpoints[0]?.close()
    await expect(startMailServers({ protocols: ['pop3'], portBase: first })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `Port ${second} on 127.0.0.1 is in use. Another port, or none, finds a free one.`,
    })
    expect(await isFree(first)).toBe(true)
    await block.close()
    const again = await startMailServers({ protocols: ['pop3'], portBase: first })
    expect(again.endpoints.map(({ port }) => port)).toEqual([first, second])
    await again.close()
  })

  it('is an address that is not ours', async () => {
    await expect(startMailServer({ ...imap, host: '203.0.113.9' })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: 'Cannot listen on 203.0.113.9: it is not an address of this machine.',
      cause: { code: 'EADDRNOTAVAIL' },
    })
  })

  it('is a folder that holds no roots', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'api-test-'))
    try {
      mkdirSync(join(folder, 'roots/x'), { recursive: true })
      await expect(startMailServer({ ...imap, pki: folder })).rejects.toMatchObject({
        code: 'PKI_UNUSABLE',
        exitCode: 1,
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
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
