import { readdirSync, readFileSync, statSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import tls from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ConnectionEvent, MessageEvent } from '../../src/fleet/events.ts'
import { ensureBuilt, expectFree, findBlock, occupy, one, openWorkplace, run, start } from './mockmail.ts'
import { events, pick, readTable, speak, stop } from './running.ts'

beforeAll(ensureBuilt, 90_000)

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
      because: expect.stringMatching(/^the current time is after notAfter; the name that was dialled/),
      reasons: ['expired', 'name-mismatch'],
      ...{ needs: null, observable: 'server', runs: 1, twin: null },
    }
    const good = { ...expired, scenario: 'good', expect: 'accept', because: expect.any(String), reasons: [] }
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
        { ...expired, id: 'e1', protocol: 'imap', url: `imaps://localhost:${ready.endpoints[0]?.port}` },
        { ...expired, id: 'e2', protocol: 'pop3', url: `pop3s://localhost:${ready.endpoints[1]?.port}` },
        { ...good, id: 'e3', protocol: 'imap', url: `imaps://localhost:${ready.endpoints[2]?.port}` },
        { ...good, id: 'e4', protocol: 'pop3', url: `pop3s://localhost:${ready.endpoints[3]?.port}` },
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
    const place = { endpoint: 'e1', scenario: 'good', protocol: 'smtp', mode: 'implicit', port: endpoint.port }
    const where = { schema: 1, ...place }
    expect(sent).toEqual({
      ...where,
      event: 'message',
      id: 'm1',
      connection: (ended as ConnectionEvent).record.id,
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
