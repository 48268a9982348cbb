import { anonymous } from '../../../scripts/measure/findings.ts'
import type { Row } from '../../../scripts/measure/recording.ts'
import { type MailServer, type MailServers, startMailServers } from '../../../src/index.ts'
import { catalogue } from '../../../src/scenarios/registry.ts'
import { type Cell, cellsOf } from './cells.ts'
import type { Errand, Said, SessionClient } from './client.ts'

/** What every client is asked about: what runs when no scenario is named, a part at a time. */
export const coreScenarios: readonly string[] = catalogue
  .filter(({ entry }) => entry.tags.includes('core'))
  .map(({ id }) => id)

/** What a few clients are asked about besides. */
export const quirkScenarios: readonly string[] = catalogue
  .filter(({ kind }) => kind !== 'certificate')
  .map(({ id }) => id)

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

/** The file with what is recorded of a client's sessions. */
export const sessionsOf = ({ name }: SessionClient): string => `sessions/${name.replaceAll(' ', '-')}`

/** The squares of a client's matrix. */
export const cellsFor = ({ protocols, cannot }: SessionClient, scenarios: readonly string[]): readonly Cell[] =>
  cellsOf(scenarios, protocols).filter(({ protocol, mode }) => cannot?.[protocol] !== mode)

/** What a client is told about certificates: everything, or nothing. */
export type Trust = 'given' | 'machine'

/** One session of a client with each square, and what came of it. */
export interface Played extends AsyncDisposable {
  readonly servers: MailServers
  readonly cells: readonly Cell[]
  saidOf(cell: Cell): Said
  /** As it is recorded. */
  rowOf(cell: Cell): Promise<Row>
}

/** Milliseconds: some clients wait for as long as the server does. */
const handshakeTimeout = 1500

/** A session with each scenario, wherever the client can be pointed at it. */
export async function playSessions(
  client: SessionClient,
  scenarios: readonly string[],
  trust: Trust = 'given',
): Promise<Played> {
  const cells = cellsFor(client, scenarios)
  const shown = [...new Set(cells.map(({ scenario }) => scenario))]
  const servers = await startMailServers({ scenarios: shown, protocols: client.protocols, handshakeTimeout })
  const targets = cells.map((cell) => servers.endpoint(cell))
  const all = await client.playAll(targets, { ca: servers.ca.path, mail, trust })
  const keyOf = ({ scenario, protocol, mode }: Cell): string => [scenario, protocol, mode].join(' ')
  const said = new Map(cells.map((cell, index) => [keyOf(cell), all[index]]))
  const saidOf = (cell: Cell): Said => said.get(keyOf(cell)) ?? { ok: false, said: 'nothing at all' }
  return {
    servers,
    cells,
    saidOf,
    rowOf: (cell) => rowOf(client, servers.endpoint(cell), saidOf(cell), trust),
    [Symbol.asyncDispose]: () => servers.close(),
  }
}

async function rowOf(client: SessionClient, server: MailServer, said: Said, trust: Trust): Promise<Row> {
  const { scenario, protocol, mode } = server
  const { outcome, detail, verdict, qualifier } = await server.outcome({ settle: 20 })
  const seen = isMatterOfTiming(server, client, qualifier) ? null : qualifier
  const sentence = client.sentence?.(said.said) ?? said.said.split('\n')[0] ?? ''
  return {
    ...{ scenario, client: client.name },
    given: trust === 'machine' ? 'machine' : '',
    outcome: said.ok ? 'accepted' : 'error',
    code: '',
    text: said.ok ? '' : anonymous(sentence, server),
    server: [outcome, detail, ...(seen ? [seen] : []), verdict].join(' '),
    series: [client.series ?? ''],
    places: [`${protocol}/${mode}`],
  }
}

/** Whether the next run may see another end, for it depends on what the client has not read when it closes. */
function isMatterOfTiming({ connections, mode }: MailServer, client: SessionClient, qualifier: string | null): boolean {
  const results = connections.map(({ handshake, clientHello }) => ({ result: handshake.result, clientHello }))
  // Tickets of TLS 1.3, which make the kernel send an RST.
  const finished = results.some(({ result }) => result === 'finished')
  if (finished) return client.closesUnread === true && (qualifier === 'rst' || qualifier === 'close-after-finished')
  // Whatever it was that came in place of TLS.
  return results.some(({ result, clientHello }) => result === 'none' && (mode === 'implicit' || clientHello !== null))
}
