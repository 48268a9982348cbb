import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServer, type MailServers, scenarios, startMailServers } from '../../src/index.ts'
import { runClient, type Switch, switches, type Target } from './client.ts'
import { shuffled } from './shuffled.ts'

/** Nobody listens there, so the server sees nothing: `check` judges it from the client's end. */
const served = scenarios.filter(({ observable }) => observable === 'server').map(({ id }) => id)

/** Where TLS cannot be had by a client that verifies, and an expectation to go on is not broken by giving up. */
const certificates = scenarios.filter(({ kind, id }) => kind === 'certificate' && id !== 'good').map(({ id }) => id)
const untrusted = scenarios
  .filter(({ kind, expect: what }) => kind === 'certificate' && what === 'reject')
  .map(({ id }) => id)
const withoutTls = [
  'tls10-only',
  'tls11-only',
  'sslv2-only',
  'sslv3-only',
  'version-intolerant',
  'client-cert-required',
]
const stripped = ['starttls-stripped', 'starttls-refused', 'plaintext-on-implicit']

/** What each careless client comes to, and where; everywhere else it is as the strict one. */
const earns: Readonly<Record<Switch, readonly (readonly [scenarios: readonly string[], detail: string])[]>> = {
  'continue-in-clear': [[[...certificates, ...withoutTls, ...stripped], 'leak-credentials-clear']],
  'retry-in-clear': [[[...certificates, ...withoutTls, ...stripped], 'leak-credentials-clear']],
  'ignore-greeting': [[['implicit-on-starttls'], 'leak-credentials-clear']],
  'keep-buffer': [[['starttls-injected'], 'acted-on-injected']],
  'any-certificate': [[untrusted, 'leak-credentials-untrusted-tls']],
  'lower-version': [[['tls10-only', 'tls11-only', 'version-intolerant'], 'downgraded-tls']],
}

const detailEarned = (careless: Switch, scenario: string): string | undefined =>
  earns[careless].find(([ids]) => ids.includes(scenario))?.[1]

const wordOf: Readonly<Record<string, string>> = {
  'leak-credentials-clear': 'leaked',
  'leak-credentials-untrusted-tls': 'leaked',
  'acted-on-injected': 'fooled',
  'downgraded-tls': 'accepted',
}

/** Clients at the same time: most of what they do is wait. */
const jobs = 40

let servers: MailServers

beforeAll(async () => {
  servers = await startMailServers({ scenarios: served })
})
afterAll(() => servers.close())

const targetOf = (server: MailServer): Target => ({
  protocol: server.protocol,
  mode: server.mode as Target['mode'],
  host: server.host,
  port: server.port,
  servername: server.servername,
  ca: server.tls.ca,
  user: server.user,
  password: server.password,
})

/** Everywhere once, or as often as the fault takes to show, in no order that means anything. */
async function visitAll(careless: Switch | undefined, seed: number): Promise<void> {
  const queue = shuffled(servers.endpoints, seed)
  const worker = async (): Promise<void> => {
    for (let server = queue.pop(); server; server = queue.pop()) {
      for (let run = 0; run < server.runs; run++) await runClient(targetOf(server), careless)
    }
  }
  for (const server of servers.endpoints) server.reset()
  await Promise.all(Array.from({ length: jobs }, worker))
}

const placeOf = ({ scenario, protocol, mode }: MailServer): string => `${scenario} ${protocol}/${mode}`

describe('the client that the judges are judged by', () => {
  it('passes everywhere when it is strict, and has met what is wrong', async () => {
    await visitAll(undefined, 1)
    const seen = await Promise.all(
      servers.endpoints.map(async (server) => {
        const { verdict, outcome, detail } = await server.outcome({ requireRevocation: true })
        return { server, verdict, outcome, detail }
      }),
    )
    const wrong = seen.filter(({ verdict }) => verdict !== 'pass')
    expect(wrong.map(({ server, verdict, detail }) => `${placeOf(server)}: ${verdict}, ${detail}`)).toEqual([])
    const unmet = servers.endpoints.filter(({ connections }) => connections.every(({ fired }) => fired.length === 0))
    expect(unmet.map(placeOf)).toEqual([])
    const refusing = seen.filter(({ server }) => server.expectation.expect === 'reject')
    expect(new Set(refusing.map(({ outcome }) => outcome))).toEqual(new Set(['refused']))
    const accepting = seen.filter(({ server }) => server.expectation.expect === 'accept')
    expect(new Set(accepting.map(({ detail }) => detail))).toEqual(new Set(['safe-continue']))
  }, 60_000)

  it.each(switches)(
    'is named for what it is with %s, where that counts, and passes nowhere there',
    async (careless) => {
      await visitAll(careless, 2)
      const judged = await Promise.all(
        servers.endpoints.map(async (server) => ({ server, ...(await server.outcome({ requireRevocation: true })) })),
      )
      const wrong = judged.flatMap(({ server, verdict, outcome, detail }) => {
        const earned = detailEarned(careless, server.scenario)
        const right =
          earned === undefined
            ? verdict === 'pass'
            : detail === earned && outcome === wordOf[earned] && verdict !== 'pass'
        return right ? [] : [`${placeOf(server)}: ${verdict}, ${detail}, ${earned ?? 'as the strict one'}`]
      })
      expect(wrong).toEqual([])
    },
    60_000,
  )
})
