import { setTimeout as rest } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FineName, type MailServer, type MailServers, startMailServers } from '../../src/index.ts'
import { runClient, type Switch, type Target } from './client.ts'
import type { Errand } from './dialects.ts'
import { served } from './served.ts'
import { shuffled } from './shuffled.ts'

const servedBy = new Map(served.map((one) => [one.scenario, one]))
const showsOf = ({ scenario }: MailServer): readonly FineName[] => servedBy.get(scenario)?.shows ?? []
const isUsual = ({ scenario }: MailServer): boolean => servedBy.get(scenario)?.usual ?? true
const entryOf = ({ scenario }: MailServer): string => servedBy.get(scenario)?.entry ?? scenario

/** A careless client: one switch, and what its user wants. */
interface Careless {
  readonly careless: Switch
  readonly wants?: Errand
  /** A second switch, where an entry shows something to who is careless in both ways only. */
  readonly also?: Switch
  /** The entries to which it goes; default all. */
  readonly at?: readonly string[]
}

/** Where the connection is gone, only a new one can leak. */
const inClear = (wants: Errand): readonly Careless[] => [
  { careless: 'continue-in-clear', wants },
  { careless: 'retry-in-clear', wants, at: ['rst'] },
]

/** Where a handshake proves nothing, whatever the certificate. */
const unproved: readonly string[] = ['cipher-null', 'plaintext-on-implicit']

/** Which careless clients earn a fine name; where an entry shows it, at least one of them must. */
const earns: Readonly<Partial<Record<FineName, readonly Careless[]>>> = {
  'leak-credentials-clear': [
    { careless: 'continue-in-clear' },
    { careless: 'retry-in-clear' },
    { careless: 'ignore-greeting' },
  ],
  'leak-message-clear': inClear('mail'),
  'leak-hash-clear': inClear('digest'),
  'leak-identity-clear': inClear('name'),
  'downgraded-no-tls': inClear('use'),
  'acted-on-injected': [{ careless: 'keep-buffer' }],
  'acted-on-clear-state': [{ careless: 'use-what-it-read' }],
  'acted-on-unverified-server': [{ careless: 'ignore-verifier' }],
  'followed-referral': [{ careless: 'follow-referrals', wants: 'look' }],
  'leak-credentials-untrusted-host': [{ careless: 'follow-referrals' }],
  'leak-credentials-untrusted-tls': [
    { careless: 'any-certificate' },
    { careless: 'any-handshake' },
    // Whoever takes old versions takes old signatures.
    { careless: 'lower-version' },
  ],
  'leak-message-untrusted-tls': [
    { careless: 'any-certificate', wants: 'mail' },
    { careless: 'any-handshake', wants: 'mail', at: unproved },
  ],
  'accepted-bad-cert': [{ careless: 'any-certificate', wants: 'look' }],
  'accepted-bad-tls': [{ careless: 'any-handshake', wants: 'look', at: unproved }],
  'downgraded-tls': [{ careless: 'lower-version' }, { careless: 'any-handshake' }],
  'downgraded-kdf': [{ careless: 'any-mechanism' }],
  hung: [
    { careless: 'no-deadline' },
    // Whoever cannot speak TLS 1.0 leaves at once, and has nothing to wait for.
    { careless: 'no-deadline', also: 'lower-version', at: ['serverhello-version'] },
  ],
}

/** A protocol that has no such thing to say cannot show it. */
const unsaid: Readonly<Partial<Record<FineName, readonly string[]>>> = {
  'leak-message-clear': ['pop3'],
  'leak-message-untrusted-tls': ['pop3'],
  'leak-hash-clear': ['smtp', 'imap'],
  'leak-identity-clear': ['smtp', 'imap'],
}

/** What nobody here can show, and why. */
const unplayed: Readonly<Partial<Record<FineName, string>>> = {
  'surfaced-clear-text': '`check` sees it in what a client writes, and no server does: test/verdicts/detectors.test.ts',
}

const clearUse: readonly FineName[] = [
  'leak-credentials-clear',
  'leak-hash-clear',
  'leak-message-clear',
  'leak-identity-clear',
  'downgraded-no-tls',
]

/** What is right where it is seen, and what nobody here can be relied on to show. */
const unearned: Readonly<Record<string, { readonly names: readonly FineName[]; readonly because: string }>> = {
  'starttls-injected-later': {
    names: clearUse,
    because:
      'the clear text comes before the handshake and is dropped, or within and breaks it: a matter of who is faster',
  },
  'self-signed-ca-as-leaf': { names: clearUse, because: 'OpenSSL takes it, as it may, so nothing is refused' },
  'missing-aki': { names: clearUse, because: 'OpenSSL takes it, as it may, so nothing is refused' },
}

const key = ({ careless, also, wants = 'login' }: Careless): string =>
  `${[careless, also].filter(Boolean).join(' and ')}, which wants to ${wants}`
const players = [
  ...new Map(
    Object.values(earns)
      .flat()
      .map((one) => [key(one), one]),
  ).values(),
]
const namesOf = (player: Careless): readonly string[] =>
  Object.entries(earns).flatMap(([name, by]) => (by.some((one) => key(one) === key(player)) ? [name] : []))

/** Clients at the same time; one that has come to wait, in milliseconds, leaves its place to the next. */
const jobs = 24
const soon = 150
/** The first to come has every certificate and every context made, which leaves less time for the rest. */
const soonAtFirst = 700

/** An answer of it takes hundreds of turns of this process, which both sides share: it waits until the others have had theirs. */
const isLast = ({ scenario }: MailServer): boolean => scenario === 'split-bytes'

let servers: MailServers

beforeAll(async () => {
  quiet()
  // The strict client is gone by then, and one without a deadline is not.
  const limits = { handshakeTimeout: 4500, idleTimeout: 4500 }
  servers = await startMailServers({ scenarios: served.map(({ scenario }) => scenario as 'good'), ...limits })
})
afterAll(() => servers.close())

/** Node warns of short primes, which are what is served here. */
function quiet(): void {
  const usual = process.listeners('warning')
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (!warning.message.includes('DH parameter')) for (const listener of usual) listener(warning)
  })
}

const targetOf = (server: MailServer, wants: Errand | undefined): Target => ({
  protocol: server.protocol,
  mode: server.mode as Target['mode'],
  host: server.host,
  port: server.port,
  servername: server.servername,
  ca: server.tls.ca,
  user: server.user,
  password: server.password,
  ...(wants && { wants }),
})

/** Everywhere once, or as often as the fault takes to show, in no order that means anything. */
async function visit(endpoints: readonly MailServer[], player: Partial<Careless>, seed: number): Promise<void> {
  const queue = shuffled(endpoints, seed).sort((one, other) => Number(isLast(other)) - Number(isLast(one)))
  const switches = [player.careless, player.also].filter((one) => one !== undefined)
  const waiting: Promise<void>[] = []
  const go = async (server: MailServer): Promise<void> => {
    for (let run = 0; run < server.runs; run++) await runClient(targetOf(server, player.wants), ...switches)
  }
  const worker = async (): Promise<void> => {
    for (let server = queue.pop(); server; server = queue.pop()) {
      const client = go(server)
      waiting.push(client)
      await Promise.race([client, rest(player.careless ? soon : soonAtFirst)])
    }
  }
  for (const server of servers.endpoints) server.reset()
  await Promise.all(Array.from({ length: jobs }, worker))
  await Promise.all(waiting)
}

const outcomesOf = (endpoints: readonly MailServer[]) =>
  Promise.all(endpoints.map(async (server) => ({ server, ...(await server.outcome({ requireRevocation: true })) })))

const placeOf = ({ scenario, protocol, mode }: MailServer): string => `${scenario} ${protocol}/${mode}`

/** Whether the proof stands in the record that it names, and not before what is wrong had shown there. */
function isBehindTheFault(server: MailServer, proof: Awaited<ReturnType<MailServer['outcome']>>['proof']): boolean {
  const record = [server, ...(server.twin ? [server.twin] : []), ...server.companions]
    .flatMap(({ connections }) => connections)
    .find(({ id }) => id === proof?.connection)
  // Nobody comes to a canary but who was sent there.
  if (record?.role === 'canary') return server.connections.some(({ fired }) => fired.length > 0)
  const [fired] = record?.fired ?? []
  return record !== undefined && proof !== null && proof.text !== '' && (fired === undefined || proof.at >= fired.at)
}

const wantedOf = (server: MailServer, name: string): string =>
  `${entryOf(server)} ${server.protocol}/${server.mode}: ${name}`

/** What was earned, and where. */
const earned = new Set<string>()

/**
 * Wherever it can show something; and, with a switch alone, at one place of every other entry, at another for each switch:
 * what must come out there is the same at all of them.
 */
function placesFor({ at, wants, also }: Careless, names: readonly string[], seed: number): readonly MailServer[] {
  const canShow = (server: MailServer): boolean =>
    (at === undefined || at.includes(entryOf(server))) &&
    showsOf(server).some((name) => names.includes(name) && !unsaid[name]?.includes(server.protocol))
  const asked = servers.endpoints.filter(canShow)
  // What a client does with an injection counts beside its twin only.
  const showing = [...new Set([...asked, ...asked.flatMap(({ twin }) => twin ?? [])])]
  if (at !== undefined || wants !== undefined || also !== undefined) return showing
  const elsewhere = shuffled(
    servers.endpoints.filter((server) => isUsual(server) && !showing.includes(server)),
    seed,
  )
  const once = new Map(elsewhere.map((server) => [server.scenario, server]))
  return [...showing, ...once.values()]
}

describe('the client that the judges are judged by', () => {
  it('passes everywhere when it is strict, and has met what is wrong', async () => {
    await visit(servers.endpoints, {}, 1)
    const seen = await outcomesOf(servers.endpoints)
    const wrong = seen.filter(({ verdict }) => verdict !== 'pass')
    expect(wrong.map(({ server, verdict, detail }) => `${placeOf(server)}: ${verdict}, ${detail}`)).toEqual([])
    const unmet = servers.endpoints.filter(({ connections }) => connections.every(({ fired }) => fired.length === 0))
    expect(unmet.map(placeOf)).toEqual([])
    const refusing = seen.filter(({ server }) => server.expectation.expect === 'reject')
    expect(new Set(refusing.map(({ outcome }) => outcome))).toEqual(new Set(['refused']))
    const accepting = seen.filter(({ server }) => server.expectation.expect === 'accept')
    expect(new Set(accepting.map(({ detail }) => detail))).toEqual(new Set(['safe-continue']))
    expect(seen.filter(({ proof }) => proof === null).map(({ server }) => placeOf(server))).toEqual([])
  }, 60_000)

  it.each(players.map((player) => [key(player), player] as const))(
    'is named for what it is with %s, where an entry shows it, with proof, and is as the strict one elsewhere',
    async (_, player) => {
      const names = namesOf(player)
      const there = placesFor(player, names, players.indexOf(player) + 1)
      expect(there.length).toBeGreaterThan(0)
      await visit(there, player, 2)
      const wrong = (await outcomesOf(there)).flatMap(({ server, verdict, detail, proof }) => {
        const place = placeOf(server)
        const shown = names.includes(detail) && showsOf(server).includes(detail as FineName)
        if (shown) earned.add(wantedOf(server, detail))
        // Who does not log in comes to nothing that is wrong with the login.
        const passed = verdict === 'pass' || (player.wants !== undefined && detail === 'not-reached')
        const right = shown ? verdict !== 'pass' && isBehindTheFault(server, proof) : passed
        const safe = server.expectation.expect !== 'accept' || detail === 'safe-continue'
        return right && (shown || safe) ? [] : [`${place}: ${verdict}, ${detail}, ${proof?.fact} at ${proof?.at}`]
      })
      expect(wrong).toEqual([])
    },
    60_000,
  )

  it('has earned every name that an entry shows, with a value and at a moment of it, wherever it can be said', () => {
    const wanted = servers.endpoints
      .filter(({ scenario }) => !scenario.endsWith('@twin'))
      .flatMap((server) =>
        showsOf(server)
          .filter((name) => !unplayed[name] && !unsaid[name]?.includes(server.protocol))
          .filter((name) => !unearned[entryOf(server)]?.names.includes(name))
          .map((name) => wantedOf(server, name)),
      )
    expect(new Set(wanted).size).toBeGreaterThan(500)
    expect([...new Set(wanted)].filter((one) => !earned.has(one))).toEqual([])
  })

  it('can be earned, whatever an entry shows', () => {
    const shown = new Set(served.flatMap(({ shows }) => shows))
    expect([...shown].filter((name) => !earns[name] && !unplayed[name])).toEqual([])
  })
})
