import { describe, expect, it } from 'vitest'
import type { CredentialRecord } from '../../src/index.ts'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { judgeConnection, judgeRun } from '../../src/verdicts/verdict.ts'
import { type Patch, record } from './records.ts'

const served = (id: string): Patch => ({ fired: [{ at: 2, part: id, where: 'certificate' }] })
const quirk = (id: string): Patch => ({ fired: [{ at: 2, part: id, where: 'capabilities' }] })
const finished: Patch = { handshake: { result: 'finished', version: 'TLSv1.2' } }
const starttls: Patch = { mode: 'starttls' }
const command = (phase: 'clear' | 'tls', verb: string, action: string): Patch => ({
  commands: [{ at: 3, phase, verb, action, line: verb }],
  counts: { commands: 1 },
  ...(phase === 'tls' && { bytes: { tlsIn: verb.length + 2 } }),
})
const login = (phase: 'clear' | 'tls', kind: 'password' | 'digest' = 'password'): Patch => ({
  credentials: [{ at: 4, phase, kind, mechanism: 'PLAIN', user: 'u', secret: 'p', accepted: true, offered: true }],
  counts: { commands: 1, credentials: 1 },
  ...(phase === 'tls' && { bytes: { tlsIn: 20 } }),
})
const mail = (phase: 'clear' | 'tls'): Patch => ({
  envelopes: [{ at: 4, phase, from: 'a@example.com', to: ['b@example.com'] }],
  ...(phase === 'tls' && { bytes: { tlsIn: 20 } }),
})

const injected: Patch = { injected: [{ at: 3, phase: 'clear', text: '250 AUTH PLAIN\r\n' }] }
const held = (spokeOn: boolean): Patch => ({ held: [{ at: 5, ms: spokeOn ? 1 : 1000, spokeOn }] })

type Row = readonly [
  what: string,
  scenario: string,
  patches: readonly Patch[],
  expected: readonly [outcome: string, detail: string, verdict: string, qualifier?: string | null],
]

const rows: readonly Row[] = [
  ['logs in to a good server', 'good', [served('good'), finished, login('tls')], ['accepted', 'safe-continue', 'pass']],
  [
    'refuses a good server',
    'good',
    [served('good'), finished],
    ['refused', 'false-reject', 'fail', 'close-after-finished'],
  ],
  ['never gets to a good server’s certificate', 'good', [], ['not-reached', 'not-reached', 'inconclusive']],
  [
    'closes in the handshake, with no alert (Node, TLS 1.3)',
    'expired',
    [served('expired'), { handshake: { result: 'closed' } }],
    ['refused', 'safe-abort', 'pass', 'silent-close'],
  ],
  [
    'finishes and closes, with no alert (GnuTLS, Node, TLS 1.2)',
    'expired',
    [served('expired'), finished],
    ['refused', 'safe-abort', 'pass', 'close-after-finished'],
  ],
  [
    'finishes and resets (isync)',
    'expired',
    [served('expired'), finished, { end: { how: 'rst' } }],
    ['refused', 'safe-abort', 'pass', 'rst'],
  ],
  [
    'sends an alert (Python, curl, Go)',
    'expired',
    [served('expired'), { handshake: { result: 'alert', alertReceived: { code: 45, name: 'certificate_expired' } } }],
    ['refused', 'safe-abort', 'pass', 'alert:certificate_expired'],
  ],
  [
    'says nothing but QUIT inside TLS',
    'expired',
    [served('expired'), finished, command('tls', 'QUIT', 'quit')],
    ['refused', 'safe-abort', 'pass', 'quit-in-tls'],
  ],
  [
    'says EHLO inside TLS',
    'expired',
    [served('expired'), finished, command('tls', 'EHLO', 'capabilities')],
    ['accepted', 'accepted-bad-cert', 'fail'],
  ],
  [
    'sends bytes that are no command inside TLS',
    'expired',
    [served('expired'), finished, { bytes: { tlsIn: 3 } }],
    ['accepted', 'accepted-bad-cert', 'fail'],
  ],
  [
    'logs in to an expired server',
    'expired',
    [served('expired'), finished, login('tls')],
    ['leaked', 'leak-credentials-untrusted-tls', 'fail'],
  ],
  [
    'sends mail to an expired server without logging in',
    'expired',
    [served('expired'), finished, mail('tls')],
    ['leaked', 'leak-message-untrusted-tls', 'fail'],
  ],
  [
    'goes away before the certificate',
    'expired',
    [{ handshake: { result: 'closed' } }],
    ['not-reached', 'not-reached', 'inconclusive'],
  ],
  [
    'resumes a session, so that no certificate is sent',
    'expired',
    [finished, { handshake: { resumed: true } }, command('tls', 'NOOP', 'noop')],
    ['not-reached', 'not-reached', 'inconclusive'],
  ],
  [
    'stays silent until the limit',
    'expired',
    [served('expired'), finished, { end: { by: 'limit', how: 'timeout' } }],
    ['hung', 'hung', 'fail'],
  ],
  [
    'is still there',
    'expired',
    [served('expired'), finished, { end: null }],
    ['not-reached', 'inconclusive:still-open', 'inconclusive'],
  ],
  [
    'logs in to a revoked server',
    'revoked',
    [served('revoked'), finished, login('tls')],
    ['leaked', 'leak-credentials-untrusted-tls', 'note'],
  ],
  [
    'sends a password in clear to a revoked server',
    'revoked',
    [starttls, login('clear')],
    ['leaked', 'leak-credentials-clear', 'fail'],
  ],
  [
    'sees no STARTTLS and closes',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped')],
    ['refused', 'safe-abort', 'pass', 'silent-close'],
  ],
  [
    'sees no STARTTLS and quits',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped'), command('clear', 'QUIT', 'quit')],
    ['refused', 'safe-abort', 'pass', 'quit-in-clear'],
  ],
  [
    'logs in without STARTTLS',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped'), login('clear')],
    ['leaked', 'leak-credentials-clear', 'fail'],
  ],
  [
    'logs in without even asking what there is',
    'starttls-stripped',
    [starttls, login('clear')],
    ['leaked', 'leak-credentials-clear', 'fail'],
  ],
  [
    'sends a digest without STARTTLS',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped'), login('clear', 'digest')],
    ['leaked', 'leak-hash-clear', 'fail'],
  ],
  [
    'sends mail without STARTTLS',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped'), mail('clear')],
    ['leaked', 'leak-message-clear', 'fail'],
  ],
  [
    'selects a mailbox without STARTTLS',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped'), command('clear', 'SELECT', 'select')],
    ['accepted', 'downgraded-no-tls', 'fail'],
  ],
  [
    'names the user without STARTTLS',
    'starttls-stripped',
    [starttls, quirk('starttls-stripped'), { identities: [{ at: 3, phase: 'clear', name: 'u' }] }],
    ['accepted', 'leak-identity-clear', 'note'],
  ],
  [
    'tries to send mail without STARTTLS, and is refused',
    'starttls-required',
    [starttls, quirk('starttls-required'), command('clear', 'MAIL', 'envelope')],
    ['leaked', 'leak-message-clear', 'fail'],
  ],
  [
    'selects a mailbox without asking for STARTTLS',
    'good',
    [starttls, command('clear', 'SELECT', 'select')],
    ['accepted', 'downgraded-no-tls', 'fail'],
  ],
  [
    'asks to log in without TLS, and is refused',
    'expired',
    [starttls, { commands: [{ at: 3, phase: 'clear', verb: 'AUTH', action: 'auth', line: 'AUTH LOGIN' }] }],
    ['accepted', 'downgraded-no-tls', 'fail'],
  ],
  [
    'asks in which ways it could log in',
    'expired',
    [starttls, { commands: [{ at: 3, phase: 'clear', verb: 'AUTH', action: 'auth', line: 'AUTH' }] }],
    ['not-reached', 'not-reached', 'inconclusive'],
  ],
  [
    'names the user without asking for STARTTLS, and gives up',
    'good',
    [starttls, { identities: [{ at: 3, phase: 'clear', name: 'u' }] }],
    ['accepted', 'leak-identity-clear', 'note'],
  ],
  [
    'waits for its answer where one is injected',
    'starttls-injected',
    [starttls, quirk('starttls-injected'), injected, held(false), finished, command('tls', 'EHLO', 'capabilities')],
    ['accepted', 'safe-continue', 'pass'],
  ],
  [
    'leaves where an answer is injected',
    'starttls-injected',
    [starttls, quirk('starttls-injected'), injected],
    ['refused', 'safe-abort', 'pass', 'silent-close'],
  ],
  [
    'speaks on without its answer where one is injected',
    'starttls-injected',
    [starttls, quirk('starttls-injected'), injected, held(true), finished, login('tls')],
    ['not-reached', 'inconclusive:needs-control', 'inconclusive'],
  ],
  [
    'speaks on without its answer where none is injected',
    'first-answer-held',
    [starttls, quirk('first-answer-held'), held(true), finished, login('tls')],
    ['accepted', 'safe-continue', 'pass'],
  ],
  [
    'does not come as far as the capabilities',
    'starttls-stripped',
    [starttls],
    ['not-reached', 'not-reached', 'inconclusive'],
  ],
  [
    'logs in where nothing was promised',
    'good',
    [{ mode: 'plain' }, login('clear')],
    ['accepted', 'safe-continue', 'pass'],
  ],
  [
    'speaks TLS 1.0',
    'tls10-only',
    [quirk('tls10-only'), finished, login('tls')],
    ['accepted', 'downgraded-tls', 'note'],
  ],
  [
    'does not speak TLS 1.0',
    'tls10-only',
    [quirk('tls10-only'), { handshake: { result: 'failed' } }],
    ['refused', 'safe-abort', 'pass', 'silent-close'],
  ],
  [
    'has no certificate of its own',
    'client-cert-required',
    [quirk('client-cert-required'), { handshake: { result: 'failed', turnedAway: 'no-certificate' } }],
    ['turned-away', 'turned-away', 'pass'],
  ],
]

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
