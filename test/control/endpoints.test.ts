import { existsSync, readFileSync } from 'node:fs'
import net from 'node:net'
import { describe, expect, it } from 'vitest'
import { scenarios } from '../../src/index.ts'
import { resolveScenario } from '../../src/scenarios/scenario.ts'
import { playClient } from '../quirks/scripted-client.ts'
import { connectRaw, talk } from '../support/raw.ts'
import { type Controlled, dial, imap, openControlled } from './api.ts'

/** A scenario with a canary, whichever the catalogue has. */
const canaried =
  scenarios
    .map(({ id }) => resolveScenario(id))
    .find((scenario) => scenario.companions.length > 0 && scenario.unservable('imap', 'implicit') === undefined)?.id ??
  ''

const caOf = async (controlled: Controlled): Promise<string> => (await controlled.ask('GET', '/api/v1/ca.pem')).text

const refusal = (port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
    socket.once('connect', () => {
      socket.destroy()
      resolve(undefined)
    })
  })

describe('the endpoints of the control API', () => {
  it('are those that were started, each with an id and what it takes to judge', async () => {
    await using controlled = await openControlled({ ...imap, scenarios: ['good', 'expired', 'revoked'] })
    const { status, body } = await controlled.ask('GET', '/api/v1/endpoints')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      schema: 1,
      endpoints: [
        { id: 'e1', scenario: 'good', expect: 'accept', reasons: [], needs: null },
        {
          id: 'e2',
          scenario: 'expired',
          expect: 'reject',
          reasons: ['expired'],
          observable: 'server',
          runs: 1,
          twin: null,
        },
        { id: 'e3', scenario: 'revoked', needs: 'revocation-checking' },
      ],
    })
    expect(body.endpoints.map(({ port }: { port: number }) => port)).toEqual(
      controlled.servers.endpoints.map(({ port }) => port),
    )
  })

  it('gain one by POST, which listens when it is answered, and lose one by DELETE, which frees its port', async () => {
    await using controlled = await openControlled()
    const opened = await controlled.ask('POST', '/api/v1/endpoints', {
      json: { scenario: 'expired', protocol: 'pop3', mode: 'implicit' },
    })
    expect(opened).toMatchObject({ status: 201, body: { id: 'e2', scenario: 'expired', protocol: 'pop3' } })
    expect(await dial(opened.body, await caOf(controlled), 'strict')).toBe('CERT_HAS_EXPIRED')
    const { status } = await controlled.ask('DELETE', '/api/v1/endpoints/e2')
    expect(status).toBe(204)
    expect(await refusal(opened.body.port)).toBe('ECONNREFUSED')
    expect(await controlled.ask('GET', '/api/v1/endpoints/e2/outcome')).toMatchObject({
      status: 404,
      body: { code: 'NO_SUCH_ENDPOINT', allowed: ['e1'] },
    })
  })

  it('take a port that was asked for, and say so when it is taken', async () => {
    await using controlled = await openControlled()
    const { port } = controlled.servers.endpoints[0] ?? { port: 0 }
    const taken = await controlled.ask('POST', '/api/v1/endpoints', {
      json: { protocol: 'imap', mode: 'plain', port },
    })
    expect(taken).toMatchObject({ status: 409, body: { code: 'PORT_IN_USE' } })
    await controlled.ask('DELETE', '/api/v1/endpoints/e1')
    const free = await controlled.ask('POST', '/api/v1/endpoints', { json: { protocol: 'imap', mode: 'plain', port } })
    expect(free).toMatchObject({ status: 201, body: { scenario: 'good', port } })
  })
})

describe('a switch', () => {
  it('serves another scenario on the same port, in a new run', async () => {
    await using controlled = await openControlled()
    const [before] = controlled.servers.endpoints
    const ca = await caOf(controlled)
    expect(await dial(before as never, ca, 'strict')).toBeUndefined()
    expect(await controlled.outcome('e1')).toMatchObject({ detail: 'safe-continue', connections: 1 })
    const switched = await controlled.switch('e1', 'expired')
    expect(switched).toMatchObject({
      id: 'e1',
      scenario: 'expired',
      port: before?.port,
      expect: 'reject',
      caChanged: false,
    })
    expect(await controlled.outcome('e1', 'settle=0')).toMatchObject({ connections: 0, outcome: 'not-reached' })
    expect(await dial(switched, ca, 'strict')).toBe('CERT_HAS_EXPIRED')
    expect(await controlled.outcome('e1')).toMatchObject({ scenario: 'expired', outcome: 'refused', verdict: 'pass' })
    expect(await dial(await controlled.switch('e1', 'good'), ca, 'strict')).toBeUndefined()
  })

  it('ends open connections with the old run', async () => {
    await using controlled = await openControlled({ protocols: ['pop3'], modes: ['plain'] })
    const [server] = controlled.servers.endpoints
    const client = connectRaw(server as never)
    await client.until('+OK')
    const ended = server?.waitForConnection()
    await controlled.switch('e1', 'good')
    await client.closed
    expect((await ended)?.nth).toBe(1)
    const { body } = await controlled.ask('GET', '/api/v1/endpoints/e1/connections')
    expect(body).toEqual({ schema: 1, connections: [] })
    await talk(server as never, 'QUIT')
    expect((await controlled.outcome('e1')).connections).toBe(1)
  })

  it('brings the files, the twin and, where a scenario has a root of its own, the root', async () => {
    await using controlled = await openControlled({ protocols: ['imap'], modes: ['starttls'] })
    expect(existsSync(`${controlled.servers.pki}/expired-root`)).toBe(false)
    const switched = await controlled.switch('e1', 'expired-root+starttls-injected')
    expect(switched.caChanged).toBe(true)
    expect(readFileSync(controlled.servers.ca.path, 'utf8')).toBe(await caOf(controlled))
    expect(existsSync(`${controlled.servers.pki}/expired-root/leaf.pem`)).toBe(true)
    const { body } = await controlled.ask('GET', '/api/v1/endpoints')
    expect(body.endpoints).toMatchObject([
      { id: 'e1', twin: expect.any(Number) },
      { id: 'e2', role: 'twin', scenario: 'expired-root+first-answer-held', port: switched.twin },
    ])
    await controlled.switch('e1', 'good')
    expect((await controlled.ask('GET', '/api/v1/endpoints')).body.endpoints).toHaveLength(1)
    expect(await refusal(switched.twin ?? 0)).toBe('ECONNREFUSED')
  })

  it('judges an injection by the twin that came with it', async () => {
    await using controlled = await openControlled({ protocols: ['imap'], modes: ['starttls'] })
    await controlled.switch('e1', 'starttls-injected')
    const [server] = controlled.servers.endpoints as [never]
    const { twin } = server as { twin: never }
    await playClient(server, { keepsWhatCameInClear: true })
    expect(await controlled.outcome('e1')).toMatchObject({ detail: 'inconclusive:needs-control' })
    await playClient(twin, { keepsWhatCameInClear: true })
    const judged = await controlled.outcome('e1')
    expect(judged).toMatchObject({ detail: 'acted-on-injected', verdict: 'fail' })
    expect(judged.evidence.join('\n')).toContain('a3 OK injected')
  })

  it('brings the canary that a scenario sends clients to, and takes it away again', async () => {
    await using controlled = await openControlled({ protocols: ['imap'], modes: ['implicit'] })
    await controlled.switch('e1', canaried)
    const [server] = controlled.servers.endpoints
    const [canary] = server?.companions ?? []
    expect(await refusal(canary?.port ?? 0)).toBeUndefined()
    // It is part of this endpoint, and not one of its own.
    expect((await controlled.ask('GET', '/api/v1/endpoints')).body.endpoints).toHaveLength(1)
    await controlled.switch('e1', 'good')
    expect(server?.companions).toEqual([])
    expect(await refusal(canary?.port ?? 0)).toBe('ECONNREFUSED')
  })

  it('closes the port for a scenario where nobody listens, and opens it again', async () => {
    await using controlled = await openControlled()
    const { port } = await controlled.switch('e1', 'port-closed')
    expect(await refusal(port)).toBe('ECONNREFUSED')
    const again = await controlled.switch('e1', 'good')
    expect(again.port).toBe(port)
    expect(await dial(again, await caOf(controlled), 'strict')).toBeUndefined()
  })

  it('takes parts of your own as data, the same definition twice, and no other of that name', async () => {
    await using controlled = await openControlled({ protocols: ['pop3'], modes: ['plain'] })
    const quirk = {
      id: 'says-hello',
      summary: 'The greeting is Hello.',
      layer: 'session',
      protocols: ['pop3'],
      modes: ['plain'],
      at: { greeting: [{ do: 'send', bytes: { base64: Buffer.from('+OK Hello\r\n').toString('base64') } }] },
    }
    const { port } = await controlled.switch('e1', { quirk })
    expect(await talk({ port }, 'QUIT')).toMatch(/^\+OK Hello\r\n/)
    expect((await controlled.switch('e1', ['good', { quirk }])).scenario).toBe('good+says-hello')
    const other = { quirk: { ...quirk, at: { greeting: [{ do: 'close', how: 'fin' }] } } }
    const refused = await controlled.ask('PUT', '/api/v1/endpoints/e1', { json: { scenario: other } })
    expect(refused).toMatchObject({ status: 409, body: { code: 'NAME_COLLISION' } })
    const wrong = { quirk: { ...quirk, id: 'other', at: { greeting: [{ do: 'shout' }] } } }
    const misspelt = await controlled.ask('PUT', '/api/v1/endpoints/e1', { json: { scenario: wrong } })
    expect(misspelt).toMatchObject({ status: 400, body: { code: 'INVALID_DEFINITION' } })
    const certificate = {
      id: 'for-others',
      summary: 'Names others.',
      leaf: { names: { dNSName: ['mail.example.org'] } },
    }
    const opened = await controlled.ask('POST', '/api/v1/endpoints', {
      json: { scenario: { certificate }, protocol: 'imap', mode: 'implicit' },
    })
    expect(await dial(opened.body, await caOf(controlled), 'strict')).toBe('ERR_TLS_CERT_ALTNAME_INVALID')
  })

  it('is one at a time, so that of ten at once the last one holds', async () => {
    await using controlled = await openControlled()
    const ids = ['expired', 'wrong-host', 'self-signed', 'untrusted-root', 'not-yet-valid']
    const all = [...ids, ...ids]
    const switched = await Promise.all(all.map((scenario) => controlled.switch('e1', scenario)))
    expect(switched.map(({ scenario }) => scenario)).toEqual(all)
    expect(controlled.servers.endpoints.map(({ scenario }) => scenario)).toEqual(['not-yet-valid'])
  })
})

describe('a reset', () => {
  it('begins a new run of the same scenario', async () => {
    await using controlled = await openControlled({ protocols: ['pop3'], modes: ['plain'] })
    const [server] = controlled.servers.endpoints as [never]
    await talk(server, 'QUIT')
    expect((await controlled.outcome('e1')).connections).toBe(1)
    expect((await controlled.ask('POST', '/api/v1/endpoints/e1/reset')).status).toBe(204)
    expect((await controlled.outcome('e1', 'settle=0')).connections).toBe(0)
  })
})
