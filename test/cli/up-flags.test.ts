import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import tls from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ConnectionEvent } from '../../src/fleet/events.ts'
import { ensureBuilt, expectFree, one, openWorkplace, start } from './mockmail.ts'
import { events, pick, speak, stop } from './running.ts'

beforeAll(ensureBuilt, 90_000)

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
