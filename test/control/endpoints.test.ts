import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
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

/** Logs in over TLS, whatever certificate is there, and reads until the server has answered. */
async function logIn({ port }: { readonly port: number }): Promise<string> {
  const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false })
  const client = connectRaw({ port }, socket)
  client.send('a LOGIN u p\r\n')
  const said = await client.until(/^a .*\r\n/m)
  socket.end()
  await client.closed
  return said
}

const tls12 = (port: number, ca: string): tls.ConnectionOptions => ({
  ...{ port, host: '127.0.0.1', servername: 'localhost', ca, maxVersion: 'TLSv1.2' },
})

async function sessionOf({ port }: { readonly port: number }, ca: string): Promise<Buffer | undefined> {
  const socket = tls.connect(tls12(port, ca))
  await once(socket, 'secureConnect')
  const session = socket.getSession()
  socket.destroy()
  return session
}

async function resumes({ port }: { readonly port: number }, ca: string, session?: Buffer): Promise<boolean> {
  const socket = tls.connect({ ...tls12(port, ca), ...(session && { session }) })
  await once(socket, 'secureConnect')
  const resumed = socket.isSessionReused()
  socket.destroy()
  return resumed
}

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
    expect(judged.evidence).toContain('S: * CAPABILITY IMAP4rev1 AUTH=PLAIN a3 OK injected')
  })

  it('brings the canary to which a client is referred, judges by it, and closes it when it goes', async () => {
    await using controlled = await openControlled()
    await controlled.switch('e1', 'referral')
    const [server] = controlled.servers.endpoints as [never]
    const [canary] = (server as { companions: { id: string; port: number }[] }).companions
    const said = await logIn(server)
    expect(said).toContain(`NO [REFERRAL imaps://localhost:${canary?.port}] there`)
    await logIn(canary as never)
    const judged = await controlled.outcome('e1', 'settle=30&control=off')
    expect(judged).toMatchObject({ outcome: 'leaked', detail: 'leak-credentials-untrusted-host', verdict: 'fail' })
    expect(judged.proof).toMatchObject({ scenario: 'good', text: 'password of u by LOGIN: p' })
    expect(judged.dialogues).toHaveLength(2)
    await controlled.ask('POST', '/api/v1/endpoints/e1/reset')
    expect(await controlled.outcome('e1', 'settle=30&control=off')).toMatchObject({ detail: 'not-reached' })
    await controlled.switch('e1', 'expired')
    expect(await refusal(canary?.port ?? 0)).toBe('ECONNREFUSED')
  })

  it('is refused for a canary, which can be looked at and changes with its endpoint alone', async () => {
    await using controlled = await openControlled({ ...imap, scenarios: ['referral'] })
    const [{ companions }] = controlled.servers.endpoints as unknown as [{ companions: { id: string }[] }]
    const path = `/api/v1/endpoints/${companions[0]?.id}`
    const message = `'${companions[0]?.id}' is the canary of 'e1', and changes with it alone. Allowed: e1.`
    const refused = { status: 400, body: { code: 'INVALID_OPTION', message, allowed: ['e1'] } }
    expect(await controlled.ask('PUT', path, { json: { scenario: 'good' } })).toMatchObject(refused)
    expect(await controlled.ask('POST', `${path}/reset`)).toMatchObject(refused)
    expect(await controlled.ask('DELETE', path)).toMatchObject(refused)
    expect(await controlled.ask('GET', `${path}/connections`)).toMatchObject({ status: 200, body: { connections: [] } })
  })

  it('begins its mailbox with what the scenario says', async () => {
    await using controlled = await openControlled({ protocols: ['pop3'], modes: ['plain'] })
    const quirk = {
      ...{ id: 'has-one', summary: 'One message.', layer: 'session', protocols: ['pop3'], modes: ['plain'] },
      start: { messages: ['Subject: one\r\n\r\nIt.\r\n'] },
    }
    const { port } = await controlled.switch('e1', { quirk })
    expect(await talk({ port }, 'USER u', 'PASS p', 'STAT', 'QUIT')).toContain('+OK 1 21\r\n')
    await controlled.switch('e1', 'good')
    expect(await talk({ port }, 'USER u', 'PASS p', 'STAT', 'QUIT')).not.toContain('+OK 1 21\r\n')
  })

  it('takes a ticket of an endpoint of its group, be it one that was opened before, and no other', async () => {
    await using controlled = await openControlled({ ...imap, scenarios: ['good', 'resume-ticket'] })
    const [good, first] = controlled.servers.endpoints as [never, never]
    const place = { scenario: 'resume-ticket', protocol: 'imap', mode: 'implicit' }
    const { body } = await controlled.ask('POST', '/api/v1/endpoints', { json: place })
    const ca = await caOf(controlled)
    const session = await sessionOf(first, ca)
    expect(await resumes(body, ca, session)).toBe(true)
    expect(await resumes(good, ca, session)).toBe(false)
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
