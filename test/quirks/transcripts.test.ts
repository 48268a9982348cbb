import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Judgement, type MailServer, type MailServers, startMailServers } from '../../src/index.ts'
import { presets, quirks } from '../../src/scenarios/registry.ts'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { captureClientHello } from '../support/raw.ts'
import { completed, type Play, type Props, plays, type Result } from './plays.ts'
import { type PlayedId, rowIds } from './row-ids.ts'
import { playClient } from './scripted-client.ts'

const protocols = ['smtp', 'imap', 'pop3'] as const
const modes = ['implicit', 'starttls', 'plain'] as const
const ids = Object.keys({ ...quirks, ...presets }).filter(
  (id) => !rowIds.some((row) => row === id),
) as readonly PlayedId[]

/** Where a quirk can show, protocol by protocol. */
const cells = ids.flatMap((id) =>
  protocols.flatMap((protocol) => {
    const shown = modes.filter((mode) => resolveScenario(id).unservable(protocol, mode) === undefined)
    return shown.length > 0 ? [{ id, protocol, modes: shown }] : []
  }),
)

let servers: MailServers
let impatient: MailServers
let props: Props
beforeAll(async () => {
  const scenarios: readonly string[] = ['good', ...ids]
  const limits = { idleTimeout: 500, handshakeTimeout: 500 }
  servers = await startMailServers({ scenarios, modes })
  impatient = await startMailServers({ scenarios, modes, ...limits })
  const client = `${servers.pki}/clients/good`
  props = {
    clientHello: await captureClientHello(),
    certificate: { cert: readFileSync(`${client}/fullchain.pem`), key: readFileSync(`${client}/leaf.key`) },
  }
})
afterAll(() => Promise.all([servers.close(), impatient.close()]))

it('there is a client for every quirk and preset, in every mode in which it can show', () => {
  expect(Object.keys(plays).sort()).toEqual([...ids].sort())
  for (const { id, modes } of cells) {
    for (const mode of modes) {
      const played = plays[id].filter((play) => play.modes?.includes(mode) ?? true)
      expect(played.length, `${id} in mode ${mode}`).toBeGreaterThan(0)
    }
  }
})

/** What came of a client, as both sides tell. */
interface Played {
  /** What the client saw, without what is another in each run. */
  readonly transcript: string
  readonly judged: Judgement
  /** Where a part of the scenario has shown, connection by connection. */
  readonly fired: readonly string[]
}

async function play(server: MailServer, { habits }: Play): Promise<Played> {
  server.reset()
  const transcript = await playClient(server, habits(props))
  const judged = await server.outcome({ settle: 20 })
  const fired = server.connections.flatMap((connection) => connection.fired)
  return {
    transcript: transcript
      .replace(/<[0-9a-f]+\.\d+@/g, '<timestamp@')
      .replace(/(UIDVALIDITY|UIDNEXT|HIGHESTMODSEQ) \d+/g, '$1 <number>')
      .replace(/ready at \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000/g, 'ready at <date>'),
    judged,
    fired: fired.filter(({ part }) => part === server.scenario).map(({ where }) => where),
  }
}

function expectResult({ judged }: Played, { outcome, verdict, detail, flags = [] }: Result): void {
  expect(judged).toMatchObject({ outcome, verdict, ...(detail && { detail }) })
  expect(judged.flags).toEqual(expect.arrayContaining([...flags]))
}

describe.each(cells)('$id over $protocol', ({ id, protocol, modes }) => {
  const rows = plays[id].flatMap((client) =>
    modes
      .filter((mode) => client.modes?.includes(mode) ?? true)
      .map((mode) => ({ title: `${mode}: a client that ${client.does}`, mode, client })),
  )
  const played = new Map<string, Played>()
  const onGood = new Map<string, Played>()
  beforeAll(async () => {
    for (const { title, mode, client } of rows) {
      const fleet = client.impatient ? impatient : servers
      played.set(title, await play(fleet.endpoint({ scenario: id, protocol, mode }), client))
      onGood.set(title, await play(fleet.endpoint({ scenario: 'good', protocol, mode }), client))
    }
  })

  it.each(rows)('$title', ({ title, client: { result, fired } }) => {
    const it = played.get(title) as Played
    expectResult(it, result)
    expect(it.fired).toEqual(typeof fired === 'function' ? fired(protocol) : fired)
  })

  it.each(rows)('$title, on good', ({ title, client }) => {
    const it = onGood.get(title) as Played
    expectResult(it, client.onGood ?? completed)
    if (client.impatient) expect(it.transcript).toContain(client.answeredOnGood)
  })

  it('is as the golden transcripts say', async () => {
    const sections = rows.flatMap(({ title, client }) => [
      `== ${title}\n${played.get(title)?.transcript}\n`,
      // A client that does everything right on good is a transcript of its own, and TLS has other bytes each time.
      ...(client.does === right.does || client.impatient
        ? []
        : [`== ${title}, on good\n${onGood.get(title)?.transcript}\n`]),
    ])
    await expect(sections.join('\n')).toMatchFileSnapshot(`../../fixtures/transcripts/${protocol}/${id}.txt`)
  })
})

describe.each(protocols)('good over %s', (protocol) => {
  it('is as the golden transcript says', async () => {
    const sections: string[] = []
    for (const mode of modes) {
      const played = await play(servers.endpoint({ scenario: 'good', protocol, mode }), right)
      expectResult(played, completed)
      sections.push(`== ${mode}\n${played.transcript}\n`)
    }
    await expect(sections.join('\n')).toMatchFileSnapshot(`../../fixtures/transcripts/${protocol}/good.txt`)
  })
})

const right: Play = { does: 'does everything right', habits: () => ({}), result: completed, fired: [] }
