import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServers, type Protocol, type Qualifier, startMailServers } from '../../../src/index.ts'
import { describeWith } from '../programs.ts'
import { type Cell, cellsOf } from './cells.ts'
import type { Errand, SessionClient } from './client.ts'

/** What a client that verifies and insists on TLS has to refuse. */
export const refusedScenarios = [
  'expired',
  'self-signed',
  'wrong-host',
  'untrusted-root',
  'missing-intermediate',
  'starttls-stripped',
] as const

/** How a client refuses. */
export interface Refusal {
  /** Words that its error contains. */
  readonly says: string
  /** What the server sees of it. */
  readonly seen: Qualifier
}

/** By scenario, how a client refuses; by protocol as well where it does not do so alike. */
export type Refusals = Readonly<
  Record<(typeof refusedScenarios)[number], Refusal | Readonly<Partial<Record<Protocol, Refusal>>>>
>

/** The message that is sent: a line that begins with a dot would show a slip in dot-stuffing. */
export const mail: Errand['mail'] = {
  from: 'alice@example.com',
  to: 'bob@example.com',
  raw: [
    'From: Alice <alice@example.com>',
    'To: Bob <bob@example.com>',
    'Subject: From a real client',
    'Message-ID: <real@clients.mockmail.test>',
    'Date: Mon, 02 Feb 2026 09:00:00 +0000',
    '',
    'Hello,',
    '.a line with a dot',
    '',
  ].join('\r\n'),
}

/** The first message of every INBOX. */
const firstMessage = readFileSync(new URL('../../../fixtures/messages/01-plain.eml', import.meta.url))

/** What a listing shows of it: a mailbox, or number and octets. */
const listedEverywhere: Readonly<Record<'imap' | 'pop3', string>> = { imap: 'INBOX', pop3: '1 549' }

/** A complete session against `good`, and every refusal, over each protocol that the client speaks in both modes. */
export function describeSessions(client: SessionClient, refusals: Refusals): void {
  describeWith(client.needs, client.name, () => {
    let servers: MailServers
    beforeAll(async () => {
      servers = await startMailServers({ scenarios: ['good', ...refusedScenarios], protocols: client.protocols })
    })
    afterAll(() => servers.close())

    describe.concurrent('completes a session on good', () => {
      it.each(cellsOf(['good'], client.protocols))('over $protocol/$mode', async (cell) => {
        const server = servers.endpoint(cell)
        const said = await client.play(server, { ca: servers.ca.path, mail })
        expect(said).toMatchObject({ ok: true })
        expect(await server.outcome()).toMatchObject({ outcome: 'accepted', verdict: 'pass' })
        const credentials = server.connections.flatMap((record) => record.credentials)
        expect(credentials.length).toBeGreaterThan(0)
        const right = { phase: 'tls', accepted: true, user: server.user, secret: server.password }
        for (const credential of credentials) expect(credential).toMatchObject(right)
        if (cell.protocol === 'smtp') {
          expect(server.messages.map(({ raw, secure }) => ({ raw: raw.toString(), secure }))).toEqual([
            { raw: mail.raw, secure: true },
          ])
          expect(server.messages[0]?.envelope).toEqual({ from: mail.from, to: [mail.to] })
          return
        }
        expect(said.listed?.join('\n')).toContain(listedEverywhere[cell.protocol])
        expect(said.fetched?.toString()).toBe(firstMessage.toString())
      })
    })

    describe.concurrent('refuses', () => {
      const cells = cellsOf(refusedScenarios, client.protocols).map((cell) => ({
        ...cell,
        ...refusalOf(refusals, cell),
      }))
      it.each(cells)('$scenario over $protocol/$mode: $says', async ({ says, seen, ...cell }) => {
        const server = servers.endpoint(cell)
        const said = await client.play(server, { ca: servers.ca.path, mail })
        expect(said.said).toContain(says)
        expect(said.ok).toBe(false)
        expect(await server.outcome()).toMatchObject({ outcome: 'refused', verdict: 'pass', qualifier: seen })
        expect(server.connections.flatMap((record) => record.credentials)).toEqual([])
        expect(server.messages).toEqual([])
      })
    })
  })
}

function refusalOf(refusals: Refusals, { scenario, protocol }: Cell): Refusal {
  const found = refusals[scenario as keyof Refusals]
  const refusal = 'says' in found ? found : found[protocol]
  if (!refusal) throw new Error(`There are no words for ${scenario} over ${protocol}.`)
  return refusal
}
