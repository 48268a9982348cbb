import { beforeAll, describe, expect, it } from 'vitest'
import type { CheckReport } from '../../src/check/report.ts'
import { ensureBuilt, openWorkplace, run } from '../cli/mockmail.ts'

beforeAll(ensureBuilt, 90_000)

describe('--timeout', () => {
  const places = ['--protocol', 'imap', '--mode', 'implicit', '--json']

  it('ends a client that is still running, and the rest is not run', async () => {
    using workplace = openWorkplace()
    const { status, stdout } = await run(workplace, [
      ...['check', 'expired', ...places, '--timeout', '300ms'],
      ...['--', process.execPath, '-e', 'setTimeout(() => {}, 10_000)'],
    ])
    const { cells } = JSON.parse(stdout) as CheckReport
    expect(cells.map(({ scenario, outcome, verdict, client }) => ({ scenario, outcome, verdict, client }))).toEqual([
      {
        scenario: 'good',
        outcome: 'hung',
        verdict: 'fail',
        client: { exit: null, signal: null, error: 'still running after 300 ms', output: '', timedOut: true },
      },
      {
        scenario: 'expired',
        outcome: 'not-reached',
        verdict: 'inconclusive',
        client: { exit: null, signal: null, error: 'was not run', output: '', timedOut: false },
      },
    ])
    expect(status).toBe(1)
  })

  it('lets a client be that ends in time', async () => {
    using workplace = openWorkplace()
    const { stdout } = await run(workplace, [
      'check',
      'good',
      ...places,
      '--timeout',
      '10s',
      '--',
      process.execPath,
      '-e',
      '0',
    ])
    const { cells } = JSON.parse(stdout) as CheckReport
    expect(cells.map(({ outcome, client }) => ({ outcome, timedOut: client.timedOut }))).toEqual([
      { outcome: 'not-reached', timedOut: false },
    ])
  })

  it('refuses what is no length of time', async () => {
    using workplace = openWorkplace()
    const { status, stderr } = await run(workplace, ['check', 'good', '--timeout', 'soon', '--', 'true'])
    expect(stderr).toMatch(/^mockmail: .*--timeout.*'soon'/)
    expect(status).toBe(2)
  })
})
