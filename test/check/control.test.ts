import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { commandClient, functionClient } from '../../src/check/client.ts'
import type { CheckReport } from '../../src/check/report.ts'
import { formatMarkdown } from '../../src/check/reporters/markdown.ts'
import { formatPretty } from '../../src/check/reporters/pretty.ts'
import { runCheck } from '../../src/check/run.ts'
import { startFleet } from '../../src/fleet/start.ts'
import type { MailServer, Protocol } from '../../src/index.ts'
import { connectRaw, connectTls, type RawClient, tlsError } from '../support/raw.ts'

type Act = (server: MailServer) => Promise<unknown>

const checked = async (act: Act, { scenarios = ['good', 'expired'] } = {}): Promise<CheckReport> => {
  const servers = await startFleet({ scenarios }, { byName: false, twins: true })
  try {
    return await runCheck(servers, functionClient('client', act), { timeout: 3000 })
  } finally {
    await servers.close()
  }
}

const greetings = { smtp: /^220 .*\r\n/, imap: /^\* OK .*\r\n/, pop3: /^\+OK .*\r\n/ } as const
const hello = { smtp: 'EHLO c.example.com', imap: 'a CAPABILITY', pop3: 'CAPA' } as const
const startTls = { smtp: 'STARTTLS', imap: 'b STARTTLS', pop3: 'STLS' } as const
const granted = { smtp: /220 .*\r\n$/, imap: /b OK .*\r\n$/, pop3: /\+OK begin.*\r\n$/ } as const
const use = { smtp: 'MAIL FROM:<a@example.com>', imap: 'c LOGIN u p', pop3: 'USER u\r\nPASS p' } as const
const listed = { smtp: '\r\n250 ', imap: 'a OK ', pop3: '\r\n.\r\n' } as const
const used = { smtp: 'Accepted', imap: 'c OK ', pop3: '+OK logged in' } as const

/** Waits for the greeting of its own protocol, and leaves, with or without a word, where it gets another. */
async function greeted(client: RawClient, speaks: Protocol, { goodbye = '' } = {}): Promise<void> {
  const seen = await client.until('\r\n')
  if (greetings[speaks].test(seen)) return
  client.socket.end(goodbye)
  await client.closed
  throw new Error(`Invalid greeting: ${seen.trim()}`)
}

/** A whole session of a strict client of one protocol, whatever it meets. */
async function session(
  server: MailServer,
  speaks: Protocol,
  { goodbye = '', ca = server.tls.ca }: { readonly goodbye?: string; readonly ca?: string | [] } = {},
): Promise<void> {
  const secure = async (options: object): Promise<RawClient> => {
    const socket = connectTls(server, { ca, ...options })
    const client = connectRaw(server, socket)
    const error = await tlsError(socket)
    if (error) throw error
    return client
  }
  if (server.mode === 'implicit') {
    const client = await secure({})
    await greeted(client, speaks, { goodbye })
    return finish(client, speaks)
  }
  const clear = connectRaw(server)
  await greeted(clear, speaks, { goodbye })
  clear.send(`${hello[speaks]}\r\n`)
  await clear.until(listed[speaks])
  clear.send(`${startTls[speaks]}\r\n`)
  await clear.until(granted[speaks])
  clear.socket.removeAllListeners('data')
  return finish(await secure({ socket: clear.socket }), speaks)
}

async function finish(client: RawClient, speaks: Protocol): Promise<void> {
  client.send(`${hello[speaks]}\r\n`)
  await client.until(listed[speaks])
  client.send(`${use[speaks]}\r\n`)
  await client.until(used[speaks])
  client.socket.destroy()
}

const skippedIn = ({ skipped }: CheckReport): readonly string[] =>
  skipped.map(({ protocol, mode }) => `${protocol}/${mode}`)

const verdictsOf = ({ cells }: CheckReport, protocol: Protocol): readonly string[] =>
  cells
    .filter((cell) => cell.protocol === protocol)
    .map(({ scenario, mode, verdict, detail }) => `${scenario} ${mode} ${verdict} ${detail}`)

const foreign = ['imap/implicit', 'imap/starttls', 'pop3/implicit', 'pop3/starttls']

describe('a client of one protocol', () => {
  it.each([
    ['without a word', ''],
    ['with a QUIT, which POP3 knows too', 'QUIT\r\n'],
  ])('that leaves what is foreign %s is skipped there, and passes', async (_, goodbye) => {
    const report = await checked((server) => session(server, 'smtp', { goodbye }))
    expect(skippedIn(report)).toEqual(foreign)
    expect(report).toMatchObject({ verdict: 'pass', counts: { pass: 4, fail: 0, note: 0, inconclusive: 0 } })
    expect(report.skipped[0]?.why).toMatch(/^sent no command of imap: Invalid greeting: \* OK /)
    expect(formatPretty(report)).toContain('\ndoes not speak imap: skipped (')
  })

  it('that waits for ever where it understands nothing is skipped there too', async () => {
    const servers = await startFleet({ scenarios: ['good'], modes: ['implicit'] }, { byName: false })
    const act: Act = async (server) => {
      if (server.protocol === 'smtp') return session(server, 'smtp')
      const socket = connectTls(server)
      await once(socket, 'close')
    }
    const report = await runCheck(servers, functionClient('client', act), { timeout: 400 })
    await servers.close()
    expect(skippedIn(report)).toEqual(['imap/implicit', 'pop3/implicit'])
    expect(report.verdict).toBe('pass')
  })

  it('is not skipped where it was asked for by name', async () => {
    const servers = await startFleet({ scenarios: ['good', 'expired'], modes: ['implicit'] }, { byName: false })
    const client = functionClient('client', (server) => session(server, 'smtp'))
    const report = await runCheck(servers, client, { insist: true })
    await servers.close()
    expect(report).toMatchObject({ verdict: 'fail', skipped: [] })
    expect(verdictsOf(report, 'imap')[1]).toBe('expired implicit inconclusive inconclusive:control-dirty')
  })
})

describe('a place whose control fails is inconclusive, not skipped', () => {
  const onImap = (act: Act): Promise<CheckReport> =>
    checked((server) => (server.protocol === 'imap' ? act(server) : session(server, server.protocol)))

  const dirty = [
    'expired implicit inconclusive inconclusive:control-dirty',
    'expired starttls inconclusive inconclusive:control-dirty',
  ]

  it.each<[string, Act]>([
    ['refuses the certificate with an alert or a close', (server) => session(server, 'imap', { ca: [] })],
    [
      'closes after a finished handshake and reports success',
      async (server) => {
        if (server.mode === 'starttls') return session(server, 'imap', { ca: [] })
        const socket = connectTls(server)
        await tlsError(socket)
        socket.end()
      },
    ],
    [
      'closes after a finished handshake and names the certificate',
      async (server) => {
        if (server.mode === 'starttls') return session(server, 'imap', { ca: [] })
        const socket = connectTls(server, { rejectUnauthorized: false })
        await tlsError(socket)
        socket.end()
        throw new Error('self-signed certificate in certificate chain')
      },
    ],
    [
      'sends a command and stops there',
      async (server) => {
        if (server.mode === 'implicit') return session(server, 'imap', { ca: [] })
        const client = connectRaw(server)
        await client.until('* OK')
        client.send('a CAPABILITY\r\n')
        await client.until('a OK')
        client.socket.destroy()
        throw new Error('no idea what that means')
      },
    ],
  ])('where the client %s', async (_, act) => {
    const report = await onImap(act)
    expect(skippedIn(report)).toEqual([])
    expect(report.verdict).toBe('fail')
    expect(verdictsOf(report, 'imap')).toEqual(expect.arrayContaining(dirty))
    expect(verdictsOf(report, 'smtp')).toContain('expired implicit pass safe-abort')
  })

  it('in the one mode that is silent, where the other one shows that the client speaks the protocol', async () => {
    const report = await onImap(async (server) => {
      if (server.mode === 'starttls') return session(server, 'imap', { ca: [] })
      const socket = connectTls(server, { rejectUnauthorized: false })
      await tlsError(socket)
      socket.end()
      throw new Error('failed')
    })
    expect(skippedIn(report)).toEqual([])
    expect(verdictsOf(report, 'imap')).toEqual(expect.arrayContaining(dirty))
  })

  it('and good alone, asked for, is no pass either', async () => {
    const act: Act = async (server) => {
      if (server.protocol === 'smtp') return session(server, 'smtp')
      if (server.protocol === 'pop3') return session(server, 'pop3')
      const client = connectRaw(server, server.mode === 'implicit' ? connectTls(server) : undefined)
      await client.until('* OK')
      client.send('a LOGOUT\r\n')
      client.socket.end()
      await client.closed
    }
    const fine = await checked((server) => session(server, server.protocol), { scenarios: ['good'] })
    expect(fine.verdict).toBe('pass')
    // POP3 and SMTP share their goodbye; IMAP's is its own.
    const report = await checked(act, { scenarios: ['good'] })
    expect(report.verdict).toBe('fail')
  })
})

describe('a client that works nowhere', () => {
  it('that connects to nothing fails, and is told of the places that it did not use', async () => {
    const servers = await startFleet({ scenarios: ['good', 'expired'] }, { byName: false })
    const client = commandClient([process.execPath, '-e', '0'], { pki: { ca: servers.ca.path } })
    const report = await runCheck(servers, client)
    await servers.close()
    expect(report).toMatchObject({ verdict: 'fail', skipped: [], counts: { pass: 0, inconclusive: 12 } })
    expect(report.advice).toEqual([
      'Nothing connected, and the command has neither {port} nor {url} in its arguments: put {url}, or {host} and {port}, there, or let it read MOCKMAIL_URL, or MOCKMAIL_HOST and MOCKMAIL_PORT.',
    ])
    expect(formatPretty(report).replace(/\n/g, ' ')).toContain('try: Nothing connected, and the command has neither')
    expect(formatMarkdown(report)).toContain('Try: Nothing connected')
  })

  it('that was given the port and connects to nothing is told to look where it connects', async () => {
    const servers = await startFleet({ scenarios: ['good'], protocols: ['imap'] }, { byName: false })
    const client = commandClient([process.execPath, '-e', '0', '{port}'], { pki: { ca: servers.ca.path } })
    const { advice } = await runCheck(servers, client)
    await servers.close()
    expect(advice).toEqual([
      'Nothing connected, although the command was given the port: it may end before it connects, or connect elsewhere; its own words say more.',
    ])
  })

  it('as it trusts no root of ours is told how it could, and that it may not read constraints', async () => {
    const report = await checked((server) => session(server, server.protocol, { ca: [] }))
    expect(report.verdict).toBe('fail')
    expect(report.advice).toEqual([
      'It refuses the good server (unknown-issuer): make it trust the roots in {ca}, which is MOCKMAIL_CA in its environment, or let --trust node,openssl,python,java do so where it goes by these.',
      'If it trusts them already, its TLS library may not read their name constraints: --unconstrained makes roots without any.',
    ])
  })

  it('is told nothing where all is well', async () => {
    expect(await checked((server) => session(server, server.protocol))).not.toHaveProperty('advice')
  })
})
