import type tls from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type MailServer, type Mode, type Protocol, startMailServer } from '../../src/index.ts'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { rowIds } from './row-ids.ts'
import { type Habits, playClient } from './scripted-client.ts'

type RowId = (typeof rowIds)[number]

/** What a client came to, and where the quirk has shown. */
interface Row {
  /** What is typed, where that is more than the id. */
  readonly scenario?: string
  readonly habits?: Habits
  readonly outcome: string
  readonly detail?: string
  readonly verdict: string
  readonly fired: readonly string[]
  readonly only?: readonly Mode[]
  /** What stands in the transcript, in the words of the client's side. */
  readonly seen?: Readonly<Partial<Record<Protocol, RegExp>>>
}

const done = { outcome: 'accepted', detail: 'safe-continue', verdict: 'pass' } as const
const left = { outcome: 'refused', detail: 'safe-abort', verdict: 'pass' } as const
const leaked = { outcome: 'leaked', detail: 'leak-credentials-clear', verdict: 'fail' } as const
const blind: Habits = { goesOnInClear: true, logsInUnasked: true, triesEverything: true }
/** Of a program that takes whatever a server offers. */
const lenient: tls.ConnectionOptions = { ciphers: 'ALL:eNULL:@SECLEVEL=0' }
const brief: Habits = { patience: 400 }

const rows: Readonly<Record<RowId, readonly Row[]>> = {
  'starttls-code': [
    { ...left, fired: ['command:starttls'], scenario: 'starttls-code:354', seen: { smtp: /^S: 354 mockmail$/m } },
    { ...left, fired: ['command:starttls'], scenario: 'starttls-code:530', seen: { smtp: /^S: 530 mockmail$/m } },
    { ...leaked, habits: blind, scenario: 'starttls-code:421', fired: ['command:starttls'] },
  ],
  'handshake-fail-fallback': [
    { ...left, fired: ['client-hello'], seen: { smtp: /TLS fails: alert: handshake failure|TLS fails: .*handshake/i } },
    { ...leaked, habits: blind, fired: ['client-hello'] },
  ],
  'starttls-injected-later': [
    // What comes behind the ClientHello is no TLS, and ends the handshake.
    { ...left, fired: ['command:starttls'] },
    { ...left, scenario: 'starttls-injected-later:50', fired: ['command:starttls'] },
  ],
  untagged: [
    { ...left, fired: ['command:starttls'], seen: { imap: /^S: \* LIST \(\) "\/" 7XiYhgS7$/m } },
    { ...done, scenario: 'untagged:exists@greeting', fired: ['greeting'], seen: { imap: /^S: \* 54321 EXISTS$/m } },
    { ...left, scenario: 'untagged:alert@client-hello', fired: ['client-hello'] },
  ],
  'starttls-nested': [{ ...done, fired: ['capabilities'] }],
  preauth: [
    {
      ...left,
      fired: ['greeting', 'capabilities', 'command:starttls'],
      seen: { imap: /^S: \* PREAUTH \[CAPABILITY IMAP4rev1\]/m },
    },
    { ...done, scenario: 'preauth:starttls', fired: ['greeting', 'capabilities'] },
  ],
  referral: [
    { ...done, fired: ['auth'], seen: { imap: /^S\*: a4 NO \[REFERRAL imaps?:\/\/localhost:\d+\] there$/m } },
    { ...left, scenario: 'referral:greeting-bye', fired: ['greeting'], only: ['starttls'] },
  ],
  'scram-iterations': [{ ...done, habits: { logsInUnasked: true }, fired: ['sasl'] }],
  'scram-unproved': [{ ...done, habits: { logsInUnasked: true }, fired: ['sasl'] }],
  'split-bytes': [{ ...done, fired: ['greeting', 'command:capabilities'] }],
  'close-without-close-notify': [{ ...done, fired: ['command:quit'] }],
  hang: [
    { ...left, scenario: 'hang@greeting', habits: brief, fired: ['greeting'], only: ['starttls'] },
    { ...done, scenario: 'hang@quit', habits: {}, fired: ['command:quit'] },
  ],
  fin: [
    { ...left, scenario: 'fin@client-hello', fired: ['client-hello'], only: ['implicit', 'starttls'] },
    { ...left, scenario: 'fin@greeting', fired: ['greeting'], only: ['starttls'] },
    { ...leaked, scenario: 'fin@client-hello', habits: blind, fired: ['client-hello'], only: ['starttls'] },
  ],
  rst: [{ ...left, scenario: 'rst@client-hello', fired: ['client-hello'], only: ['implicit', 'starttls'] }],
  'half-close': [{ ...done, scenario: 'half-close@quit', fired: ['command:quit'], only: ['implicit'] }],
  drip: [{ ...done, scenario: 'drip@quit', fired: ['command:quit'], only: ['implicit'] }],
  alert: [
    { ...left, fired: ['client-hello'] },
    { ...left, scenario: 'alert:protocol_version@client-hello', fired: ['client-hello'] },
    { ...left, scenario: 'alert:199@client-hello', fired: ['client-hello'] },
    { ...leaked, habits: blind, fired: ['client-hello'], only: ['starttls'] },
  ],
  'cipher-null': [
    { ...left, fired: ['handshake'] },
    { outcome: 'leaked', verdict: 'fail', habits: { attempts: [lenient] }, fired: ['handshake'] },
  ],
  'dh-bits': [
    { ...done, scenario: 'dh-bits:2048', fired: ['handshake', 'certificate'] },
    {
      outcome: 'accepted',
      detail: 'downgraded-tls',
      verdict: 'note',
      scenario: 'dh-bits:1024',
      habits: { attempts: [lenient] },
      fired: ['handshake', 'certificate'],
    },
  ],
  'serverhello-version': [
    { outcome: 'refused', verdict: 'pass', fired: ['client-hello'] },
    { outcome: 'refused', verdict: 'pass', scenario: 'serverhello-version:0301', fired: ['client-hello'] },
  ],
  'no-tickets': [{ ...done, fired: ['handshake'] }],
  'ticket-rejected': [{ ...done, fired: ['handshake'] }],
  'resume-ticket': [{ ...done, fired: ['handshake'] }],
  'alpn-mismatch': [
    { ...done, fired: ['handshake'] },
    { ...left, habits: { attempts: [{ ALPNProtocols: ['imap'] }] }, fired: ['handshake'] },
  ],
  'sni-required': [
    { ...done, fired: ['handshake'] },
    {
      outcome: 'refused',
      detail: 'false-reject',
      verdict: 'fail',
      habits: { attempts: [{ servername: '' }] },
      fired: ['client-hello'],
    },
  ],
}

const cells = rowIds.flatMap((id) =>
  rows[id].flatMap((row) => {
    const scenario = row.scenario ?? id
    const served = resolveScenario(scenario)
    return (['smtp', 'imap', 'pop3'] as const).flatMap((protocol) =>
      (['implicit', 'starttls', 'plain'] as const)
        .filter(
          (mode) => served.unservable(protocol, mode) === undefined && (row.only?.includes(mode) ?? mode !== 'plain'),
        )
        .map((mode) => ({
          title: `${scenario} ${protocol}/${mode}${row.habits ? ` ${Object.keys(row.habits)}` : ''}`,
          scenario,
          protocol,
          mode,
          row,
        })),
    )
  }),
)

const start = (scenario: string, protocol: Protocol, mode: Mode): Promise<MailServer> =>
  startMailServer({ scenario, protocol, mode } as never)

describe('each row, met by a client', () => {
  it.each(cells)('$title', async ({ scenario, protocol, mode, row }) => {
    await using server = await start(scenario, protocol, mode)
    const transcript = await playClient(server, row.habits ?? {})
    const judged = await server.outcome({ settle: 20 })
    const fired = server.connections.flatMap((connection) => connection.fired).filter(({ part }) => part === scenario)
    expect(judged, transcript).toMatchObject({
      outcome: row.outcome,
      verdict: row.verdict,
      ...(row.detail && { detail: row.detail }),
    })
    expect(fired.map(({ where }) => where)).toEqual(expect.arrayContaining([...row.fired]))
    const seen = row.seen?.[protocol]
    if (seen) expect(transcript).toMatch(seen)
  })
})
