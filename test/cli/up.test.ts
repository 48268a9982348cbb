import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import tls from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ConnectionEvent, EndpointEvent, MessageEvent, ReadyEvent } from '../../src/fleet/events.ts'
import { ensureBuilt, expectFree, findBlock, occupy, one, openWorkplace, type Running, run, start } from './mockmail.ts'

beforeAll(ensureBuilt, 90_000)

/** Asks for an orderly stop, and holds the run to it. */
async function stop(running: Running, workplace: { leftovers(): readonly string[] }) {
  running.process.kill('SIGTERM')
  const ended = await running.ended
  expect({ status: ended.status, signal: ended.signal }).toEqual({ status: 0, signal: null })
  expect(workplace.leftovers()).toEqual([])
  return ended
}

const pick = (ready: ReadyEvent, query: Partial<EndpointEvent> = {}): EndpointEvent => {
  const found = ready.endpoints.find((endpoint) =>
    Object.entries(query).every(([key, value]) => endpoint[key as keyof EndpointEvent] === value),
  )
  if (!found) throw new Error(`no ${JSON.stringify(query)}`)
  return found
}

/** What the table of a single endpoint says. */
function readTable(stdout: string): { endpoint: Pick<EndpointEvent, 'port' | 'servername'>; ca: string } {
  const [port = ''] = /\d{4,5}$/m.exec(stdout) ?? []
  const [, servername = ''] = /^dial {3}(\S+)/m.exec(stdout) ?? []
  const [, ca = ''] = /^trust {2}(.+)$/m.exec(stdout) ?? []
  return { endpoint: { port: Number(port), servername }, ca }
}

/** Speaks lines over implicit TLS, each after an answer to the one before, until the server closes. Resolves to the error. */
async function speak(
  { port, servername }: Pick<EndpointEvent, 'port' | 'servername'>,
  ca: string,
  lines: readonly string[],
): Promise<string | undefined> {
  const socket = tls.connect({ port, host: '127.0.0.1', servername, ca: readFileSync(ca) })
  const left = [...lines]
  socket.on('data', () => {
    const next = left.shift()
    if (next !== undefined) socket.write(`${next}\r\n`)
  })
  return new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    socket.on('close', () => resolve(undefined))
  })
}

const events = <T>(stdout: string): T[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

describe('a port that nobody listens on', () => {
  it('is told of until the time is over, though nothing else keeps the process', async () => {
    using workplace = openWorkplace()
    const { status, stdout, stderr } = await run(workplace, ['up', 'port-closed', '--ttl', '300ms'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('port-closed')
  })
})

describe('the table', () => {
  it('has a row per scenario and a column per protocol and mode', async () => {
    using workplace = openWorkplace()
    const base = await findBlock(10)
    const running = start(workplace, [
      'up',
      'good',
      'starttls-stripped',
      'expired',
      '--protocol',
      'imap,smtp',
      '--port-base',
      String(base),
    ])
    await running.saying('login')
    const { stdout, stderr } = await stop(running, workplace)
    expect(
      stdout
        .replace(/\d{5}/g, (port) => `+${Number(port) - base}   `)
        .replace(/ +$/gm, '')
        .replace(/\/.*\/ca/, '<pki>/ca'),
    ).toBe(`                   smtp      smtp      imap      imap
scenario           implicit  starttls  implicit  starttls
good               +2        +3        +0        +1
starttls-stripped  -         +5        -         +4
expired            +8        +9        +6        +7

dial   localhost (listening on 127.0.0.1)
trust  <pki>/ca.pem
login  user@mockmail.test mockmail

`)
    expect(stderr).toBe('left out: starttls-stripped is of mode starttls only: imap/implicit smtp/implicit\n')
  })

  it('of the core set fits into 80 columns, without escape codes', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['up'], { environment: { FORCE_COLOR: '3', COLUMNS: '80' } })
    const { stdout, stderr } = await running.saying('login').then(() => stop(running, workplace))
    const table = stdout.slice(0, stdout.indexOf('\n\n')).split('\n')
    expect(table.slice(0, 2)).toEqual([
      expect.stringMatching(/^ +smtp +smtp +imap +imap +pop3 +pop3$/),
      expect.stringMatching(/^scenario +implicit starttls implicit starttls implicit starttls$/),
    ])
    expect(table.filter((line) => line.length > 80)).toEqual([])
    expect(stdout + stderr).not.toContain('\x1b')
  })

  it('falls apart into one block per protocol where it is wider', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['up', 'good', 'starttls-refused', '--mode', 'implicit,starttls,plain'])
    const { stdout } = await running.saying('login').then(() => stop(running, workplace))
    expect(stdout.replace(/\d{5}/g, '#####').split('\n\n').slice(0, 3)).toEqual(
      ['smtp', 'imap', 'pop3'].map(
        (name) =>
          `                  ${name}      ${name}      ${name}\nscenario          implicit  starttls  plain\ngood              #####     #####     #####\nstarttls-refused  -         #####     -`,
      ),
    )
  })

  it('is not there with --quiet, and neither are connections', async () => {
    using workplace = openWorkplace()
    const base = await findBlock(1)
    const running = start(workplace, ['up', ...one, '--quiet', '--log', 'log', '--port', String(base)])
    const dial = async (): Promise<void> => {
      for (;;) {
        const answered = await new Promise<boolean>((resolve) => {
          net
            .connect(base, '127.0.0.1')
            .on('error', () => resolve(false))
            .on('close', () => resolve(true))
            .end()
        })
        if (answered) return
      }
    }
    await dial()
    const { stdout, stderr } = await stop(running, workplace)
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' })
    const records = events<ConnectionEvent['record']>(readFileSync(join(workplace.path, 'log'), 'utf8'))
    expect(records[0]).toMatchObject({ nth: 1, scenario: 'good', handshake: { result: 'closed' } })
    expect(statSync(join(workplace.path, 'log')).mode & 0o777).toBe(0o600)
  })
})

describe('a line per connection', () => {
  it('says when, what and how', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['up', 'expired', '--protocol', 'imap', '--mode', 'implicit', '--log', 'log'])
    const { endpoint, ca } = readTable(await running.saying('login'))
    expect(await speak(endpoint, ca, [])).toBe('CERT_HAS_EXPIRED')
    await running.saying(/^\d\d:\d\d:\d\d expired imap\/implicit refused silent-close \(pass\)\n/m)
    await stop(running, workplace)
  })

  it('is followed by the transcript with -v', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['up', 'good', '--protocol', 'pop3', '--mode', 'implicit', '-v'])
    const { endpoint, ca } = readTable(await running.saying('login'))
    expect(await speak(endpoint, ca, ['USER u', 'PASS p', 'QUIT'])).toBeUndefined()
    const seen = await running.saying('C*: QUIT')
    expect(seen.slice(seen.indexOf('accepted')).replace(/<.*>/g, '<id>')).toBe(`accepted safe-continue (pass)
  TLS finished, TLSv1.3, TLS_AES_256_GCM_SHA384
  S*: +OK mockmail POP3 server ready <id>
  C*: USER u
  S*: +OK send PASS
  C*: PASS p
  S*: +OK logged in
  C*: QUIT
  S*: +OK bye
`)
    await stop(running, workplace)
  })
})

describe('--json', () => {
  it('prints the ready event first, with every file on disk', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, [
      'up',
      'T_4+wrong-host',
      'good',
      '--mode',
      'implicit',
      '--json',
      '--protocol',
      'imap,pop3',
    ])
    const ready = await running.ready()
    const [temporary] = workplace.leftovers()
    const pki = join(workplace.path, 'tmp', temporary ?? '')
    const port = expect.any(Number)
    const expired = {
      scenario: 'expired+wrong-host',
      mode: 'implicit',
      host: '127.0.0.1',
      port,
      servername: 'localhost',
      expect: 'reject',
    }
    expect(ready).toEqual({
      schema: 1,
      event: 'ready',
      mockmail: JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')).version,
      pid: running.process.pid,
      ca: join(pki, 'ca.pem'),
      pki,
      user: 'user@mockmail.test',
      password: 'mockmail',
      endpoints: [
        { ...expired, protocol: 'imap', url: `imaps://localhost:${ready.endpoints[0]?.port}` },
        { ...expired, protocol: 'pop3', url: `pop3s://localhost:${ready.endpoints[1]?.port}` },
        {
          ...expired,
          scenario: 'good',
          expect: 'accept',
          protocol: 'imap',
          url: `imaps://localhost:${ready.endpoints[2]?.port}`,
        },
        {
          ...expired,
          scenario: 'good',
          expect: 'accept',
          protocol: 'pop3',
          url: `pop3s://localhost:${ready.endpoints[3]?.port}`,
        },
      ],
    })
    expect(readdirSync(pki)).toEqual(expect.arrayContaining(['ca.pem', 'manifest.json', 'expired+wrong-host', 'good']))
    expect(readdirSync(join(pki, 'expired+wrong-host'))).toEqual(
      expect.arrayContaining(['leaf.pem', 'leaf.key', 'chain.pem', 'fullchain.pem', 'leaf.der', 'crl.pem']),
    )
    expect(statSync(join(pki, 'good/leaf.key')).mode & 0o777).toBe(0o600)
    await stop(running, workplace)
  })

  it('prints one event per message and per connection, and nothing else', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['up', 'good', '--protocol', 'smtp', '--mode', 'implicit', '--json'])
    const ready = await running.ready()
    const endpoint = pick(ready)
    const message = ['Subject: x', '', 'line', '.']
    await speak(endpoint, ready.ca, [
      'EHLO c',
      'MAIL FROM:<a@example.com>',
      'RCPT TO:<b@example.com>',
      'DATA',
      message.join('\r\n'),
      'QUIT',
    ])
    await running.saying('"connection"')
    const { stdout, stderr } = await stop(running, workplace)
    const [, sent, ended, ...rest] = events<MessageEvent | ConnectionEvent>(stdout)
    expect({ rest, stderr }).toEqual({ rest: [], stderr: '' })
    const where = { schema: 1, scenario: 'good', protocol: 'smtp', mode: 'implicit', port: endpoint.port }
    expect(sent).toEqual({
      ...where,
      event: 'message',
      from: 'a@example.com',
      to: ['b@example.com'],
      secure: true,
      size: 20,
      text: 'Subject: x\r\n\r\nline\r\n',
    })
    expect(ended).toEqual({
      ...where,
      event: 'connection',
      outcome: 'accepted',
      detail: 'safe-continue',
      grade: 'safe',
      qualifier: null,
      flags: [],
      reason: null,
      proof: expect.objectContaining({ nth: 1, scenario: 'good', phase: 'tls', fact: 'commands[0].line' }),
      verdict: 'pass',
      record: expect.objectContaining({ nth: 1, fired: [expect.objectContaining({ part: 'good' })] }),
    })
  })

  it('gives a refusal its qualifier', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['up', 'expired', '--protocol', 'pop3', '--mode', 'implicit', '--json'])
    const ready = await running.ready()
    expect(await speak(pick(ready), ready.ca, [])).toBe('CERT_HAS_EXPIRED')
    await running.saying('"connection"')
    const [, ended] = events<ConnectionEvent>((await stop(running, workplace)).stdout)
    expect(ended).toMatchObject({
      outcome: 'refused',
      detail: 'safe-abort',
      grade: 'safe',
      qualifier: 'silent-close',
      verdict: 'pass',
    })
  })
})

describe('flags', () => {
  it('--now decides what is expired', async () => {
    using workplace = openWorkplace()
    const past = start(workplace, ['up', ...one, '--json', '--now', '2020-05-05'])
    const future = start(workplace, [
      'up',
      'expired',
      '--json',
      '--now',
      new Date(Date.now() + 2 * 86_400_000).toISOString(),
      '--protocol',
      'imap',
      '--mode',
      'implicit',
    ])
    const [early, late] = [await past.ready(), await future.ready()]
    expect(await speak(pick(early), early.ca, ['a LOGOUT'])).toBe('CERT_HAS_EXPIRED')
    expect(await speak(pick(late), late.ca, ['a LOGOUT'])).toBeUndefined()
    for (const running of [past, future]) running.process.kill('SIGINT')
    expect([(await past.ended).status, (await future.ended).status]).toEqual([0, 0])
  })

  it('--user makes one login right and every other wrong', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['up', ...one, '--json', '--user', 'me:se:cret'])
    const ready = await running.ready()
    expect({ user: ready.user, password: ready.password }).toEqual({ user: 'me', password: 'se:cret' })
    await speak(pick(ready), ready.ca, ['a LOGIN me mockmail', 'b LOGIN me se:cret', 'c LOGOUT'])
    await running.saying('"connection"')
    const [, ended] = events<ConnectionEvent>((await stop(running, workplace)).stdout)
    expect(ended?.record.credentials.map(({ secret, accepted }) => [secret, accepted])).toEqual([
      ['mockmail', false],
      ['se:cret', true],
    ])
  })

  it('--servername is what to dial, and a number is bracketed where URLs want it', async () => {
    using workplace = openWorkplace()
    for (const [name, dialled, url] of [
      ['mail.example.com', 'mail.example.com', 'imaps://mail.example.com:'],
      ['*.example.com', 'localhost', 'imaps://localhost:'],
      ['2001:db8::25', '2001:db8::25', 'imaps://[2001:db8::25]:'],
    ] as const) {
      const running = start(workplace, ['up', ...one, '--json', '--servername', name])
      const endpoint = pick(await running.ready())
      expect(endpoint).toMatchObject({ servername: dialled, url: `${url}${endpoint.port}`, host: '127.0.0.1' })
      await stop(running, workplace)
    }
  })

  it('--key rsa serves RSA, and by default it is P-256', async () => {
    using workplace = openWorkplace()
    for (const [flags, bits, curve] of [
      [['--key', 'rsa'], 2048, undefined],
      [[], 256, 'prime256v1'],
    ] as const) {
      const running = start(workplace, ['up', ...one, '--json', ...flags])
      const ready = await running.ready()
      const { port, servername } = pick(ready)
      const socket = tls.connect({ port, host: '127.0.0.1', servername, ca: readFileSync(ready.ca) })
      await new Promise((resolve) => socket.once('secureConnect', resolve))
      expect(socket.getPeerCertificate()).toMatchObject({ bits, ...(curve && { asn1Curve: curve }) })
      socket.destroy()
      await stop(running, workplace)
    }
  })

  it('--pki keeps the roots, and two runs at once agree on them', async () => {
    using workplace = openWorkplace()
    const args = ['up', ...one, '--json', '--pki', 'kept']
    const runs = [start(workplace, args), start(workplace, args)]
    const pems = await Promise.all(runs.map(async (running) => readFileSync((await running.ready()).ca, 'utf8')))
    expect(pems[0]).toBe(pems[1])
    for (const running of runs) running.process.kill('SIGTERM')
    await Promise.all(runs.map(({ ended }) => ended))
    // What a client of a later step trusts is there, also when no server is.
    const kept = join(workplace.path, 'kept')
    expect(readdirSync(kept)).toEqual(expect.arrayContaining(['ca.p12', 'ca.pem', 'good', 'manifest.json', 'roots']))
    expect(readFileSync(join(kept, 'ca.pem'), 'utf8')).toBe(pems[0])
    const again = start(workplace, args)
    expect(readFileSync((await again.ready()).ca, 'utf8')).toBe(pems[0])
    await stop(again, workplace)
  })

  it('--port-base without a number finds a block, also when somebody else is as fast', async () => {
    using workplace = openWorkplace()
    const args = ['up', 'good', 'expired', '--json', '--port-base']
    const runs = [start(workplace, args), start(workplace, args)]
    const blocks = await Promise.all(
      runs.map(async (running) => (await running.ready()).endpoints.map(({ port }) => port)),
    )
    for (const ports of blocks) expect(ports).toEqual(ports.map((_, index) => (ports[0] ?? 0) + index))
    expect(new Set(blocks.flat()).size).toBe(24)
    for (const running of runs) running.process.kill('SIGTERM')
    expect((await Promise.all(runs.map(({ ended }) => ended))).map(({ status }) => status)).toEqual([0, 0])
    await expectFree(blocks.flat())
  })

  it('--host warns of anything but loopback, on stderr', async () => {
    using workplace = openWorkplace()
    const open = start(workplace, ['up', ...one, '--json', '--host', '0.0.0.0'])
    expect(pick(await open.ready()).host).toBe('0.0.0.0')
    expect((await stop(open, workplace)).stderr).toBe(
      'warning: listening on 0.0.0.0, which others can reach; passwords that arrive are recorded in clear.\n',
    )
    for (const host of ['127.0.0.1', 'localhost']) {
      const closed = start(workplace, ['up', ...one, '--json', '--host', host])
      expect(pick(await closed.ready()).host).toBe('127.0.0.1')
      expect((await stop(closed, workplace)).stderr).toBe('')
    }
  })

  it('given twice add up, and what is named twice is served once', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, [
      'up',
      'good',
      'valid',
      '--json',
      '--protocol',
      'imap,imap',
      '--protocol',
      'pop3',
      '--mode',
      'plain,plain',
    ])
    const { endpoints } = await running.ready()
    expect(endpoints.map(({ scenario, protocol, mode }) => `${scenario} ${protocol}/${mode}`)).toEqual([
      'good imap/plain',
      'good pop3/plain',
    ])
    await stop(running, workplace)
  })

  it('say of a set only what shows nowhere', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['up', '--mode', 'implicit', '--json'])
    const { endpoints } = await running.ready()
    expect(endpoints.some(({ scenario }) => scenario === 'starttls-stripped')).toBe(false)
    expect((await stop(running, workplace)).stderr).toBe('left out: starttls-stripped is of mode starttls only\n')
  })

  it('run without a home directory', async () => {
    using workplace = openWorkplace()
    mkdirSync(join(workplace.path, 'x'))
    const running = start(workplace, ['up', ...one, '--json'], { environment: { HOME: undefined, USER: undefined } })
    await running.ready()
    await stop(running, workplace)
  })
})

it('frees every port and removes its directory when it stops', async () => {
  using workplace = openWorkplace()
  const running = start(workplace, ['up', '--json'])
  const { endpoints, pid } = await running.ready()
  expect(pid).toBe(running.process.pid)
  await expect(occupy(endpoints[0]?.port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  const { port, servername } = pick(await running.ready(), { scenario: 'good', mode: 'implicit' })
  const client = tls.connect({ port, host: '127.0.0.1', servername, rejectUnauthorized: false })
  client.on('error', () => {}).resume()
  await new Promise((resolve) => client.once('secureConnect', resolve))
  const closed = new Promise((resolve) => client.once('close', resolve))
  await stop(running, workplace)
  await closed
  await expectFree(endpoints.map(({ port }) => port))
})
