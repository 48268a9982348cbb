import { describe, expect, it } from 'vitest'
import type { CredentialRecord } from '../../src/index.ts'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { judgeConnection } from '../../src/verdicts/verdict.ts'
import { finished, login, record, served } from './records.ts'
import { type Patch, rows } from './rows.ts'

describe('judgeConnection', () => {
  it.each(rows)('a client that %s: %s', (_, scenario, patches, [outcome, detail, verdict, qualifier]) => {
    const judged = judgeConnection(record({ scenario }, ...patches), resolveScenario(scenario))
    expect([judged.outcome, judged.detail, judged.verdict]).toEqual([outcome, detail, verdict])
    if (qualifier !== undefined) expect(judged.qualifier).toBe(qualifier)
  })

  it('fails a client that ignores a revocation when that is asked for', () => {
    const seen = record(served('revoked'), finished, login('tls'))
    expect(judgeConnection(seen, resolveScenario('revoked'), { requireRevocation: true }).verdict).toBe('fail')
    expect(judgeConnection(seen, resolveScenario('revoked')).verdict).toBe('note')
  })

  it('reads the reason from an alert that names one, and none from one that does not', () => {
    const refusedWith = (name: string) =>
      judgeConnection(
        record(served('expired'), { handshake: { result: 'alert', alertReceived: { name } } }),
        resolveScenario('expired'),
      ).reason
    expect(refusedWith('certificate_expired')).toBe('expired')
    expect(refusedWith('unknown_ca')).toBe('unknown-issuer')
    expect(refusedWith('bad_certificate')).toBeNull()
  })

  it('flags a login by what was not offered', () => {
    const flags = (...patches: readonly Patch[]): readonly string[] =>
      judgeConnection(record(served('good'), finished, login('tls'), ...patches), resolveScenario('good')).flags
    const [credential] = record(login('tls')).credentials
    const showing = (offered: boolean | null): Patch => ({
      credentials: [{ ...credential, offered } as CredentialRecord],
    })
    expect(flags(showing(true))).not.toContain('unoffered-mech')
    expect(flags(showing(null))).not.toContain('unoffered-mech')
    expect(flags(showing(false))).toContain('unoffered-mech')
  })

  it('flags a login in clear in mode plain', () => {
    expect(judgeConnection(record({ mode: 'plain' }, login('clear')), resolveScenario('good')).flags).toContain(
      'clear-by-mode',
    )
  })
})
