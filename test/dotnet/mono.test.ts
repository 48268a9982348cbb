import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { mono } from '../../scripts/measure/mono.ts'
import { type Recording, type Row, readRecording } from '../../scripts/measure/recording.ts'
import {
  type Judgement,
  type MailServer,
  type MailServers,
  startMailServer,
  startMailServers,
} from '../../src/index.ts'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { hintFor } from '../../src/verdicts/hints.ts'
import { type Cell, cellsOf, certificateParts, titled } from '../support/clients/cells.ts'
import { describeWith, temporaryDirectory } from '../support/programs.ts'
import { compileMonoClient, type MonoClient, monoPrograms, monoTimeout, type Played, type Session } from './mono.ts'

vi.setConfig({ testTimeout: monoTimeout, hookTimeout: monoTimeout })

/** What is recorded that Mono tells a validation callback: `SslPolicyErrors`, and the status of the chain. */
const told = (scenario: string): string => {
  const of = ({ rows }: Recording, client: string): Row | undefined =>
    rows.find((row) => row.scenario === scenario && row.client === client && row.places.includes('imap/implicit'))
  const row = of(readRecording(mono.id), 'Mono callback')
  if (row === undefined)
    throw new Error(`'npm run measure -- --judge mono --scenario ${scenario}' records what it says.`)
  return row.outcome === 'accepted' ? 'None -' : row.text
}

/** What shows with the first connection. */
const scenarios = [...certificateParts.map(({ id }) => id), 'self-signed+wrong-host'].filter(
  (scenario) => resolveScenario(scenario).runs === 1,
)
/** These are played everywhere, all others in one place. */
const playedEverywhere = ['good', 'expired', 'wrong-host', 'revoked']
const squaresOf = (some: readonly string[]): readonly Cell[] =>
  cellsOf(some).filter(
    ({ scenario, protocol, mode }) =>
      playedEverywhere.includes(scenario) || (protocol === 'imap' && mode === 'implicit'),
  )
const faults = scenarios.filter((scenario) => told(scenario) !== 'None -')
// An expired root is one that a client may take.
const mustRefuse = faults.filter((scenario) => resolveScenario(scenario).expectation.expect === 'reject')
const verifyFailed =
  /^Mono\.Btls\.MonoBtlsException: Ssl error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED/

/** How a session ended, and what the server saw of it. */
interface Seen extends Played {
  readonly judgement: Judgement
  readonly credentials: number
}

describeWith(monoPrograms, 'Mono, with the root in the store of its user', () => {
  const folder = temporaryDirectory()
  let client: MonoClient
  let servers: MailServers
  const cells = squaresOf(scenarios)
  const seen: Partial<Record<Session['callback'], ReadonlyMap<string, Seen>>> = {}
  beforeAll(async () => {
    client = await compileMonoClient(folder.path)
    servers = await startMailServers({ scenarios, unconstrained: true })
    await client.trust(servers.ca.path)
    for (const callback of ['strict', 'sample', 'none'] as const) seen[callback] = await playAll(callback)
  })
  afterAll(async () => {
    await servers?.close()
    folder[Symbol.dispose]()
  })

  const playAll = async (callback: Session['callback']): Promise<ReadonlyMap<string, Seen>> => {
    const played = await client.play(cells.map((cell) => ({ target: servers.endpoint(cell), callback })))
    const all = await Promise.all(
      cells.map(async (cell, index): Promise<readonly [string, Seen]> => {
        const server = servers.endpoint(cell)
        const judgement = await server.outcome()
        const credentials = server.connections.flatMap((record) => record.credentials).length
        server.reset()
        const ended = played[index] ?? { ok: false, errors: '', statuses: '', said: 'nothing at all' }
        return [keyOf(cell), { ...ended, judgement, credentials }]
      }),
    )
    return new Map(all)
  }

  it.each(titled(cells))('tells the callback what is recorded: %s', (_, cell) => {
    const { errors, statuses } = seen.strict?.get(keyOf(cell)) ?? {}
    expect(`${errors} ${statuses}`).toBe(told(cell.scenario))
  })

  it.each(titled(cellsOf(['good', 'revoked'])))('logs in where the callback has nothing to refuse: %s', (_, cell) => {
    for (const callback of ['strict', 'sample', 'none'] as const) {
      expect(seen[callback]?.get(keyOf(cell))).toMatchObject({ ok: true, credentials: 1 })
    }
    const { judgement } = seen.strict?.get(keyOf(cell)) ?? {}
    expect(judgement).toMatchObject(
      cell.scenario === 'good' ? { outcome: 'accepted', verdict: 'pass' } : { outcome: 'leaked', verdict: 'note' },
    )
  })

  it.each(titled(squaresOf(faults)))(
    'refuses without a callback, and with one that refuses any error: %s',
    (_, cell) => {
      for (const callback of ['strict', 'none'] as const) {
        const { ok, said, credentials, judgement } = seen[callback]?.get(keyOf(cell)) ?? {}
        expect({ ok, credentials }).toEqual({ ok: false, credentials: 0 })
        expect(said).toMatch(verifyFailed)
        expect(judgement).toMatchObject({ outcome: 'refused', verdict: 'pass' })
      }
    },
  )

  it.each(titled(squaresOf(mustRefuse)))(
    'gives its password away when the callback ignores chain and name, and the verdict says so: %s',
    (_, cell) => {
      expect(seen.sample?.get(keyOf(cell))).toMatchObject({
        ok: true,
        credentials: 1,
        judgement: { outcome: 'leaked', detail: 'leak-credentials-untrusted-tls', verdict: 'fail' },
      })
    },
  )

  it('refuses everything where the store lacks the root', async () => {
    using elsewhere = temporaryDirectory()
    const stranger = await compileMonoClient(elsewhere.path)
    const target = servers.endpoint({ scenario: 'good', protocol: 'imap', mode: 'implicit' })
    const [played] = await stranger.play([{ target, callback: 'strict' }])
    expect(played).toMatchObject({ ok: false, errors: 'RemoteCertificateChainErrors', statuses: 'PartialChain' })
    expect(played?.said).toMatch(verifyFailed)
  })
})

describeWith(monoPrograms, "Mono's SmtpClient, which knows TLS 1.0 only and told to use 1.2 does not", () => {
  const folder = temporaryDirectory()
  const fleets: MailServers[] = []
  const played = new Map<string, Played & { readonly target: MailServer }>()
  const old = (scenario: string): string => `${scenario}+tls10-only`
  beforeAll(async () => {
    const client = await compileMonoClient(folder.path)
    const sessions: Session[] = []
    for (const callback of ['strict', 'sample'] as const) {
      const servers = await startMailServers({
        scenarios: ['good', 'starttls-stripped', ...scenarios.map(old)] as string[],
        protocols: ['smtp'],
        modes: ['starttls'],
        unconstrained: true,
      })
      fleets.push(servers)
      await client.trust(servers.ca.path)
      sessions.push(...servers.endpoints.map((target) => ({ target, api: 'SmtpClient' as const, callback })))
    }
    // One process for all: a virtual machine takes a while to start.
    for (const [index, ended] of (await client.play(sessions)).entries()) {
      const session = sessions[index]
      if (session) played.set(`${session.callback} ${session.target.scenario}`, { ...ended, target: session.target })
    }
  })
  afterAll(async () => {
    await Promise.all(fleets.map((servers) => servers.close()))
    folder[Symbol.dispose]()
  })

  const see = async (scenario: string, callback: Session['callback']) => {
    const seen = played.get(`${callback} ${scenario}`)
    if (!seen) throw new Error(`${scenario} was not played.`)
    return { ...seen, ...(await seen.target.outcome()) }
  }

  it('is turned away by a server of today', async () => {
    const { ok, said, target } = await see('good', 'strict')
    expect(ok).toBe(false)
    expect(said).toMatch(/^Mono\.Btls\.MonoBtlsException: Ssl error:1000042e:.*TLSV1_ALERT_PROTOCOL_VERSION/)
    expect(target.connections[0]?.clientHello?.versions).toEqual(['TLSv1'])
    expect(target.messages).toEqual([])
  })

  it('sends nothing where STARTTLS is stripped', async () => {
    expect(await see('starttls-stripped', 'strict')).toMatchObject({
      ok: false,
      said: 'System.Net.Mail.SmtpException: Server does not support secure connections.',
      outcome: 'refused',
      verdict: 'pass',
    })
  })

  it('sends to a server of its time', async () => {
    const { ok, errors, target } = await see(old('good'), 'strict')
    expect({ ok, errors }).toEqual({ ok: true, errors: 'None' })
    expect(target.messages.map(({ envelope, secure }) => ({ envelope, secure }))).toEqual([
      { envelope: { from: 'alice@example.com', to: ['bob@example.com'] }, secure: true },
    ])
    expect(target.messages[0]?.text).toMatch(
      /\r\nSubject: From a real client\r\n[\s\S]*\r\n\r\nHello,\r\n\.a line with a dot\r\n/,
    )
  })

  it.each(faults)('tells the callback what SslStream tells it, and sends nothing: %s', async (scenario) => {
    const { ok, errors, statuses, said, target } = await see(old(scenario), 'strict')
    expect(`${errors} ${statuses}`).toBe(told(scenario))
    expect(ok).toBe(false)
    expect(said).toMatch(verifyFailed)
    expect(target.messages).toEqual([])
  })

  it.each(mustRefuse)('sends mail and password when the callback ignores chain and name: %s', async (scenario) => {
    const { ok, verdict, outcome, target } = await see(old(scenario), 'sample')
    expect(ok).toBe(true)
    expect({ outcome, verdict }).toEqual({ outcome: 'leaked', verdict: 'fail' })
    expect(target.messages).toHaveLength(1)
  })
})

describeWith(monoPrograms, 'Mono below roots with name constraints', () => {
  it('takes good by its name, and reads no constraint of addresses when the leaf has one', async () => {
    using folder = temporaryDirectory()
    const client = await compileMonoClient(folder.path)
    await using server = await startMailServer({ protocol: 'imap', mode: 'implicit' })
    const ca = join(folder.path, 'ca.pem')
    writeFileSync(ca, server.tls.ca)
    await client.trust(ca)
    const { protocol, mode, port, user, password } = server
    const byAddress = { protocol, mode, port, user, password, servername: '127.0.0.1' }
    const played = await client.play([server, byAddress].map((target) => ({ target, callback: 'none' })))
    expect(played.map(({ ok, said }) => [ok, said])).toEqual([
      [true, '-'],
      [
        false,
        'System.Security.Cryptography.CryptographicException: Unrecognized X509VerifyStatusCode:UNSUPPORTED_CONSTRAINT_TYPE',
      ],
    ])
    expect(server.connections.map((record) => hintFor(record)?.includes('name constraints of addresses'))).toEqual([
      undefined,
      true,
    ])
  })
})

const keyOf = ({ scenario, protocol, mode }: Cell): string => `${scenario} ${protocol}/${mode}`
