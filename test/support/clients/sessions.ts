import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readRecording } from '../../../scripts/measure/recording.ts'
import { expectRecorded } from '../../measured/compare.ts'
import { describeWith } from '../programs.ts'
import { type Cell, titled } from './cells.ts'
import type { SessionClient } from './client.ts'
import { cellsFor, mail, type Played, playSessions, sessionsOf, type Trust } from './play.ts'

/** The first message of every INBOX. */
const firstMessage = readFileSync(new URL('../../../fixtures/messages/01-plain.eml', import.meta.url), 'latin1')

/** What a listing shows of it: a mailbox, or number and octets. */
const listedEverywhere: Readonly<Record<'imap' | 'pop3', string>> = { imap: 'INBOX', pop3: '1 549' }

/**
 * A session with each scenario, over each protocol that the client speaks, in both modes: what came of it is what is
 * recorded, with `good` a whole session. Whether that is right is for the rules in `test/measured`.
 */
export function describeSessions(client: SessionClient, scenarios: readonly string[], trust: Trust = 'given'): void {
  const told = trust === 'given' ? `with ${client.verifying}` : `by default: ${client.byDefault.told}`

  describeWith(client.needs, `${client.name} ${told}`, () => {
    const cells = cellsFor(client, scenarios)
    const recording = readRecording(sessionsOf(client))
    let played: Played
    let version: string
    beforeAll(async () => {
      version = await client.version()
      played = await playSessions(client, scenarios, trust)
    }, 100_000)
    afterAll(() => played?.[Symbol.asyncDispose]())

    it.each(titled(cells))('ends as is recorded: %s', async (_, cell) => {
      const { scenario, protocol, mode } = cell
      const asked = { scenario, given: trust === 'machine' ? 'machine' : '', place: `${protocol}/${mode}` } as const
      expectRecorded({ recording, series: client.series ?? '', version }, asked, [await played.rowOf(cell)])
    })

    if (trust === 'machine') return
    const completed = cells.filter(({ scenario }) => scenario === 'good')
    it.each(titled(completed))('completes a session, and loses nothing on the way: %s', (_, cell) => {
      expectWholeSession(client, played, cell)
    })

    it('gives no password away where it says that it refused', () => {
      const refused = played.cells
        .filter((cell) => !played.saidOf(cell).ok)
        .map((cell) => played.servers.endpoint(cell))
      const rejecting = refused.filter(({ expectation }) => expectation.expect === 'reject')
      expect(rejecting.length > 0 || scenarios.length === 1).toBe(true)
      for (const { connections, messages } of rejecting) {
        expect(connections.flatMap((record) => record.credentials)).toEqual([])
        expect(messages).toEqual([])
      }
    })
  })
}

function expectWholeSession(client: SessionClient, played: Played, cell: Cell): void {
  const server = played.servers.endpoint(cell)
  const { protocol } = cell
  const { ok, said: words, listed, fetched } = played.saidOf(cell)
  expect({ ok, words }).toMatchObject({ ok: true })
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
}

/** With LF line ends: a program that stores mail writes those of its machine. */
const bodyOf = (message: string): string => {
  const lines = message.replaceAll('\r\n', '\n')
  return lines.slice(lines.indexOf('\n\n') + 2)
}
