import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readBaseline, unmatched, withBaseline } from '../../src/check/baseline.ts'
import { commandClient } from '../../src/check/client.ts'
import { descendants } from '../../src/check/process-tree.ts'
import type { CheckReport } from '../../src/check/report.ts'
import { runCheck } from '../../src/check/run.ts'
import { startMailServers } from '../../src/index.ts'
import { describeWith, itWith } from '../support/programs.ts'

const servers = await startMailServers({ scenarios: ['good'], protocols: ['imap'], modes: ['implicit'] })
const [server] = servers.endpoints
if (!server) throw new Error('no server')
const scratch = mkdtempSync(join(tmpdir(), 'mockmail-test-'))
afterAll(async () => {
  rmSync(scratch, { recursive: true })
  await servers.close()
})

const run = (argv: readonly [string, ...string[]], timeout = 5000, stub = false) =>
  commandClient(argv, { stub, pki: { ca: servers.ca.path } }).run(
    server,
    { MOCKMAIL_PORT: String(server.port) },
    { timeout },
  )

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** A killed process is gone once its parent, here init, has taken notice. */
async function gone(pid: number): Promise<boolean> {
  for (const limit = Date.now() + 5000; Date.now() < limit && isAlive(pid); ) {
    if (isZombie(pid)) return true
    await new Promise((resolve) => setImmediate(resolve))
  }
  return !isAlive(pid)
}

describeWith(['sh', 'head', 'tr', 'sleep', 'setsid', 'pgrep'], 'a command', () => {
  it('is told where to connect, in its arguments and its environment', async () => {
    const { end } = await run(['sh', '-c', 'echo "$0 $1 $MOCKMAIL_PORT"', '{servername}:{port}', '{nothing}'])
    expect(end).toMatchObject({ exit: 0, error: null })
    expect(end.output.trim()).toBe(`localhost:${server.port} {nothing} ${server.port}`)
  })

  it('that does not exist is the user’s mistake', async () => {
    await expect(run(['./no-such-client'])).rejects.toMatchObject({
      code: 'CHILD_FAILED',
      message: "Cannot run './no-such-client': it was not found.",
    })
  })

  it('that may not be executed is the user’s mistake', async () => {
    const file = join(scratch, 'client.sh')
    writeFileSync(file, '#!/bin/sh\n', { mode: 0o600 })
    await expect(run([file])).rejects.toMatchObject({ code: 'CHILD_FAILED' })
  })

  it('that fails is quoted by the line that tells why', async () => {
    const { end } = await run([
      'sh',
      '-c',
      'echo starting; echo "curl: (60) SSL certificate problem: certificate has expired" >&2; echo More details >&2; exit 60',
    ])
    expect(end).toMatchObject({ exit: 60, error: 'curl: (60) SSL certificate problem: certificate has expired' })
  })

  it('that writes without end keeps its last 4 KiB, and nothing waits for it', async () => {
    const { end, flooded } = await run(
      ['sh', '-c', 'head -c 100000000 /dev/zero | tr "\\0" x; echo; echo done'],
      20_000,
    )
    expect(flooded).toBe(true)
    expect(end.exit).toBe(0)
    expect(end.output.length).toBeLessThanOrEqual(4096)
    expect(end.output.endsWith('x\ndone\n')).toBe(true)
  })

  it('that never ends is ended at the limit, with everything it started', async () => {
    const pids = join(scratch, 'never.pids')
    const { end, leftChildren } = await run(
      ['sh', '-c', `trap "" TERM; sleep 100 & echo $$ $! > ${pids}; wait; sleep 100`],
      300,
    )
    expect(end).toMatchObject({ exit: null, timedOut: true, error: 'still running after 300 ms' })
    expect(leftChildren).toBe(false)
    for (const pid of readFileSync(pids, 'utf8').trim().split(' ')) expect(await gone(Number(pid))).toBe(true)
  })

  it('that leaves children behind is reported, and nothing of it survives', async () => {
    const pids = join(scratch, 'left.pids')
    const script = `sleep 100 & setsid sleep 100 & sleep 0.2; pgrep -P $$ | tr "\\n" " " > ${pids}; exit 0`
    const { end, leftChildren } = await run(['sh', '-c', script])
    expect(end.exit).toBe(0)
    expect(leftChildren).toBe(true)
    const left = readFileSync(pids, 'utf8').trim().split(' ').map(Number)
    expect(left.length).toBeGreaterThanOrEqual(2)
    for (const pid of left) expect(await gone(pid)).toBe(true)
  })

  it('that crashes is quoted with its error, not with what stands behind it', async () => {
    const { end } = await run([process.execPath, '-e', 'null.connect()'])
    expect(end.output).toMatch(/\nNode\.js v[\d.]+\n$/)
    expect(end.error).toBe("TypeError: Cannot read properties of null (reading 'connect')")
  })

  it('ends with what it started in another environment and group, where it has to be ended', async () => {
    const pids = join(scratch, 'stripped')
    // Neither what it inherited nor its group tells whose it is.
    const stripped = `env -i "$(command -v setsid)" "$(command -v sleep)" 100 & echo $! >> ${pids}; sleep 100`
    const { end } = await run(['sh', '-c', stripped], 300)
    expect(end.timedOut).toBe(true)
    const [pid] = readFileSync(pids, 'utf8').trim().split('\n').map(Number)
    // The system may take its time to take notice.
    await expect.poll(() => isAlive(pid ?? 0), { timeout: 5000 }).toBe(false)
  })

  it('that is a stub is asked for one word', async () => {
    const { said, end } = await run(
      ['sh', '-c', 'echo "$1 $2"; echo "REJECT certificate has expired"', 'stub'],
      5000,
      true,
    )
    expect(said).toBe('REJECT')
    expect(end.output).toContain(`localhost ${server.port}\n`)
    expect(end.error).toBe('REJECT certificate has expired')
  })
})

describe('withBaseline', () => {
  const report = (verdict: 'pass' | 'fail' | 'inconclusive'): CheckReport => {
    const cell = { scenario: 'expired', protocol: 'imap', mode: 'implicit', verdict, outcome: 'leaked' }
    return { cells: [cell], counts: {}, verdict: verdict === 'pass' ? 'pass' : 'fail' } as unknown as CheckReport
  }
  const known = [{ scenario: 'expired', protocol: 'imap', mode: 'implicit', verdict: 'fail', why: 'issue 12' }] as const

  it('takes a known failure for what it is', () => {
    expect(withBaseline(report('fail'), known).verdict).toBe('pass')
    expect(withBaseline(report('fail'), []).verdict).toBe('fail')
  })

  it('fails a change in either direction', () => {
    expect(withBaseline(report('pass'), known)).toMatchObject({
      verdict: 'fail',
      cells: [{ baseline: { why: 'issue 12' } }],
    })
    expect(withBaseline(report('inconclusive'), known).verdict).toBe('fail')
    expect(withBaseline(report('pass'), []).verdict).toBe('pass')
  })

  it('holds the outcome too, where the baseline names one', () => {
    expect(withBaseline(report('fail'), [{ ...known[0], outcome: 'accepted' }]).verdict).toBe('fail')
    expect(withBaseline(report('fail'), [{ ...known[0], outcome: 'leaked' }]).verdict).toBe('pass')
  })

  const read = (cells: readonly object[]): ReturnType<typeof readBaseline> => {
    const file = join(scratch, 'baseline.json')
    writeFileSync(file, JSON.stringify({ cells }))
    return readBaseline(file)
  }
  const entry = { scenario: 'T_4', protocol: 'imap', mode: 'implicit', verdict: 'note', why: 'issue 12' }

  it('takes the names that other suites use, and one entry for a cell', () => {
    expect(read([entry])).toEqual([{ ...entry, scenario: 'expired' }])
    expect(() => read([entry, { ...entry, scenario: 'expired' }])).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(/: cell 2 is expired imap\/implicit a second time\.$/),
      }),
    )
  })

  it('says which of its entries is none', () => {
    for (const [cells, wrong] of [
      [[entry, null], 'cell 2 has no scenario'],
      [['expired'], 'cell 1 has no scenario'],
      [[{ ...entry, why: 12 }], 'cell 1 has no why'],
      [[{ ...entry, verdict: 'constructor' }], 'cell 1 has no verdict'],
    ] as const) {
      expect(() => read(cells as unknown as readonly object[])).toThrow(
        expect.objectContaining({
          code: 'INVALID_OPTION',
          message: expect.stringContaining(`: ${wrong}. Each needs `),
        }),
      )
    }
  })

  it('knows which of its entries were not tried', () => {
    const [cell] = report('fail').cells
    const place = { scenario: cell?.scenario, protocol: cell?.protocol, mode: cell?.mode }
    expect(unmatched(report('fail'), read([{ ...entry, ...place }]))).toEqual([])
    expect(unmatched(report('fail'), read([{ ...entry, scenario: 'nonsense' }]))).toEqual(['nonsense imap/implicit'])
  })
})

describe('runCheck', () => {
  itWith(
    'curl',
    'head',
    'sleep',
  )('notes a client that is safe and floods its output, or leaves processes behind', async () => {
    const places = ['{port}', '{ca}', '{user}:{password}']
    const session = 'curl -sS --ssl-reqd --cacert $2 -u $3 -X NOOP imaps://localhost:$1 >&2'
    const flagsOf = async (script: string): Promise<unknown> => {
      server.reset()
      const client = commandClient(['sh', '-c', script, 'sh', ...places], { pki: { ca: servers.ca.path } })
      const { cells } = await runCheck(servers, client)
      return cells.map(({ verdict, flags }) => [verdict, ...flags])
    }
    expect(await flagsOf(session)).toEqual([['pass']])
    expect(await flagsOf(`${session}; head -c 2000000 /dev/zero`)).toEqual([['note', 'output-flood']])
    expect(await flagsOf(`sleep 100 & ${session}`)).toEqual([['note', 'left-children']])
  })

  it('rejects when the command cannot be run at all', async () => {
    const client = commandClient(['./no-such-client'], { pki: { ca: '' } })
    await expect(runCheck(servers, client)).rejects.toMatchObject({ code: 'CHILD_FAILED' })
  })
})

describe('descendants', () => {
  it('are found by their parents, and nobody else’s', () => {
    // Numbers wrap around.
    const processes = [
      [1, 0],
      [2, 12],
      [10, 1],
      [11, 10],
      [12, 11],
      [13, 1],
      [14, 2],
    ].map(([pid = 0, parent = 0]) => ({ pid, parent, started: '' }))
    const of = (...ancestors: number[]): readonly number[] =>
      descendants(ancestors, processes)
        .map(({ pid }) => pid)
        .sort((a, b) => a - b)
    expect(of(10)).toEqual([2, 10, 11, 12, 14])
    expect(of(14)).toEqual([14])
    expect(of(13, 2)).toEqual([2, 13, 14])
    expect(of(15)).toEqual([])
  })
})
