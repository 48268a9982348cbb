import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { EndpointChangedEvent } from '../../src/fleet/events.ts'
import { ensureBuilt, expectFree, findBlock, one, openWorkplace, run, start } from './mockmail.ts'
import { events, stop } from './running.ts'

beforeAll(ensureBuilt, 120_000)

const ask = (base: string, token: string, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${base}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } })

describe('up --api', () => {
  it('says where it listens, on stderr and in the ready event, and tells of what it changes', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['up', ...one, '--api', '--json'])
    const { api = '', token = '' } = await running.ready()
    expect(api).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(await running.remarking('live page')).toContain(`control API and live page: ${api}/#token=${token}\n`)
    const init = { method: 'PUT', body: '{"scenario":"expired"}' }
    expect((await ask(api, token, '/api/v1/endpoints/e1', init)).status).toBe(200)
    const { stdout } = await stop(running, workplace)
    expect(events<EndpointChangedEvent>(stdout).slice(1)).toMatchObject([
      { event: 'endpoint', change: 'switched', id: 'e1', scenario: 'expired' },
    ])
  })

  it('takes a port and a name, and frees the port when it ends', async () => {
    using workplace = openWorkplace()
    const port = await findBlock(1)
    const flags = ['--api', String(port), '--api-name', 'mock.test', '--json']
    const running = start(workplace, ['up', ...one, ...flags])
    const { api, token = '' } = await running.ready()
    expect(api).toBe(`http://127.0.0.1:${port}`)
    expect((await ask(`http://localhost:${port}`, token, '/readyz')).status).toBe(200)
    await stop(running, workplace)
    await expectFree([port])
  })

  it('warns of an address that others can reach', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['up', ...one, '--api', '--api-host', '0.0.0.0', '--json'])
    await running.ready()
    expect(await running.remarking('live page')).toContain('warning: listening on 0.0.0.0')
    await stop(running, workplace)
  })

  it.each([
    [['--api', 'http'], '--api'],
    [['--api', '70000'], '--api'],
    [['--api-host', '127.0.0.1'], '--api-host is for the control API, which --api opens'],
    [['--api', '--api-host', 'localhost'], '--api-host'],
    [['--api', '--api-name', 'a b'], '--api-name'],
  ])('refuses %j', async (flags, says) => {
    using workplace = openWorkplace()
    const { status, stderr, stdout } = await run(workplace, ['up', ...one, ...flags])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(says)
  })
})

describe('exec --api', () => {
  const script = `
    const { MOCKMAIL_API: api, MOCKMAIL_TOKEN: token } = process.env
    const headers = { authorization: 'Bearer ' + token }
    const { endpoints } = await (await fetch(api + '/api/v1/endpoints', { headers })).json()
    console.log(endpoints.map(({ id, scenario }) => id + ' ' + scenario).join())`
  const command = ['--', process.execPath, '--input-type=module', '-e', script]

  it('gives its child the address and the token', async () => {
    using workplace = openWorkplace()
    const { status, stdout } = await run(workplace, ['exec', ...one, '--api', '--quiet', ...command])
    expect([status, stdout]).toEqual([0, 'e1 good\n'])
  })

  it('hands on none of an outer run where it opens none', async () => {
    using workplace = openWorkplace()
    const print = ['--', process.execPath, '-e', 'console.log(process.env.MOCKMAIL_API, process.env.MOCKMAIL_TOKEN)']
    const environment = { MOCKMAIL_API: 'http://127.0.0.1:1', MOCKMAIL_TOKEN: 'outer' }
    const { stdout } = await run(workplace, ['exec', ...one, '--quiet', ...print], { environment })
    expect(stdout).toBe('undefined undefined\n')
  })
})

describe('exec --judge --api', () => {
  /** Runs a client on one scenario after the other of the only endpoint, and is content with everything. */
  const suite = `
    import { readFileSync } from 'node:fs'
    import { connect } from 'node:tls'
    const { MOCKMAIL_API: api, MOCKMAIL_TOKEN: token, MOCKMAIL_CA: ca } = process.env
    const ask = (method, path, body) =>
      fetch(api + '/api/v1/endpoints/e1' + path, { method, body, headers: { authorization: 'Bearer ' + token } })
    const dial = (port, rejectUnauthorized) => new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: readFileSync(ca), rejectUnauthorized })
      socket.on('error', resolve).on('close', resolve)
      socket.on('data', (data) => { if (/^a OK/m.test(data)) socket.end(); else socket.write('a LOGIN u p\\r\\n') })
    })
    for (const step of process.argv.slice(1)) {
      const [scenario, how] = step.split(':')
      const { port } = await (await ask('PUT', '', JSON.stringify({ scenario }))).json()
      if (how) await dial(port, how === 'strict')
    }`
  const judged = async (...steps: readonly string[]) => {
    using workplace = openWorkplace()
    const flags = ['--api', '--judge', '--json', '--', process.execPath, '--input-type=module', '-e', suite, ...steps]
    const { status, stdout } = await run(workplace, ['exec', ...one, ...flags])
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    return { status, judged: events.filter(({ event }) => event === 'judged') }
  }

  it('counts a control that a switch has made forgotten', async () => {
    expect(await judged('good:strict', 'expired:strict')).toMatchObject({
      status: 0,
      judged: [{ scenario: 'expired', outcome: 'refused', verdict: 'pass' }],
    })
    expect(await judged('expired:strict')).toMatchObject({
      status: 1,
      judged: [{ scenario: 'expired', detail: 'inconclusive:no-control' }],
    })
  })

  it('counts a leak that a switch has made forgotten', async () => {
    expect(await judged('good:strict', 'expired:careless', 'good:strict', 'good')).toMatchObject({
      status: 1,
      judged: [{ scenario: 'expired', detail: 'leak-credentials-untrusted-tls', verdict: 'fail' }],
    })
  })
})

describe('up --api --import', () => {
  it('understands the parts of its own by their ids', async () => {
    using workplace = openWorkplace()
    const own = `export const mine = { defined: true, kind: 'certificate', id: 'my-fault', entry: {
      summary: 'x', expect: 'reject', because: 'x', references: [], tags: [], leaf: { names: { dNSName: ['mail.example.org'] } } } }`
    writeFileSync(join(workplace.path, 'own.mjs'), own)
    const running = start(workplace, ['up', ...one, '--import', './own.mjs', '--api', '--json'])
    const { api = '', token = '' } = await running.ready()
    const to = (scenario: string) =>
      ask(api, token, '/api/v1/endpoints/e1', { method: 'PUT', body: JSON.stringify({ scenario }) })
    expect(await (await to('my-fault')).json()).toMatchObject({ scenario: 'my-fault' })
    expect((await to('my-falt')).status).toBe(400)
    await stop(running, workplace)
  })
})
