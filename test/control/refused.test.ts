import { request } from 'node:http'
import net from 'node:net'
import { describe, expect, it } from 'vitest'
import { startMailServers } from '../../src/index.ts'
import { type Controlled, imap, openControlled } from './api.ts'

const host = ({ port }: Controlled): string => `127.0.0.1:${port}`

describe('who may ask the control API', () => {
  it('is whoever knows the token', async () => {
    await using controlled = await openControlled()
    const { token } = controlled
    const statuses = async (authorization: string | undefined): Promise<unknown> => {
      const { status, body } = await controlled.askAs(
        authorization ? { authorization } : {},
        'GET',
        '/api/v1/endpoints',
      )
      return [status, body.code]
    }
    expect(await statuses(`Bearer ${token}`)).toEqual([200, undefined])
    expect(await statuses(`bearer ${token}`)).toEqual([200, undefined])
    const wrong = [
      undefined,
      `Bearer ${token.replace(/./g, '0')}`,
      `Bearer ${token}0`,
      `Basic ${token}`,
      token,
      'Bearer',
    ]
    for (const authorization of wrong) expect(await statuses(authorization)).toEqual([401, 'UNAUTHORIZED'])
  })

  it('needs it on every path below /api, those that do not exist included', async () => {
    await using controlled = await openControlled()
    for (const path of ['/api/v1/ca.pem', '/api/v1/events', '/api/v1/openapi.json', '/api/v1/nothing', '/api/']) {
      expect((await controlled.askAs({}, 'GET', path)).status).toBe(401)
    }
    expect(await controlled.askAs({}, 'GET', '/livez')).toMatchObject({ status: 200, text: 'ok\n' })
    expect((await controlled.askAs({}, 'GET', '/readyz')).status).toBe(200)
  })

  it('is no page whose name was made to lead here', async () => {
    await using controlled = await openControlled()
    const ask = (name: string) => controlled.ask('GET', '/api/v1/ca.pem', { headers: { host: name } })
    for (const name of [
      'localhost',
      `localhost:${controlled.port}`,
      '127.0.0.1',
      '127.1.2.3:1',
      '[::1]:80',
      'LOCALHOST',
    ]) {
      expect((await ask(name)).status).toBe(200)
    }
    for (const name of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80', '10.0.0.1', '[::2]']) {
      expect(await ask(name)).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN', message: expect.stringContaining(name.replace(/:80$/, '')) },
      })
    }
    expect((await controlled.askAs({ host: 'evil.example' }, 'GET', '/livez')).status).toBe(403)
  })

  it('is no page of another origin, with the token or without', async () => {
    await using controlled = await openControlled()
    const ask = (origin: string, path: string) => controlled.ask('GET', path, { headers: { origin } })
    expect((await ask(`http://${host(controlled)}`, '/api/v1/ca.pem')).status).toBe(200)
    const others = [
      'http://evil.example',
      'null',
      `https://${host(controlled)}`,
      'http://127.0.0.1',
      `http://localhost:${controlled.port}`,
    ]
    for (const origin of others) {
      for (const path of ['/api/v1/ca.pem', '/livez', '/']) {
        expect(await ask(origin, path)).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } })
      }
    }
    const preflight = await controlled.askAs({ origin: 'http://evil.example' }, 'OPTIONS', '/api/v1/endpoints')
    expect(preflight.status).toBe(403)
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined()
  })

  it('may call it by a name that was given, and on an address that was given, with the token still', async () => {
    await using controlled = await openControlled({ ...imap, api: { host: '127.0.0.2', names: ['mock.test'] } })
    const ask = (name: string) => controlled.ask('GET', '/api/v1/ca.pem', { headers: { host: `${name}:80` } })
    expect((await ask('mock.test')).status).toBe(200)
    expect((await ask('other.test')).status).toBe(403)
    const elsewhere = (headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const { port } = controlled
        request({ host: '127.0.0.2', port, path: '/api/v1/ca.pem', headers }, ({ statusCode }) => resolve(statusCode))
          .on('error', reject)
          .end()
      })
    expect(await elsewhere({ authorization: `Bearer ${controlled.token}` })).toBe(200)
    expect(await elsewhere({})).toBe(401)
  })

  it('speaks HTTP: who does not is hung up on, and nobody else notices', async () => {
    await using controlled = await openControlled()
    for (const bytes of ['no HTTP\r\n\r\n', '{"id":1}\n', '\x16\x03\x01\x02\x00']) {
      const socket = net.connect(controlled.port, '127.0.0.1')
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.resume().end(Buffer.from(bytes, 'latin1'))
      await closed
    }
    expect((await controlled.ask('GET', '/api/v1/ca.pem')).status).toBe(200)
  })
})

describe('a wrong request', () => {
  it.each([
    ['PUT', '/api/v1/endpoints/e1', { scenario: 'expird' }, 400, 'UNKNOWN_SCENARIO', "Did you mean 'expired'"],
    ['PUT', '/api/v1/endpoints/e1', { scenario: 'expired+not-yet-valid' }, 409, 'CONFLICT', 'not-yet-valid'],
    ['PUT', '/api/v1/endpoints/e1', { scenario: 'starttls-stripped' }, 409, 'NOTHING_TO_SERVE', 'starttls'],
    ['PUT', '/api/v1/endpoints/e9', { scenario: 'expired' }, 404, 'NO_SUCH_ENDPOINT', 'e1'],
    ['PUT', '/api/v1/endpoints/e1', { scenaro: 'expired' }, 400, 'INVALID_OPTION', "Did you mean 'scenario'"],
    ['PUT', '/api/v1/endpoints/e1', {}, 400, 'INVALID_OPTION', 'scenario'],
    ['PUT', '/api/v1/endpoints/e1', { scenario: { quirky: {} } }, 400, 'INVALID_OPTION', 'quirk'],
    ['PUT', '/api/v1/endpoints/e1', { scenario: [] }, 400, 'UNKNOWN_SCENARIO', 'good'],
    ['PUT', '/api/v1/endpoints/e1', 'expired', 400, 'INVALID_OPTION', 'an object'],
    ['PUT', '/api/v1/endpoints/e1', null, 400, 'INVALID_OPTION', 'an object'],
    ['POST', '/api/v1/endpoints', { protocol: 'imp', mode: 'plain' }, 400, 'UNKNOWN_PROTOCOL', "Did you mean 'imap'"],
    ['POST', '/api/v1/endpoints', { protocol: 'imap', mode: 'tls' }, 400, 'UNKNOWN_MODE', 'implicit'],
    ['POST', '/api/v1/endpoints', { protocol: 'imap' }, 400, 'INVALID_OPTION', 'mode'],
    ['POST', '/api/v1/endpoints', { protocol: 'imap', mode: 'plain', port: '1' }, 400, 'INVALID_OPTION', 'port'],
    ['POST', '/api/v1/pki/revoke', { certificate: 'good' }, 409, 'NOT_REVOCABLE', 'revoked'],
    ['POST', '/api/v1/pki/revoke', { certificate: 'goood' }, 400, 'UNKNOWN_SCENARIO', "Did you mean 'good'"],
    ['POST', '/api/v1/endpoints/e1', undefined, 404, 'NO_SUCH_ROUTE', 'PUT /api/v1/endpoints/{id}'],
    ['GET', '/api/v2/endpoints', undefined, 404, 'NO_SUCH_ROUTE', 'GET /api/v1/endpoints'],
    ['GET', '/api/v1/endpoints/e1/outcome?setle=1', undefined, 400, 'INVALID_OPTION', "Did you mean 'settle'"],
    ['GET', '/api/v1/endpoints/e1/outcome?settle=soon', undefined, 400, 'INVALID_OPTION', '60000'],
    ['GET', '/api/v1/endpoints/e1/outcome?settle=60001', undefined, 400, 'INVALID_OPTION', '60000'],
    ['GET', '/api/v1/endpoints/e1/outcome?control=on', undefined, 400, 'INVALID_OPTION', 'required'],
    ['GET', '/api/v1/endpoints/e1/outcome?require=crl', undefined, 400, 'INVALID_OPTION', 'revocation'],
    ['GET', '/api/v1/messages?endpoint=e9', undefined, 404, 'NO_SUCH_ENDPOINT', 'e1'],
    ['GET', '/api/v1/scenarios?tag=nothing', undefined, 400, 'INVALID_OPTION', 'core'],
    ['GET', '/api/v1/explain', undefined, 400, 'INVALID_OPTION', ''],
    ['POST', '/api/v1/leases', { holder: 'h1' }, 400, 'INVALID_OPTION', 'twins'],
  ])('%s %s %j is %i %s', async (method, path, json, status, code, says) => {
    await using controlled = await openControlled()
    const answer = await controlled.ask(method, path, json === undefined ? {} : { json })
    expect(answer).toMatchObject({ status, body: { code } })
    expect(Object.keys(answer.body)).toEqual(['code', 'message', 'allowed'])
    expect(JSON.stringify([answer.body.message, answer.body.allowed])).toContain(says)
    // It has changed nothing.
    expect(controlled.servers.endpoints.map(({ scenario }) => scenario)).toEqual(['good'])
  })

  it('that is no JSON says where it is wrong', async () => {
    await using controlled = await openControlled()
    const answer = await controlled.ask('PUT', '/api/v1/endpoints/e1', { raw: '{"scenario": expired}' })
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'INVALID_OPTION', message: expect.stringMatching(/no JSON/) },
    })
  })

  it.each([
    ['that says so', { 'content-length': String((64 << 20) + 1) }],
    ['that does not say', { 'transfer-encoding': 'chunked' }],
  ])('with a body over 64 MiB %s is 413, and the connection ends', async (_, headers) => {
    await using controlled = await openControlled()
    const sent = await new Promise<{ status: number | undefined; code: string }>((resolve, reject) => {
      const asked = request({
        ...{ host: '127.0.0.1', port: controlled.port, method: 'POST', path: '/api/v1/messages', agent: false },
        headers: { authorization: `Bearer ${controlled.token}`, ...headers },
      })
      let answered = false
      asked.on('response', (response) => {
        answered = true
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode, code: JSON.parse(String(Buffer.concat(chunks))).code }),
        )
      })
      asked.on('error', (error) => !answered && reject(error))
      const block = Buffer.alloc(1 << 20)
      let left = 65
      const more = (): void => {
        if (answered || asked.destroyed) return
        if (left-- > 0) asked.write(block, more)
      }
      more()
    })
    expect(sent).toEqual({ status: 413, code: 'TOO_LARGE' })
    expect((await controlled.ask('GET', '/api/v1/messages')).status).toBe(200)
  })

  it('is answered for a body of just under 64 MiB', async () => {
    await using controlled = await openControlled({ protocols: ['pop3'], modes: ['plain'] })
    const { status } = await controlled.ask('POST', '/api/v1/messages', { raw: Buffer.alloc((64 << 20) - 1, 'x') })
    expect(status).toBe(201)
  })
})

describe('the options of the control API', () => {
  it.each([
    [{ port: 70_000 }, 'api.port'],
    [{ host: 'localhost' }, 'api.host'],
    [{ names: ['a b'] }, 'api.names'],
    [{ prot: 1 }, "Did you mean 'port'"],
  ])('%j is refused before anything starts', async (api, says) => {
    await expect(startMailServers({ ...imap, api: api as object })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(says),
    })
  })

  it('that cannot be had leave nothing behind', async () => {
    await using controlled = await openControlled()
    await expect(startMailServers({ ...imap, api: { port: controlled.port } })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
    })
    await expect(startMailServers({ ...imap, api: { host: '192.0.2.1' } })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
    })
  })

  it('are none by default: no port is opened', async () => {
    await using servers = await startMailServers(imap)
    expect(servers.api).toBeUndefined()
  })
})
