import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { type Operation, operations } from '../../src/control/operations.ts'
import { talk } from '../support/raw.ts'
import { type Controlled, listen, openControlled } from './api.ts'

const described = JSON.parse(readFileSync(new URL('../../schemas/openapi.json', import.meta.url), 'utf8'))

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strict: false })
ajv.addSchema(described, 'api')

/** What is wrong with an answer by the description: paths and words. */
function problems(type: string, value: unknown): readonly string[] {
  const validate = ajv.getSchema(`api#/components/schemas/${type}`)
  if (!validate) throw new Error(`There is no schema '${type}'.`)
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

const all = Object.entries(operations) as readonly [string, Operation][]

/** A request for each operation that answers JSON, in an order in which each has something to tell. */
const requests: Readonly<Record<string, { readonly id?: string; readonly query?: string; readonly json?: unknown }>> = {
  listEndpoints: {},
  openEndpoint: { json: { scenario: 'expired', protocol: 'imap', mode: 'implicit' } },
  switchEndpoint: { id: 'e2', json: { scenario: 'starttls-injected' } },
  outcome: { id: 'e1', query: '?settle=0' },
  connections: { id: 'e1' },
  listMessages: {},
  message: {},
  deliverMessage: { json: 'Subject: x' },
  scenarios: { query: '?tag=core' },
  explain: { query: '?q=CERT_HAS_EXPIRED' },
}

const ask = (controlled: Controlled, name: string, id: string) => {
  const { method, path } = operations[name as keyof typeof operations]
  const { json, query = '' } = requests[name] ?? {}
  return controlled.ask(
    method,
    path.replace('{id}', requests[name]?.id ?? id) + query,
    json === undefined ? {} : { json },
  )
}

describe('openapi.json', () => {
  it('is what the API says of itself, and of every operation', async () => {
    await using controlled = await openControlled()
    const { body } = await controlled.ask('GET', '/api/v1/openapi.json')
    expect(body).toEqual(described)
    const named = Object.values(described.paths as Record<string, Record<string, { operationId: string }>>)
      .flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
      .sort()
    expect(named).toEqual(Object.keys(operations).sort())
  })

  it('describes what is answered, for every operation that answers JSON', async () => {
    await using controlled = await openControlled({ protocols: ['smtp', 'imap'], modes: ['starttls'] })
    const [smtp] = controlled.servers.endpoints as [never]
    const lines = ['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA', 'From: A <a@b.c>', '', 'y', '.']
    await talk(smtp, 'EHLO c', ...lines, 'QUIT')
    const [{ id }] = (await controlled.ask('GET', '/api/v1/messages')).body.messages
    for (const [name, { answer }] of all) {
      if (answer === null || answer.includes('/') || name === 'lease') continue
      const { status, body } = await ask(controlled, name, id)
      expect([name, status < 300]).toEqual([name, true])
      expect(problems(answer, body), name).toEqual([])
    }
    const feed = await listen(controlled, '/api/v1/leases')
    const { data } = await feed.next(({ event }) => event === 'holder')
    const wish = {
      holder: data.holder,
      scenarios: ['good'],
      protocols: ['imap'],
      modes: ['plain'],
      twins: true,
      files: true,
    }
    expect(problems('LeaseWish', wish)).toEqual([])
    expect(problems('Lease', (await controlled.ask('POST', '/api/v1/leases', { json: wish })).body)).toEqual([])
  })

  it('describes what is refused, and finds what is wrong', async () => {
    await using controlled = await openControlled()
    const { body } = await controlled.ask('GET', '/api/v1/endpoints/e9/outcome')
    expect(problems('ApiError', body)).toEqual([])
    expect(problems('ApiError', { ...body, code: 'NONE' })).toContain('/code must match a schema in anyOf')
    expect(problems('EndpointList', { schema: 1 })).toEqual([" must have required property 'endpoints'"])
  })

  it('says of everything below /api that it needs the token', () => {
    for (const [path, methods] of Object.entries(
      described.paths as Record<string, Record<string, { security?: [] }>>,
    )) {
      for (const { security } of Object.values(methods)) expect(security === undefined).toBe(path.startsWith('/api/'))
    }
    expect(described.security).toEqual([{ token: [] }])
  })
})
