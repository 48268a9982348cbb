import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MailServers, type Mode, type Protocol, type Qualifier, startMailServers } from '../../../src/index.ts'
import { describeWith } from '../programs.ts'
import { type Cell, cellsOf, titled } from './cells.ts'
import type { Errand, Said, SessionClient } from './client.ts'

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
  /** What the server sees of it; several where it is a matter of timing. */
  readonly seen: Qualifier | readonly Qualifier[]
}

/** What a client cannot be told to refuse, and why; our verdict is then `fail`. */
export interface Gap {
  readonly outcome: 'leaked' | 'accepted'
  readonly because: string
}

type Answer = Refusal | Gap

/** Where a client answers in a way of its own; the narrower counts. */
type Where = Protocol | `${Protocol}/${Mode}`

/** By scenario, how a client refuses; by protocol and mode as well where it does not do so alike. */
export type Refusals = Readonly<
  Record<(typeof refusedScenarios)[number], Answer | Readonly<Partial<Record<Where, Answer>>>>
>

/** The message that is sent: a line that begins with a dot would show a slip in dot-stuffing. */
export const mail = {
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
} as const satisfies Errand['mail']

/** The first message of every INBOX. */
const firstMessage = readFileSync(new URL('../../../fixtures/messages/01-plain.eml', import.meta.url), 'latin1')

/** What a listing shows of it: a mailbox, or number and octets. */
const listedEverywhere: Readonly<Record<'imap' | 'pop3', string>> = { imap: 'INBOX', pop3: '1 549' }

/** The squares of a client's matrix. */
export const cellsFor = ({ protocols, cannot }: SessionClient, scenarios: readonly string[]): readonly Cell[] =>
  cellsOf(scenarios, protocols).filter(({ protocol, mode }) => cannot?.[protocol] !== mode)

/** A complete session against `good`, and every refusal, over each protocol that the client speaks in both modes. */
export function describeSessions(client: SessionClient, refusals: Refusals): void {
  describeWith(client.needs, `${client.name} with ${client.verifying}`, () => {
    const cells = cellsFor(client, ['good', ...refusedScenarios])
    const said = new Map<Cell, Said>()
    let servers: MailServers
    beforeAll(async () => {
      servers = await startMailServers({ scenarios: ['good', ...refusedScenarios], protocols: client.protocols })
      const targets = cells.map((cell) => servers.endpoint(cell))
      const all = await client.playAll(targets, { ca: servers.ca.path, mail })
      for (const [index, cell] of cells.entries()) said.set(cell, all[index] ?? { ok: false, said: 'nothing at all' })
    }, 100_000)
    afterAll(() => servers.close())

    const completed = cells.filter(({ scenario }) => scenario === 'good')
    it.each(titled(completed))('completes a session on %s', async (_, cell) => {
      const server = servers.endpoint(cell)
      const { protocol } = cell
      const { ok, said: words, listed, fetched } = said.get(cell) ?? { ok: false, said: 'nothing' }
      expect({ ok, words }).toMatchObject({ ok: true })
      expect(await server.outcome()).toMatchObject({ outcome: 'accepted', verdict: 'pass' })
      const credentials = server.connections.flatMap((record) => record.credentials)
      expect(credentials.length).toBeGreaterThan(0)
      const right = { phase: 'tls', accepted: true, user: server.user }
      for (const credential of credentials) {
        // A client that chose CRAM-MD5 sends a digest, and no two are the same.
        const secret = credential.kind === 'digest' ? expect.stringMatching(/^[0-9a-f]{32}$/) : server.password
        expect(credential).toMatchObject({ ...right, secret })
      }
      if (protocol === 'smtp') {
        expect(server.messages.map(({ raw, secure }) => ({ raw: raw.toString(), secure }))).toEqual([
          { raw: mail.raw, secure: true },
        ])
        expect(server.messages[0]?.envelope).toEqual({ from: mail.from, to: [mail.to] })
        return
      }
      if (listed !== undefined) expect(listed.join('\n')).toContain(listedEverywhere[protocol])
      const message = fetched?.toString('latin1') ?? ''
      if (client.fetches === 'as-stored') expect(bodyOf(message)).toBe(bodyOf(firstMessage))
      else expect(message).toBe(firstMessage)
    })

    const refused = cells.flatMap((cell) => {
      const answer = answerTo(cell, refusals)
      return 'says' in answer ? [{ ...cell, cell, ...answer }] : []
    })
    it.each(titled(refused))('refuses %s', async (_, { cell, says, seen }) => {
      const server = servers.endpoint(cell)
      expect(said.get(cell)?.said).toContain(says)
      expect(said.get(cell)?.ok).toBe(false)
      const qualifier = expect.toBeOneOf([seen].flat())
      expect(await server.outcome()).toMatchObject({ outcome: 'refused', verdict: 'pass', qualifier })
      expect(server.connections.flatMap((record) => record.credentials)).toEqual([])
      expect(server.messages).toEqual([])
    })

    const missed = cells.flatMap((cell) => {
      const answer = answerTo(cell, refusals)
      return 'because' in answer ? [{ ...cell, cell, ...answer }] : []
    })
    it.each(titled(missed))(
      'is seen to fail on %s, which it cannot be told to refuse',
      async (_, { cell, outcome }) => {
        expect(said.get(cell)).toMatchObject({ ok: true })
        expect(await servers.endpoint(cell).outcome()).toMatchObject({ outcome, verdict: 'fail' })
      },
    )
  })
}

/** With LF line ends: a program that stores mail writes those of its machine. */
const bodyOf = (message: string): string => {
  const lines = message.replaceAll('\r\n', '\n')
  return lines.slice(lines.indexOf('\n\n') + 2)
}

function answerTo({ scenario, protocol, mode }: Cell, refusals: Refusals): Answer | { readonly good: true } {
  if (scenario === 'good') return { good: true }
  const found = refusals[scenario as keyof Refusals]
  const answer = 'says' in found || 'because' in found ? found : (found[`${protocol}/${mode}`] ?? found[protocol])
  if (!answer) throw new Error(`There are no words for ${scenario} over ${protocol}/${mode}.`)
  return answer
}
