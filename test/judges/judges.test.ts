import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FineName, type MailServer, type MailServers, scenarios, startMailServers } from '../../src/index.ts'
import { runClient, type Switch, type Target } from './client.ts'
import type { Errand } from './dialects.ts'
import { shuffled } from './shuffled.ts'

/** Nobody listens there, so the server sees nothing: `check` judges it from the client's end. */
const served = scenarios.filter(({ observable }) => observable === 'server')
const showsOf = ({ scenario }: MailServer): readonly FineName[] => served.find(({ id }) => id === scenario)?.shows ?? []

/** A careless client: one switch, and what its user wants. */
interface Careless {
  readonly careless: Switch
  readonly wants?: Errand
}

/** Which careless clients earn a fine name; where an entry shows it, at least one of them must. */
const earns: Readonly<Partial<Record<FineName, readonly Careless[]>>> = {
  'leak-credentials-clear': [
    { careless: 'continue-in-clear' },
    { careless: 'retry-in-clear' },
    { careless: 'ignore-greeting' },
  ],
  'leak-message-clear': [{ careless: 'continue-in-clear', wants: 'mail' }],
  'leak-hash-clear': [{ careless: 'continue-in-clear', wants: 'digest' }],
  'leak-identity-clear': [{ careless: 'continue-in-clear', wants: 'name' }],
  'downgraded-no-tls': [{ careless: 'continue-in-clear', wants: 'use' }],
  'acted-on-injected': [{ careless: 'keep-buffer' }],
  'leak-credentials-untrusted-tls': [{ careless: 'any-certificate' }],
  'leak-message-untrusted-tls': [{ careless: 'any-certificate', wants: 'mail' }],
  'accepted-bad-cert': [{ careless: 'any-certificate', wants: 'look' }],
  'downgraded-tls': [{ careless: 'lower-version' }],
  hung: [{ careless: 'no-deadline' }],
}

/** A protocol that has no such thing to say cannot show it. */
const unsaid: Readonly<Partial<Record<FineName, readonly string[]>>> = {
  'leak-message-clear': ['pop3'],
  'leak-message-untrusted-tls': ['pop3'],
  'leak-hash-clear': ['smtp', 'imap'],
  'leak-identity-clear': ['smtp', 'imap'],
}

/** Nobody here asks for STARTTLS on a port for implicit TLS. */
const unplayed: readonly FineName[] = ['accepted-bad-tls']

const key = ({ careless, wants = 'login' }: Careless): string => `${careless}, which wants to ${wants}`
const players = [
  ...new Map(
    Object.values(earns)
      .flat()
      .map((one) => [key(one), one]),
  ).values(),
]
const namesOf = (player: Careless): readonly string[] =>
  Object.entries(earns).flatMap(([name, by]) => (by.some((one) => key(one) === key(player)) ? [name] : []))

/** Clients at the same time: most of what they do is wait. */
const jobs = 40

let servers: MailServers

beforeAll(async () => {
  // The strict client is gone by then, and one without a deadline is not.
  const limits = { handshakeTimeout: 3000, idleTimeout: 3000 }
  servers = await startMailServers({ scenarios: served.map(({ id }) => id), ...limits })
})
afterAll(() => servers.close())

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
  const queue = shuffled(endpoints, seed)
  const worker = async (): Promise<void> => {
    for (let server = queue.pop(); server; server = queue.pop()) {
      for (let run = 0; run < server.runs; run++) await runClient(targetOf(server, player.wants), player.careless)
    }
  }
  for (const server of servers.endpoints) server.reset()
  await Promise.all(Array.from({ length: jobs }, worker))
}

const outcomesOf = (endpoints: readonly MailServer[]) =>
  Promise.all(endpoints.map(async (server) => ({ server, ...(await server.outcome({ requireRevocation: true })) })))

const placeOf = ({ scenario, protocol, mode }: MailServer): string => `${scenario} ${protocol}/${mode}`

/** Whether the proof stands in the record that it names, and not before what is wrong had shown there. */
function isBehindTheFault(server: MailServer, proof: Awaited<ReturnType<MailServer['outcome']>>['proof']): boolean {
  const record = [...server.connections, ...(server.twin?.connections ?? [])].find(({ id }) => id === proof?.connection)
  const [fired] = record?.fired ?? []
  return record !== undefined && proof !== null && proof.text !== '' && (fired === undefined || proof.at >= fired.at)
}

/** What was earned, and where. */
const earned = new Set<string>()

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
      const there = servers.endpoints.filter(({ protocol }) =>
        names.some((name) => !unsaid[name as FineName]?.includes(protocol)),
      )
      await visit(there, player, 2)
      const wrong = (await outcomesOf(there)).flatMap(({ server, verdict, detail, proof }) => {
        const place = placeOf(server)
        const shown = names.includes(detail) && showsOf(server).includes(detail as FineName)
        if (shown) earned.add(`${place}: ${detail}`)
        const right = shown ? verdict !== 'pass' && isBehindTheFault(server, proof) : verdict === 'pass'
        const safe = server.expectation.expect !== 'accept' || detail === 'safe-continue'
        return right && (shown || safe) ? [] : [`${place}: ${verdict}, ${detail}, ${proof?.fact} at ${proof?.at}`]
      })
      expect(wrong).toEqual([])
    },
    60_000,
  )

  it('has earned every name that an entry shows, on every protocol and mode on which it can be said', () => {
    const wanted = servers.endpoints
      .filter((server) => !servers.twins.has(server))
      .flatMap((server) =>
        showsOf(server)
          .filter((name) => !unplayed.includes(name) && !unsaid[name]?.includes(server.protocol))
          .map((name) => `${placeOf(server)}: ${name}`),
      )
    expect(wanted.length).toBeGreaterThan(100)
    expect(wanted.filter((one) => !earned.has(one))).toEqual([])
  })

  it('can be earned, whatever an entry shows', () => {
    const shown = new Set(served.flatMap(({ shows }) => shows))
    expect([...shown].filter((name) => !earns[name] && !unplayed.includes(name))).toEqual([])
  })
})
