import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CheckReport } from '../../src/check/report.ts'
import type { ReadyEvent } from '../../src/fleet/events.ts'
import { describeWith } from '../support/programs.ts'
import { bin, ensureBuilt, expectFree, isAlive, one, openWorkplace, run, start } from './mockmail.ts'

beforeAll(ensureBuilt, 90_000)

const sleeper = ['sh', '-c', 'echo $$; exec sleep 30'] as const
/** Lives on after SIGINT and SIGTERM. */
const stubborn = ['sh', '-c', "trap '' INT TERM HUP; echo $$; while :; do sleep 0.1; done"] as const

const connects = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket
      .on('error', () => resolve(false))
      .on('close', () => resolve(true))
      .end()
  })

const pidOf = async (stdout: Promise<string>): Promise<number> => Number(await stdout)

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s at any moment of the start leaves nothing behind', async (signal, status) => {
    // Spread over node's own start, in which nothing is open yet and the system ends it, and over ours.
    for (const after of [10, 60, 90, 110, 130, 150, 180, 250]) {
      using workplace = openWorkplace()
      const running = start(workplace, ['up', '--json', '--log', 'log'])
      await pause(after)
      running.process.kill(signal)
      const ended = await running.ended
      expect([0, status, null]).toContain(ended.status)
      if (ended.status === null) expect(ended.signal).toBe(signal)
      expect({ after, stderr: ended.stderr, left: workplace.leftovers() }).toEqual({ after, stderr: '', left: [] })
      if (ended.stdout) {
        await expectFree(
          (JSON.parse(ended.stdout.split('\n')[0] ?? '') as ReadyEvent).endpoints.map(({ port }) => port),
        )
      }
    }
  })

  it('twice does not wait, and still removes the directory', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['up', '--json'])
    const { endpoints } = await running.ready()
    running.process.kill('SIGINT')
    running.process.kill('SIGINT')
    running.process.kill('SIGTERM')
    const { status, signal, stderr } = await running.ended
    expect([0, 130, 143, null]).toContain(status)
    if (status === null) expect(signal).toMatch(/^SIG(?:INT|TERM)$/)
    expect({ stderr, left: workplace.leftovers() }).toEqual({ stderr: '', left: [] })
    await expectFree(endpoints.map(({ port }) => port))
  })
})

describeWith(['sleep'], 'a signal to exec', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s goes on to the command, whose status counts', async (signal, status) => {
    using workplace = openWorkplace()
    const running = start(workplace, ['exec', ...one, '--', ...sleeper])
    const child = await pidOf(running.saying('\n'))
    running.process.kill(signal)
    expect((await running.ended).status).toBe(status)
    expect({ alive: isAlive(child), left: workplace.leftovers() }).toEqual({ alive: false, left: [] })
  })

  it('is answered by the command in its own way', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, [
      'exec',
      ...one,
      '--',
      'sh',
      '-c',
      "trap 'exit 3' TERM; echo; while :; do sleep 0.05; done",
    ])
    await running.saying('\n')
    running.process.kill('SIGTERM')
    expect((await running.ended).status).toBe(3)
  })

  it.each([['SIGINT'], ['SIGTERM']] as const)('%s twice ends a command that ignores it', async (signal) => {
    using workplace = openWorkplace()
    const running = start(workplace, ['exec', ...one, '--', ...stubborn])
    const child = await pidOf(running.saying('\n'))
    running.process.kill(signal)
    await pause(50)
    expect(isAlive(child)).toBe(true)
    running.process.kill(signal)
    expect((await running.ended).status).toBe(137)
    expect({ alive: isAlive(child), left: workplace.leftovers() }).toEqual({ alive: false, left: [] })
  })

  it('SIGTERM ends a command that ignores it, after five seconds', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['exec', ...one, '--', ...stubborn])
    const child = await pidOf(running.saying('\n'))
    const asked = performance.now()
    running.process.kill('SIGTERM')
    expect((await running.ended).status).toBe(137)
    expect(performance.now() - asked).toBeGreaterThan(4900)
    expect({ alive: isAlive(child), left: workplace.leftovers() }).toEqual({ alive: false, left: [] })
  })

  it('from the terminal is left to the command', async ({ skip }) => {
    const script = 'import pty,sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)'
    using workplace = openWorkplace()
    const terminal = spawn(
      'python3',
      [
        '-c',
        script,
        process.execPath,
        bin,
        'exec',
        ...one,
        '--',
        'sh',
        '-c',
        "trap 'echo caught' INT; echo ready; read x; read x; exit 4",
      ],
      { cwd: workplace.path, env: workplace.environment },
    )
    const missing = await new Promise<boolean>((resolve) => {
      terminal.on('error', () => resolve(true))
      terminal.on('spawn', () => resolve(false))
    })
    if (missing) return skip('this machine has no python3 to make a terminal')
    let seen = ''
    terminal.stdout.on('data', (chunk: Buffer) => {
      const before = seen
      seen += chunk.toString()
      if (!before.includes('ready') && seen.includes('ready')) terminal.stdin.write('\x03')
      if (!before.includes('caught') && seen.includes('caught')) terminal.stdin.write('\n\n')
    })
    const status = await new Promise((resolve) => terminal.on('close', resolve))
    expect({ status, seen, left: workplace.leftovers() }).toMatchObject({ status: 4, left: [] })
  })
})

/** Starts one that ignores everything, in a group of its own, and tells both numbers. */
const family = [
  'sh',
  '-c',
  `trap '' INT TERM HUP; setsid sh -c "trap '' INT TERM HUP; echo \\$\\$; while :; do sleep 0.1; done" & echo $$; wait; while :; do sleep 0.1; done`,
] as const

const pidsOf = async (stdout: Promise<string>): Promise<readonly number[]> =>
  (await stdout).trim().split('\n').map(Number)

/** Milliseconds for the system to take notice of what was killed. */
async function areGone(pids: readonly number[]): Promise<boolean> {
  for (let waited = 0; waited < 2000 && pids.some(isAlive); waited += 20) await pause(20)
  return !pids.some(isAlive)
}

// Other systems have no setsid.
describeWith(['setsid', 'sleep'], 'what a command has started', () => {
  it('ends with it when exec is told to end twice', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['exec', ...one, '--', ...family])
    const pids = await pidsOf(running.saying(/\d+\n\d+\n/))
    running.process.kill('SIGTERM')
    await pause(50)
    expect(pids.map(isAlive)).toEqual([true, true])
    running.process.kill('SIGTERM')
    expect((await running.ended).status).toBe(137)
    expect({ gone: await areGone(pids), left: workplace.leftovers() }).toEqual({ gone: true, left: [] })
  })

  it('ends with it when the command itself heeds the signal, and its descendants do not', async () => {
    using workplace = openWorkplace()
    const obedient = ['sh', '-c', 'setsid sleep 30 & echo $!; echo $$; wait'] as const
    const running = start(workplace, ['exec', ...one, '--', ...obedient])
    const pids = await pidsOf(running.saying(/\d+\n\d+\n/))
    running.process.kill('SIGTERM')
    expect((await running.ended).status).toBe(143)
    expect(await areGone(pids)).toBe(true)
  })

  it.each([
    ['twice', 137, "trap '' TERM; "],
    ['once, which the command heeds', 143, ''],
  ])('ends with it although it has another environment: SIGTERM %s', async (_, status, trap) => {
    using workplace = openWorkplace()
    const deaf = `trap "" INT TERM HUP; while :; do sleep 0.1; done`
    const stripped = `${trap}env -i PATH="$PATH" setsid sh -c '${deaf}' & echo $!; echo $$; ${trap}while :; do sleep 0.1; done`
    const running = start(workplace, [
      'exec',
      ...one,
      '--',
      'env',
      '-i',
      `PATH=${process.env['PATH']}`,
      'sh',
      '-c',
      stripped,
    ])
    const pids = await pidsOf(running.saying(/\d+\n\d+\n/))
    // Until it has its traps.
    await pause(200)
    running.process.kill('SIGTERM')
    if (status === 137) {
      await pause(50)
      expect(pids.map(isAlive)).toEqual([true, true])
      running.process.kill('SIGTERM')
    }
    expect((await running.ended).status).toBe(status)
    expect({ gone: await areGone(pids), left: workplace.leftovers() }).toEqual({ gone: true, left: [] })
  })

  it('is left alone where the command ended by itself', async () => {
    using workplace = openWorkplace()
    const daemon = ['sh', '-c', 'setsid sleep 30 >/dev/null 2>&1 & echo $!'] as const
    const { stdout, status } = await run(workplace, ['exec', ...one, '--', ...daemon])
    const pid = Number(stdout)
    const there = isAlive(pid)
    process.kill(pid, 'SIGKILL')
    expect({ status, there }).toEqual({ status: 0, there: true })
  })

  it('ends with it when check is interrupted twice', async () => {
    using workplace = openWorkplace()
    const script = family[2].replace(/; wait/, ' >> pids; wait').replace('echo \\$\\$', 'echo \\$\\$ >> pids')
    const running = start(workplace, ['check', ...one, '--', 'sh', '-c', script])
    const file = join(workplace.path, 'pids')
    const read = (): readonly string[] => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [])
    while (read().length < 2) await pause(10)
    running.process.kill('SIGINT')
    running.process.kill('SIGINT')
    running.process.kill('SIGINT')
    expect((await running.ended).status).toBe(130)
    expect({ gone: await areGone(read().map(Number)), left: workplace.leftovers() }).toEqual({ gone: true, left: [] })
  })
})

describe('an interrupt during check', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s still writes the report, marked partial, without what was under way', async (signal, status) => {
    using workplace = openWorkplace()
    // Works with the good server, and stays with every other.
    const client = `const tls = require('tls'), env = process.env
      if (env.MOCKMAIL_SCENARIO !== 'good') { require('fs').writeFileSync('there', ''); setInterval(() => {}, 1000) }
      else tls.connect({ port: env.MOCKMAIL_PORT, servername: 'localhost', ca: require('fs').readFileSync(env.MOCKMAIL_CA) })
        .on('data', function (data) { if (/^a OK/m.test(data)) process.exit(0); this.write('a LOGIN u p\\r\\n') })`
    const running = start(workplace, [
      ...['check', 'expired', 'self-signed', '--protocol', 'imap', '--mode', 'implicit', '--jobs', '1'],
      ...['--reporter', 'json=report.json', '--reporter', 'pretty', '--', process.execPath, '-e', client],
    ])
    while (!existsSync(join(workplace.path, 'there'))) await pause(10)
    running.process.kill(signal)
    const ended = await running.ended
    const report = JSON.parse(readFileSync(join(workplace.path, 'report.json'), 'utf8')) as CheckReport
    expect(report).toMatchObject({ partial: true, verdict: 'fail', counts: { pass: 1, fail: 0, inconclusive: 0 } })
    expect(report.cells.map(({ scenario, verdict }) => [scenario, verdict])).toEqual([['good', 'pass']])
    expect(ended.stdout).toMatch(/\nfail: 0 of 1 failed, 1 passed, interrupted before the rest was tried\n$/)
    expect({ status: ended.status, stderr: ended.stderr }).toEqual({
      status,
      stderr: 'mockmail: interrupted; the report has what was judged by then.\n',
    })
    expect(workplace.leftovers()).toEqual([])
  })
})

describeWith(['head', 'sleep'], 'a reader of stdout that goes away', () => {
  it('stops up while nothing is written, when stdout is a socket', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['up', ...one, '--json'])
    const { endpoints } = await running.ready()
    running.process.stdout.destroy()
    const { status, stderr } = await running.ended
    expect({ status, stderr, left: workplace.leftovers() }).toEqual({ status: 0, stderr: '', left: [] })
    await expectFree(endpoints.map(({ port }) => port))
  })

  it('stops up with the next line, when stdout is a pipe', async () => {
    using workplace = openWorkplace()
    const line = `"$0" "$1" up ${one.join(' ')} --json | head -1 >&2; echo over`
    const pipeline = spawn('sh', ['-c', line, process.execPath, bin], {
      cwd: workplace.path,
      env: workplace.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const seen = { stdout: '', stderr: '' }
    const over = new Promise((resolve) => pipeline.on('close', resolve))
    pipeline.stdout.on('data', (chunk) => (seen.stdout += chunk))
    await new Promise<void>((resolve) =>
      pipeline.stderr.on('data', (chunk) => {
        seen.stderr += chunk
        if (seen.stderr.includes('\n')) resolve()
      }),
    )
    const [endpoint] = (JSON.parse(seen.stderr) as ReadyEvent).endpoints
    // The reader may need a moment to go away.
    while (await connects(endpoint?.port ?? 0)) await pause(20)
    await over
    expect({ ...seen, left: workplace.leftovers() }).toMatchObject({ stdout: 'over\n', left: [] })
  })

  it('is no failure of a list', async () => {
    using workplace = openWorkplace()
    const line = '"$0" "$1" list | head -1; "$0" "$1" --help | head -1'
    const ended = await run(workplace, ['exec', '--quiet', ...one, '--', 'sh', '-c', line, process.execPath, bin])
    expect(ended.stdout).toMatch(/^good +certificate +accept .*\nUsage: .*\n$/)
    expect({ status: ended.status, stderr: ended.stderr }).toEqual({ status: 0, stderr: '' })
  })

  it('stops exec --json, and its command with it', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, ['exec', ...one, '--json', '--', 'sh', '-c', 'echo $$ > pid; exec sleep 30'])
    await running.ready()
    while (!existsSync(join(workplace.path, 'pid'))) await pause(10)
    running.process.stdout.destroy()
    expect((await running.ended).status).toBe(143)
    expect(workplace.leftovers()).toEqual([])
  })

  it('closed from the beginning stops nothing', async () => {
    using workplace = openWorkplace()
    const line = `"$0" "$1" exec ${one.join(' ')} -- sh -c 'exit 5' >&- 2>&-`
    expect(
      await run(workplace, ['exec', '--quiet', ...one, '--', 'sh', '-c', line, process.execPath, bin]),
    ).toMatchObject({
      status: 5,
      stderr: '',
    })
  })
})
