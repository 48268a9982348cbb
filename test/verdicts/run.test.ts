import { describe, expect, it } from 'vitest'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { judgeRun } from '../../src/verdicts/verdict.ts'
import { finished, held, injected, login, quirk, record, served, starttls } from './records.ts'
import type { Patch } from './rows.ts'

describe('judgeRun', () => {
  const stripped = resolveScenario('starttls-stripped')
  const refused = record(starttls, quirk('starttls-stripped'))
  const leaked = record(starttls, quirk('starttls-stripped'), login('clear'), { nth: 2 })

  it('takes the worst, and flags a retry in clear after a clean refusal', () => {
    expect(judgeRun([refused, leaked], stripped)).toMatchObject({
      outcome: 'leaked',
      verdict: 'fail',
      flags: expect.arrayContaining(['retry-in-clear']),
    })
    expect(judgeRun([refused], stripped)).toMatchObject({ outcome: 'refused', verdict: 'pass' })
    expect(judgeRun([leaked], stripped).flags).not.toContain('retry-in-clear')
  })

  it('is not worsened by a connection that came to nothing', () => {
    expect(judgeRun([refused, record(starttls)], stripped).verdict).toBe('pass')
  })

  it('says nothing of no connection', () => {
    expect(judgeRun([], stripped)).toMatchObject({ outcome: 'not-reached', verdict: 'inconclusive' })
  })

  it('holds an injection against a client only if it does not speak on without one', () => {
    const scenario = resolveScenario('starttls-injected')
    const base = [starttls, quirk('starttls-injected'), finished, login('tls')]
    const acted = record(...base, injected, held(true))
    const calm = record(...base, held(false))
    const hasty = record(...base, held(true))
    expect(judgeRun([acted], scenario, { twin: [calm] })).toMatchObject({
      outcome: 'fooled',
      detail: 'acted-on-injected',
      grade: 'tampered',
      verdict: 'fail',
    })
    const undecided = { outcome: 'not-reached', verdict: 'inconclusive', grade: 'none' }
    expect(judgeRun([acted], scenario, { twin: [calm, hasty] })).toMatchObject({
      ...undecided,
      detail: 'inconclusive:twin-alike',
    })
    expect(judgeRun([acted], scenario, { twin: [record(starttls)] })).toMatchObject({
      ...undecided,
      detail: 'inconclusive:needs-control',
    })
    // A second connection that went well does not make up for it.
    const well = record(...base, injected, held(false), { nth: 2 })
    expect(judgeRun([acted, well], scenario)).toMatchObject({ ...undecided, detail: 'inconclusive:needs-control' })
    expect(judgeRun([well], scenario).verdict).toBe('pass')
  })

  it('waits for the connection that shows the fault', () => {
    const later = resolveScenario('expired@2nd')
    const first = record(served('good'), finished, login('tls'))
    const second = record(served('expired'), { nth: 2, handshake: { result: 'closed' } })
    expect(judgeRun([first], later).verdict).toBe('inconclusive')
    expect(judgeRun([first, second], later)).toMatchObject({ verdict: 'pass' })
    expect(judgeRun([first, record(served('expired'), finished, login('tls'), { nth: 2 })], later)).toMatchObject({
      outcome: 'leaked',
      verdict: 'fail',
    })
  })

  it('lets a user trust the first self-signed certificate, and not the second', () => {
    const changed = resolveScenario('certificate-changed')
    const trusted = record(served('certificate-changed'), finished, login('tls'))
    const other = (...patches: readonly Patch[]) => record(served('certificate-changed@2nd'), { nth: 2 }, ...patches)
    expect(judgeRun([trusted], changed).verdict).toBe('inconclusive')
    expect(judgeRun([trusted, other({ handshake: { result: 'closed' } })], changed).verdict).toBe('pass')
    expect(judgeRun([trusted, other(finished, login('tls'))], changed)).toMatchObject({
      outcome: 'leaked',
      verdict: 'fail',
    })
  })
})
