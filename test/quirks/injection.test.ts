import { writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { checkClient, type MailServer, type Protocol, startMailServer } from '../../src/index.ts'
import { titled } from '../support/clients/cells.ts'
import type { SessionClient } from '../support/clients/client.ts'
import { fetchmail } from '../support/clients/fetchmail.ts'
import { javamail } from '../support/clients/javamail.ts'
import { mpop } from '../support/clients/mpop.ts'
import { msmtp } from '../support/clients/msmtp.ts'
import { nodeImap } from '../support/clients/node.ts'
import { php } from '../support/clients/php.ts'
import { cellsFor, mail } from '../support/clients/play.ts'
import { ruby } from '../support/clients/ruby.ts'
import { describeWith, temporaryDirectory } from '../support/programs.ts'
import { playClient } from './scripted-client.ts'

const protocols = ['smtp', 'imap', 'pop3'] as const
const injected = (protocol: Protocol) => ({ scenario: 'starttls-injected', protocol, mode: 'starttls' }) as const

/** The run's roots in a file. */
function caOf({ tls }: MailServer): Disposable & { readonly file: string } {
  const directory = temporaryDirectory()
  const file = `${directory.path}/ca.pem`
  writeFileSync(file, tls.ca)
  return { file, [Symbol.dispose]: () => directory[Symbol.dispose]() }
}

const says: Readonly<Record<Protocol, string>> = {
  smtp: '250-injected.example.com\r\n250 AUTH PLAIN LOGIN\r\n',
  imap: '* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na3 OK injected\r\n',
  pop3: '+OK injected\r\nUSER\r\nSASL PLAIN\r\n.\r\n',
}

it.each(protocols)(
  '%s: the answer is in the segment of the one to STARTTLS, in clear, and recorded',
  async (protocol) => {
    await using server = await startMailServer(injected(protocol))
    await playClient(server, {})
    const [record] = server.connections
    expect(record?.injected.map(({ phase, text }) => ({ phase, text }))).toEqual([
      { phase: 'clear', text: says[protocol] },
    ])
    const segment = record?.transcript.find(({ from, text }) => from === 'server' && text.includes('injected'))
    expect(segment).toMatchObject({ phase: 'clear', text: expect.stringMatching(/^(?:220 |a2 OK |\+OK )[^\n]*\n/) })
    expect(segment?.text.endsWith(says[protocol])).toBe(true)
  },
)

it.each(protocols)('%s: the twin injects nothing, and keeps the first answer back as well', async (protocol) => {
  await using server = await startMailServer(injected(protocol))
  const twin = server.twin as MailServer
  expect(twin).toMatchObject({ scenario: 'first-answer-held', protocol, mode: 'starttls' })
  await playClient(twin, {})
  const [record] = twin.connections
  expect(record?.injected).toEqual([])
  expect(record?.held).toEqual([{ at: expect.any(Number), ms: expect.any(Number), spokeOn: false }])
  expect(record?.held[0]?.ms).toBeGreaterThan(900)
  expect(await twin.outcome({ settle: 20 })).toMatchObject({ detail: 'safe-continue', verdict: 'pass' })
})

it.each(protocols)('%s: a client that follows is named once it was at the twin, too', async (protocol) => {
  await using server = await startMailServer(injected(protocol))
  const follows = { keepsWhatCameInClear: true } as const
  await playClient(server, follows)
  expect(await server.outcome({ settle: 20 })).toMatchObject({ detail: 'inconclusive:needs-control' })
  await playClient(server.twin as MailServer, follows)
  expect(await server.outcome({ settle: 20 })).toMatchObject({
    outcome: 'fooled',
    detail: 'acted-on-injected',
    verdict: 'fail',
  })
})

it.each(protocols)('%s: a client that never waits is told nothing of', async (protocol) => {
  await using server = await startMailServer(injected(protocol))
  for (const one of [server, server.twin as MailServer]) await playClient(one, { hurries: true })
  expect(await server.outcome({ settle: 20 })).toMatchObject({ detail: 'inconclusive:twin-alike' })
})

it('joins a TLS version, and so does its twin', async () => {
  await using server = await startMailServer({ ...injected('imap'), scenario: 'starttls-injected+tls12-only' })
  expect(server.twin?.scenario).toBe('first-answer-held+tls12-only')
})

it('is asked of a client together with its twin by check', async () => {
  const client = (server: MailServer) => playClient(server, { keepsWhatCameInClear: true })
  const report = await checkClient(client, {
    scenarios: ['starttls-injected'],
    protocols: ['imap'],
    modes: ['starttls'],
  })
  expect(report.cells.map(({ scenario, detail }) => [scenario, detail])).toEqual([
    ['good', 'safe-continue'],
    ['first-answer-held', 'safe-continue'],
    ['starttls-injected', 'acted-on-injected'],
  ])
})

// PHP bug 80008: stream_socket_enable_crypto() keeps what fgets() had read ahead in clear.
describeWith(php.needs, 'PHP streams', () => {
  it.each(protocols)('%s: take the injected answer for one inside TLS', async (protocol) => {
    await using server = await startMailServer(injected(protocol))
    using ca = caOf(server)
    const [calm, fooled] = await php.playAll([server.twin as MailServer, server], { ca: ca.file, mail })
    expect(calm?.ok).toBe(true)
    expect(calm?.said).not.toContain('injected')
    const [, inTls] = (fooled?.said ?? '').split('-- TLS\n')
    expect(inTls).toMatch(/^C: .*\nS: (?:250-injected|\* CAPABILITY IMAP4rev1 AUTH=PLAIN$|\+OK injected)/m)
    expect(await server.outcome({ settle: 20 })).toMatchObject({ outcome: 'fooled', verdict: 'fail' })
  })
})

interface Row {
  readonly client: SessionClient
  /** Its words where it gives up; absent where it discards what was injected and goes on. */
  readonly says?: RegExp
}

/** curl, Python, nodemailer and imapflow are in mail-programs.test.ts. */
const rows: readonly Row[] = [
  { client: fetchmail, says: /upgrade to TLS failed\.$/m },
  { client: msmtp, says: /^msmtp: command STARTTLS failed$/m },
  { client: mpop, says: /^mpop: command STLS failed$/m },
  { client: nodeImap },
  { client: ruby },
  { client: javamail },
]

for (const { client, says } of rows) {
  describeWith(client.needs, client.name, () => {
    const cells = cellsFor(client, ['starttls-injected', 'first-answer-held'])
    it.each(titled(cells))(
      `${says ? 'gives up' : 'goes on'} where an answer is injected, and only there: %s`,
      async (_, cell) => {
        await using server = await startMailServer(cell)
        using ca = caOf(server)
        const [said] = await client.playAll([server], { ca: ca.file, mail })
        const refuses = says !== undefined && cell.scenario === 'starttls-injected'
        expect(said?.ok).toBe(!refuses)
        if (refuses) expect(said?.said).toMatch(says)
        expect(await server.outcome({ settle: 20 })).toMatchObject({
          detail: refuses ? 'safe-abort' : 'safe-continue',
          verdict: 'pass',
        })
      },
    )
  })
}
