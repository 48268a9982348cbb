import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, it } from 'vitest'
import { checkClient, type MailServer } from '../../src/index.ts'
import { useMockMail } from '../../src/testing/vitest.ts'
import { connectRaw } from '../support/raw.ts'
import { alerting, careful, careless, failure } from './matched.ts'

const mail = useMockMail({ control: 'off' })
const pop3 = { protocol: 'pop3', mode: 'implicit' } as const
const quick = { settle: 20 } as const

describe('toHaveBeenRefused', () => {
  it('passes when the client refused, and negated it fails', async () => {
    const server = await mail.start({ ...pop3, scenario: 'expired' })
    await careful(server)
    await expect(server).toHaveBeenRefused(quick)
    expect(await failure(expect(server).not.toHaveBeenRefused(quick))).toBe(
      `expired (pop3/implicit, ${server.url}): refused, which was not expected [safe-abort, silent-close].\n` +
        'A strict client would reject: the current time is after notAfter.\n' +
        'Connection 1: TLS: closed (socket hang up); ended by client, fin\n' +
        '  (no bytes of the protocol)',
    )
  })

  it('fails when the client went on, with the dialogue, and negated it passes', async () => {
    const server = await mail.start({ ...pop3, scenario: 'expired' })
    await careless(server)
    await expect(server).not.toHaveBeenRefused(quick)
    const message = await failure(expect(server).toHaveBeenRefused(quick))
    expect(message.replace(/<.*>/, '<id>').replace(/after [\d.]+ ms/, 'after MS ms')).toBe(
      `expired (pop3/implicit, ${server.url}): expected to be refused, and was leaked [leak-credentials-untrusted-tls].\n` +
        'A strict client would reject: the current time is after notAfter.\n' +
        'Proof:\n' +
        '  connection 1, after MS ms, inside TLS:\n' +
        '  S*: (handshake.certificate) certificate expired: CN=localhost\n' +
        '  C*: PASS p\n' +
        '  C*: (credentials[0]) password of u by USER/PASS: p\n' +
        '  S*: +OK logged in\n' +
        'Connection 1: TLS: finished TLSv1.3; ended by server, fin\n' +
        '  S*: +OK mockmail POP3 server ready <id>\n' +
        '  C*: USER u\n' +
        '  C*: PASS p\n' +
        '  C*: QUIT\n' +
        '  S*: +OK send PASS\n' +
        '  S*: +OK logged in\n' +
        '  S*: +OK bye',
    )
  })

  it('fails when the reason is another one, and passes when it is the scenario’s or the one named', async () => {
    const server = await mail.start({ ...pop3, scenario: 'expired' })
    await alerting(server, 48)
    expect(await failure(expect(server).toHaveBeenRefused(quick))).toMatch(
      /^expired \(pop3\/implicit, \S+\): refused, but for another reason: unknown_ca \[safe-abort, alert:unknown_ca\]\.\n/,
    )
    await expect(server).toHaveBeenRefused({ ...quick, because: 'unknown-issuer' })
    server.reset()
    await alerting(server, 45)
    await expect(server).toHaveBeenRefused(quick)
    await expect(server).toHaveBeenRefused({ ...quick, because: 'expired' })
    server.reset()
    // bad_certificate says nothing.
    await alerting(server, 42)
    await expect(server).toHaveBeenRefused({ ...quick, because: 'expired' })
    const misuse = (code: string, message: RegExp) =>
      expect.objectContaining({ code, message: expect.stringMatching(message) })
    await expect(expect(server).toHaveBeenRefused({ ...quick, because: 'revoked' })).rejects.toEqual(
      misuse(
        'INVALID_OPTION',
        /^because: 'revoked' is no reason to refuse expired, and the client told none\. Allowed: expired\.$/,
      ),
    )
    const mistyped = { ...quick, because: 'expird' as 'expired' }
    for (const one of [expect(server), expect(server).not]) {
      await expect(one.toHaveBeenRefused(mistyped)).rejects.toEqual(
        misuse('INVALID_OPTION', /^because: 'expird' is not allowed\. Did you mean 'expired'\? Allowed: expired, /),
      )
    }
  })

  it('is asked for by words that there are', async () => {
    const server = await mail.start({ ...pop3, scenario: 'expired' })
    await alerting(server, 45)
    const refuses = (attempt: Promise<unknown>): Promise<void> =>
      expect(attempt).rejects.toEqual(expect.objectContaining({ code: 'INVALID_OPTION' }))
    await refuses(expect(server).not.toHaveOutcome('leakd' as 'leaked'))
    await refuses(expect(server).not.toHaveOutcome({ verdict: 'passed' as 'pass', ...quick }))
    await refuses(expect(server).not.toHaveOutcome({ outcom: 'leaked', ...quick } as object))
    await refuses(expect(server).not.toHaveNegotiated({ verson: 'TLSv1.3', ...quick } as object))
    await expect(server).toHaveOutcome('refused')
    await expect(server).toHaveOutcome('safe-abort')
    await expect(server).toHaveOutcome({ grade: 'safe', verdict: 'pass', ...quick })
    await expect(server).not.toHaveOutcome('inconclusive:needs-control')
  })
})

describe('toHaveBeenAccepted', () => {
  it('passes when the session was used, and fails when it was not', async () => {
    const server = await mail.start(pop3)
    await careless(server, ['CAPA', 'QUIT'])
    await expect(server).toHaveBeenAccepted(quick)
    expect(await failure(expect(server).not.toHaveBeenAccepted(quick))).toContain('accepted, which was not expected')
    server.reset()
    await careless(server, ['QUIT'])
    await expect(server).not.toHaveBeenAccepted(quick)
    expect(await failure(expect(server).toHaveBeenAccepted(quick))).toContain(
      'expected to be accepted, and was refused',
    )
  })
})

describe('toHaveSeenCredentials', () => {
  it('tells where they crossed, and whose they were', async () => {
    const server = await mail.start({ protocol: 'pop3', mode: 'starttls', scenario: 'starttls-stripped' })
    const client = connectRaw(server)
    client.send('USER me\r\nPASS secret\r\nQUIT\r\n')
    await client.closed
    await expect(server).toHaveSeenCredentials(quick)
    await expect(server).toHaveSeenCredentials({ ...quick, inClear: true, user: 'me' })
    await expect(server).not.toHaveSeenCredentials({ ...quick, inClear: false })
    await expect(server).not.toHaveSeenCredentials({ ...quick, user: 'you' })
    expect(await failure(expect(server).not.toHaveSeenCredentials(quick))).toContain(
      'saw credentials: USER/PASS of me (clear) [leak-credentials-clear',
    )
    expect(await failure(expect(server).toHaveSeenCredentials({ ...quick, inClear: false }))).toContain(
      'saw no credentials inside TLS',
    )
  })

  it('counts those that were wrong', async () => {
    const server = await mail.start(pop3)
    await careless(server, ['USER u', 'PASS wrong', 'QUIT'])
    await expect(server).toHaveSeenCredentials({ ...quick, inClear: false })
  })
})

describe('toPass', () => {
  it('passes where nothing failed, and fails with the dialogue where something did', async () => {
    const server = await mail.start({ ...pop3, scenario: 'expired' })
    await careful(server)
    await expect(server).toPass(quick)
    expect(await failure(expect(server).not.toPass(quick))).toContain('passed as refused, which was not expected')
    server.reset()
    await careless(server)
    await expect(server).not.toPass(quick)
    const message = await failure(expect(server).toPass(quick))
    expect(message).toContain('did not pass (fail): was leaked [leak-credentials-untrusted-tls].\n')
    expect(message).toContain('  C*: PASS p\n')
  })

  it('passes what is only noted, unless notes are refused', async () => {
    const server = await mail.start({ ...pop3, scenario: 'revoked' })
    await careless(server)
    await expect(server).toPass(quick)
    await expect(server).not.toPass({ ...quick, notes: false })
    expect(await failure(expect(server).toPass({ ...quick, notes: false }))).toContain(
      'did not pass (note): was leaked',
    )
    const good = await mail.start(pop3)
    await careless(good)
    await expect(good).toPass({ ...quick, notes: false })
  })

  it('is for a report as well, and takes the options that there are', async () => {
    const report = await checkClient(async (server) => careless(server), {
      protocols: ['pop3'],
      modes: ['implicit'],
      scenarios: ['revoked'],
    })
    await expect(report).toPass()
    await expect(report).not.toPass({ notes: false })
    expect(await failure(expect(report).toPass({ notes: false }))).toMatch(
      /\n {2}revoked pop3\/implicit: note, leaked /,
    )
    await expect(expect(report).toPass({ settle: 1 })).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    await expect(expect(report).toPass({ note: false } as object)).rejects.toMatchObject({ code: 'INVALID_OPTION' })
    await expect(expect({}).toPass()).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })
})

describe('toHaveOutcome', () => {
  it('does not pass when nothing happened, negated or not, unless that is what was asked for', async () => {
    const server = await mail.start({ ...pop3, scenario: 'expired' })
    const nothing = { code: 'NOTHING_RECORDED' }
    for (const wanted of ['leaked', 'refused', { verdict: 'pass', ...quick }, { grade: 'exposed' }] as const) {
      await expect(expect(server).toHaveOutcome(wanted)).rejects.toMatchObject(nothing)
      await expect(expect(server).not.toHaveOutcome(wanted)).rejects.toMatchObject(nothing)
    }
    await expect(server).toHaveOutcome('not-reached')
    await expect(server).toHaveOutcome({ verdict: 'inconclusive', ...quick })
    expect(await failure(expect(server).not.toHaveOutcome('not-reached'))).toContain('was not-reached (inconclusive)')
  })
})

describe('a matcher', () => {
  const all = [
    [
      'toHaveBeenRefused',
      (server: MailServer, not: boolean) => (not ? expect(server).not : expect(server)).toHaveBeenRefused(quick),
    ],
    [
      'toHaveBeenAccepted',
      (server: MailServer, not: boolean) => (not ? expect(server).not : expect(server)).toHaveBeenAccepted(quick),
    ],
    [
      'toHaveSeenCredentials',
      (server: MailServer, not: boolean) => (not ? expect(server).not : expect(server)).toHaveSeenCredentials(quick),
    ],
    ['toPass', (server: MailServer, not: boolean) => (not ? expect(server).not : expect(server)).toPass(quick)],
    [
      'toHaveOutcome',
      (server: MailServer, not: boolean) =>
        (not ? expect(server).not : expect(server)).toHaveOutcome({ verdict: 'pass' }),
    ],
    [
      'toHaveNegotiated',
      (server: MailServer, not: boolean) => (not ? expect(server).not : expect(server)).toHaveNegotiated(quick),
    ],
  ] as const

  it.each(all)('%s does not pass when nothing connected, negated or not', async (_, assert) => {
    const server = await mail.start({ ...pop3, scenario: 'expired' })
    for (const negated of [true, false]) {
      await expect(assert(server, negated)).rejects.toMatchObject({
        code: 'NOTHING_RECORDED',
        message: `Nothing connected to ${server.url} (expired), so there is nothing to judge.`,
      })
    }
  })

  it.each(all)('%s does not pass when the fault did not show, negated or not', async (_, assert) => {
    const server = await mail.start({ ...pop3, scenario: 'expired' })
    const socket = net.connect(server.port, '127.0.0.1')
    socket.end()
    await once(socket.resume(), 'close')
    for (const negated of [true, false]) {
      const message = await failure(assert(server, negated))
      expect(message).toContain('1 connected, and none came as far as the fault (not-reached)')
    }
    await careful(server)
    await expect(server).toHaveBeenRefused(quick)
  })

  it('is for servers only', async () => {
    await expect(expect({}).toHaveBeenRefused()).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: 'This matcher is for a server: expect(await mail.start(…)).toHaveBeenRefused().',
    })
    await expect(expect(undefined).not.toHaveBeenAccepted()).rejects.toMatchObject({ code: 'INVALID_OPTION' })
  })

  it('shows the newest three connections', async () => {
    const server = await mail.start({ ...pop3, scenario: 'expired' })
    for (let count = 0; count < 4; count++) await careless(server, ['CAPA', 'QUIT'])
    const message = await failure(expect(server).toHaveBeenRefused(quick))
    expect(message.match(/^Connection \d/gm)).toEqual(['Connection 2', 'Connection 3', 'Connection 4'])
    expect(message).toContain('  C*: CAPA\n')
  })

  it('waits for what is on its way', async () => {
    const server = await mail.start({ ...pop3, scenario: 'expired' })
    await careful(server)
    const retried = new Promise<void>((resolve) => setTimeout(() => resolve(careless(server)), 100))
    await expect(server).not.toHaveBeenRefused()
    await retried
  })
})
