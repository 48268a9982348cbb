import { beforeAll, describe, expect, it } from 'vitest'
import { openJudge } from '../../src/cli/judge.ts'
import type { JudgedEvent, ReadyEvent } from '../../src/fleet/events.ts'
import { startMailServers } from '../../src/index.ts'
import { talk } from '../support/raw.ts'
import { ensureBuilt, openWorkplace, run } from './mockmail.ts'

beforeAll(ensureBuilt, 90_000)

/** An IMAP client of implicit TLS that dials the scenarios it is told to, strict or careless, and is content with everything. */
const client = `
const tls = require('tls'), { readFileSync } = require('fs'), env = process.env
const [how, ...wanted] = process.argv.slice(1)
const { endpoints } = JSON.parse(readFileSync(env.MOCKMAIL_READY, 'utf8'))
const options = { ca: readFileSync(env.MOCKMAIL_CA), rejectUnauthorized: how === 'strict' }
for (const { port, servername, scenario } of endpoints) {
  if (!wanted.includes(scenario)) continue
  const socket = tls.connect({ host: '127.0.0.1', port, servername, ...options })
  socket.on('error', () => {})
  socket.on('data', (data) => { if (/^a OK/m.test(data)) socket.end(); else socket.write('a LOGIN u p\\r\\n') })
}
`

const place = ['--protocol', 'imap', '--mode', 'implicit']

async function judged(scenarios: readonly string[], flags: readonly string[], ...says: readonly string[]) {
  using workplace = openWorkplace()
  const command = ['--', process.execPath, '-e', client, ...says]
  const { status, stdout, stderr } = await run(workplace, ['exec', ...scenarios, ...place, ...flags, ...command])
  return { status, stdout, stderr: stderr.replace(/^\d\d:\d\d:\d\d .*\n/gm, '') }
}

const table = (...rows: readonly string[]): string => `\n${rows.join('\n')}\n`

describe('exec --judge, of a child that is content', () => {
  it('is 0 for a strict client that works, with a table of what was dialled', async () => {
    expect(await judged(['good', 'expired', 'wrong-host'], ['--judge'], 'strict', 'good', 'expired')).toEqual({
      status: 0,
      stdout: '',
      stderr: table(
        'verdict  scenario  where          outcome',
        'pass     good      imap/implicit  accepted, safe-continue',
        'pass     expired   imap/implicit  refused, silent-close',
      ),
    })
  })

  it('is 1 for one that leaks, and 0 without --judge', async () => {
    const careless = ['careless', 'good', 'expired']
    expect(await judged(['good', 'expired'], [], ...careless)).toMatchObject({ status: 0, stderr: '' })
    const { status, stderr } = await judged(['good', 'expired'], ['--judge'], ...careless)
    expect(status).toBe(1)
    expect(stderr).toContain('\nfail     expired   imap/implicit  leaked, leak-credentials-untrusted-tls\n')
    expect(stderr).toMatch(/\nmockmail: 1 failed, 0 inconclusive of 2 that were dialled\.\n$/)
  })

  it('is 1 where nothing connected', async () => {
    expect(await judged(['good', 'expired'], ['--judge'], 'strict')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'mockmail: nothing connected, so nothing can be said of the client.\n',
    })
  })

  it('is 1 for a refusal without a control, which says nothing', async () => {
    const { status, stderr } = await judged(['good', 'expired'], ['--judge'], 'strict', 'expired')
    expect(status).toBe(1)
    expect(stderr).toContain('inconclusive  expired   imap/implicit  not-reached, inconclusive:no-control\n')
    expect(stderr).toMatch(
      /1 inconclusive of 1 that were dialled; a refusal counts only where the client completes a session with a good server .*: serve good as well/,
    )
  })

  it('prints one line of JSON for each endpoint that was dialled', async () => {
    const { status, stdout, stderr } = await judged(
      ['good', 'expired', 'self-signed'],
      ['--judge', '--json'],
      'careless',
      'good',
      'expired',
    )
    const lines = stdout.trimEnd().split('\n')
    const events = lines.map((line) => JSON.parse(line) as JudgedEvent).filter(({ event }) => event === 'judged')
    expect(events.map(({ scenario, verdict, connections }) => [scenario, verdict, connections])).toEqual([
      ['good', 'pass', 1],
      ['expired', 'fail', 1],
    ])
    expect(events[1]).toMatchObject({ schema: 1, outcome: 'leaked', grade: 'exposed', protocol: 'imap' })
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'mockmail: 1 failed, 0 inconclusive of 2 that were dialled.\n',
    })
  })

  it('leaves a status of the child alone', async () => {
    using workplace = openWorkplace()
    const { status } = await run(workplace, ['exec', 'good', ...place, '--judge', '--', 'sh', '-c', 'exit 7'])
    expect(status).toBe(7)
  })

  it('serves the twin of what injects, marked, and the single endpoint stays the one that was asked for', async () => {
    using workplace = openWorkplace()
    const where = ['starttls-injected', '--protocol', 'smtp', '--mode', 'starttls']
    const script =
      'process.stdout.write(require("fs").readFileSync(process.env.MOCKMAIL_READY, "utf8") + process.env.MOCKMAIL_SCENARIO)'
    const node = ['--', process.execPath, '-e', script]
    const seen = await run(workplace, ['exec', ...where, '--judge', ...node])
    const [line = '', scenario] = seen.stdout.split('\n')
    const ready = JSON.parse(line) as ReadyEvent
    expect(ready.endpoints.map((endpoint) => [endpoint.scenario, endpoint.role])).toEqual([
      ['starttls-injected', undefined],
      ['first-answer-held', 'twin'],
    ])
    expect({ scenario, status: seen.status }).toEqual({ scenario: 'starttls-injected', status: 1 })
  })
})

describe('the judge', () => {
  it('forgets no failure, however many connections follow it', async () => {
    await using servers = await startMailServers({
      scenarios: ['starttls-stripped'],
      protocols: ['pop3'],
      modes: ['starttls'],
    })
    const judge = openJudge(servers)
    const server = servers.endpoint()
    await talk(server, 'USER u', 'PASS p', 'QUIT')
    for (let some = 0; some < 10; some++) {
      await Promise.all(Array.from({ length: 100 }, () => talk(server, 'CAPA', 'QUIT')))
    }
    expect(server.connections).toHaveLength(1000)
    expect((await server.outcome({ settle: 0 })).verdict).toBe('pass')
    const { events, why } = await judge(0)
    expect(events).toMatchObject([{ verdict: 'fail', detail: 'leak-credentials-clear', connections: 1001 }])
    expect(why).toBe('1 failed, 0 inconclusive of 1 that were dialled')
  })
})
