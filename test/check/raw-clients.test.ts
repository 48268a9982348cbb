import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { commandClient } from '../../src/check/client.ts'
import type { CheckCell, CheckReport } from '../../src/check/report.ts'
import { runCheck } from '../../src/check/run.ts'
import { startFleet } from '../../src/fleet/start.ts'
import type { Protocol } from '../../src/index.ts'

const script = fileURLToPath(new URL('raw-client.mjs', import.meta.url))

const scenarios = [
  'good',
  'expired',
  'not-yet-valid',
  'expired-intermediate',
  'self-signed',
  'wrong-host',
  'self-signed+wrong-host',
  'untrusted-root',
  'missing-intermediate',
  'starttls-stripped',
  'plaintext-on-implicit',
  'starttls-injected',
] as const

async function check(behaviour: string, protocols: readonly Protocol[], timeout = 10_000): Promise<CheckReport> {
  const servers = await startFleet({ scenarios, protocols }, { byName: false, twins: true })
  try {
    const places = ['{protocol}', '{mode}', '{host}', '{port}', '{servername}', '{ca}', '{user}', '{password}']
    const client = commandClient([process.execPath, script, behaviour, ...places], { pki: { ca: servers.ca.path } })
    return await runCheck(servers, client, { timeout, insist: true })
  } finally {
    await servers.close()
  }
}

/** What is not as a strict client would have it, as `scenario mode: verdict outcome detail flags`. */
const faults = ({ cells }: CheckReport): string[] =>
  cells
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ scenario, mode, verdict, detail, flags }: CheckCell) =>
      [`${scenario} ${mode}:`, verdict, detail, ...flags].join(' '),
    )

const onBothModes = (ids: readonly string[], what: string): string[] =>
  ids.flatMap((id) => ['implicit', 'starttls'].map((mode) => `${id} ${mode}: ${what}`))

const certificates = scenarios.filter(
  (id) => !['good', 'starttls-stripped', 'plaintext-on-implicit', 'starttls-injected'].includes(id),
)

describe('a client on bare sockets', () => {
  it('that is strict passes everything', async () => {
    const report = await check('strict', ['smtp', 'imap', 'pop3'])
    expect(faults(report)).toEqual([])
    expect(report.verdict).toBe('pass')
    expect(report.counts.pass).toBe(3 * (9 * 2 + 4))
    const reasons = new Map(report.cells.map(({ scenario, reason }) => [scenario, reason]))
    expect(Object.fromEntries(reasons)).toMatchObject({
      expired: 'expired',
      'not-yet-valid': 'not-yet-valid',
      'self-signed': 'self-signed',
      'wrong-host': 'name-mismatch',
      'untrusted-root': 'unknown-issuer',
      'starttls-stripped': 'no-tls',
      'plaintext-on-implicit': 'not-tls',
    })
  })

  it('that verifies nothing leaks its password to every certificate', async () => {
    const report = await check('verifies-nothing', ['imap'])
    expect(faults(report).sort()).toEqual(onBothModes(certificates, 'fail leak-credentials-untrusted-tls').sort())
    expect(report.verdict).toBe('fail')
  })

  it('that skips the host name leaks to the wrong host, and nowhere else', async () => {
    expect(faults(await check('skips-host-name', ['pop3'])).sort()).toEqual(
      onBothModes(['wrong-host'], 'fail leak-credentials-untrusted-tls').sort(),
    )
  })

  it('that ignores dates leaks to what is expired or not yet valid, and nowhere else', async () => {
    const dated = ['expired', 'not-yet-valid', 'expired-intermediate']
    expect(faults(await check('ignores-dates', ['smtp'])).sort()).toEqual(
      onBothModes(dated, 'fail leak-credentials-untrusted-tls').sort(),
    )
  })

  it('that falls back to clear text leaks where STARTTLS is stripped, and nowhere else', async () => {
    const report = await check('falls-back-to-clear', ['smtp', 'imap', 'pop3'])
    expect(new Set(faults(report))).toEqual(new Set(['starttls-stripped starttls: fail leak-credentials-clear']))
  })

  it('that follows an injected line is fooled, and only where one is injected', async () => {
    const report = await check('follows-injected', ['smtp', 'imap', 'pop3'])
    expect(faults(report)).toEqual(Array(3).fill('starttls-injected starttls: fail acted-on-injected'))
    expect(report.cells.filter(({ detail }) => detail === 'acted-on-injected')).toMatchObject(
      ['smtp', 'imap', 'pop3'].map((protocol) => ({ protocol, outcome: 'fooled', grade: 'tampered' })),
    )
  })

  it('that crashes when it refuses is said to crash', async () => {
    const found = faults(await check('crashes', ['imap']))
    expect(found).toContain('expired implicit: fail crashed')
    expect(found.every((line) => line.includes('fail crashed'))).toBe(true)
  })

  it('that hangs when it refuses is said to hang, and is ended', async () => {
    const report = await check('hangs', ['pop3'], 600)
    expect(faults(report)).toContain('expired implicit: fail hung')
    expect(report.cells.filter(({ scenario }) => scenario !== 'good').every(({ client }) => client.timedOut)).toBe(true)
  })

  it('that reports success after it refused is said to', async () => {
    const found = faults(await check('says-success', ['smtp']))
    expect(found).toContain('expired implicit: note safe-abort silent-success')
    expect(found).toHaveLength(certificates.length * 2 + 2)
  })

  it('that refuses everything, because its CA is not wired, has proved nothing', async () => {
    const report = await check('distrusts-everything', ['imap'])
    expect(report.verdict).toBe('fail')
    const control = report.cells.find(({ scenario, mode }) => scenario === 'good' && mode === 'implicit')
    expect(control).toMatchObject({ verdict: 'fail', detail: 'false-reject', reason: 'unknown-issuer' })
    const rest = report.cells.filter(({ scenario }) => scenario !== 'good')
    expect(new Set(rest.map(({ detail }) => detail))).toEqual(new Set(['inconclusive:control-dirty']))
  })
})
