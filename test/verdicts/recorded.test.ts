import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type ConnectionRecord, judgeRun, type MailServers, startMailServers } from '../../src/index.ts'
import type { SessionClient } from '../support/clients/client.ts'
import { citation } from '../support/clients/client.ts'
import { curl } from '../support/clients/curl.ts'
import { fetchmail } from '../support/clients/fetchmail.ts'
import { go } from '../support/clients/go.ts'
import { javamail } from '../support/clients/javamail.ts'
import { mbsync } from '../support/clients/mbsync.ts'
import { msmtp } from '../support/clients/msmtp.ts'
import { imapflow, nodemailer } from '../support/clients/node.ts'
import { php } from '../support/clients/php.ts'
import { cellsFor, mail } from '../support/clients/play.ts'
import { python } from '../support/clients/python.ts'
import { ruby } from '../support/clients/ruby.ts'
import { swaks } from '../support/clients/swaks.ts'
import { expected } from './recorded-table.ts'

/** What a real client did on one endpoint, and on its twin where there is one. */
interface Recorded {
  readonly client: string
  readonly version: string
  readonly trust: 'given' | 'machine'
  readonly scenario: string
  readonly protocol: string
  readonly mode: string
  readonly records: readonly ConnectionRecord[]
  readonly twin?: readonly ConnectionRecord[]
}

const file = new URL('../../fixtures/records/clients.ndjson', import.meta.url)

const faults = ['good', 'expired', 'untrusted-root', 'wrong-host', 'starttls-stripped']
const told = [...faults, 'starttls-injected']
const untold = ['expired', 'starttls-stripped', 'revoked']

/** Verifying clients that tell apart how a refusal can look, and those that do wrong when they are told nothing. */
const subjects: readonly { client: SessionClient; trust: 'given' | 'machine'; scenarios: readonly string[] }[] = [
  ...[curl, python, msmtp, fetchmail, go, javamail, ruby, imapflow].map((client) => ({
    client,
    trust: 'given' as const,
    scenarios: told,
  })),
  { client: mbsync, trust: 'given', scenarios: faults },
  {
    client: nodemailer,
    trust: 'given',
    scenarios: [...told, 'expired+tls12-only', 'tls10-only', 'client-cert-required'],
  },
  { client: php, trust: 'given', scenarios: ['good', 'starttls-injected'] },
  ...[nodemailer, fetchmail, swaks, python].map((client) => ({ client, trust: 'machine' as const, scenarios: untold })),
]

/** Set it to write what the clients of this machine do in place of what is there. */
const recording = process.env['MOCKMAIL_RECORD_CLIENTS'] !== undefined

if (recording) {
  it('writes what the clients of this machine do', async () => {
    const lines: Recorded[] = []
    for (const subject of subjects) lines.push(...(await recordOf(subject)))
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }, 600_000)
}

async function recordOf({ client, trust, scenarios }: (typeof subjects)[number]): Promise<Recorded[]> {
  const version = await client.version()
  const all = [...scenarios, 'first-answer-held']
  await using servers: MailServers = await startMailServers({ scenarios: all, protocols: client.protocols.slice(0, 1) })
  const cells = cellsFor({ ...client, protocols: client.protocols.slice(0, 1) }, all)
  const targets = cells.map((cell) => servers.endpoint(cell))
  await client.playAll(targets, { ca: servers.ca.path, mail, trust })
  await Promise.all(targets.map((server) => server.outcome()))
  return targets
    .filter(({ scenario }) => scenarios.includes(scenario))
    .map(({ scenario, protocol, mode, connections, twin }) => ({
      client: client.name,
      version,
      trust,
      scenario,
      protocol,
      mode,
      records: connections.map(withoutBytes),
      ...(twin && { twin: twin.connections.map(withoutBytes) }),
    }))
}

/** A verdict needs no bytes, and they are most of a record. */
const withoutBytes = (record: ConnectionRecord): ConnectionRecord => ({
  ...record,
  clientHello: record.clientHello && { ...record.clientHello, raw: '' },
  transcript: [],
})

describe('judgeRun, on what real clients did', () => {
  const recorded: readonly Recorded[] = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

  it('is asked of every client and scenario that the table has', () => {
    const seen = recorded.map(({ client, trust, scenario, mode }) => [client, trust, scenario, mode].join(' '))
    expect([...seen].sort()).toEqual(Object.keys(expected).sort())
  })

  it('names no client as unsafe without a source that says so', () => {
    const unsafe = Object.entries(expected).filter(([, found]) => found.startsWith('fail '))
    const names = [...new Set(unsafe.map(([name]) => name.split(' ')[0]))]
    expect(names).toEqual(['php', 'nodemailer', 'swaks', 'python'])
    for (const { client } of subjects.filter(({ client }) => names.includes(client.name))) {
      expect([client.name, client.byDefault.source ?? '']).toEqual([client.name, expect.stringMatching(citation)])
    }
  })

  it.each(recorded.map((one) => [[one.client, one.trust, one.scenario, one.mode].join(' '), one] as const))(
    'says of %s what was checked by hand',
    (name, { scenario, records, twin }) => {
      const { verdict, outcome, detail, qualifier, flags } = judgeRun(records, scenario, twin ? { twin } : {})
      const found = [verdict, outcome, detail, qualifier ?? '-', ...flags].join(' ')
      expect(found).toBe(expected[name])
    },
  )
})
