import { describe, expect, it } from 'vitest'
import { talk } from '../support/raw.ts'
import { dial, listen, openControlled } from './api.ts'

describe('the events of the control API', () => {
  it('are the lines of --json: what is there, then what happens', async () => {
    await using controlled = await openControlled({ protocols: ['smtp', 'imap'], modes: ['implicit', 'plain'] })
    const feed = await listen(controlled)
    const { data: ready } = await feed.next(({ event }) => event === 'ready')
    expect(ready).toMatchObject({ schema: 1, event: 'ready', token: controlled.token })
    expect(ready.endpoints.map(({ id }: { id: string }) => id)).toEqual(['e1', 'e2', 'e3', 'e4'])
    const [, smtp, imap] = controlled.servers.endpoints as [never, never, never]
    await dial(imap, '', 'strict')
    const refused = await feed.next(({ event }) => event === 'connection')
    expect(refused.data).toMatchObject({ endpoint: 'e3', scenario: 'good', outcome: 'refused', record: { nth: 1 } })
    await talk(
      smtp,
      'EHLO c',
      'MAIL FROM:<a@example.com>',
      'RCPT TO:<b@example.com>',
      'DATA',
      'Subject: x',
      '',
      'y',
      '.',
      'QUIT',
    )
    const { data: message } = await feed.next(({ event }) => event === 'message')
    expect(message).toMatchObject({ endpoint: 'e2', from: 'a@example.com', to: ['b@example.com'], size: 17 })
    expect((await controlled.ask('GET', `/api/v1/messages/${message.id}`)).body.connection).toBe(message.connection)
    await controlled.switch('e1', 'port-closed')
    await controlled.ask('POST', '/api/v1/endpoints/e3/reset')
    await controlled.ask('DELETE', '/api/v1/endpoints/e2')
    await controlled.ask('POST', '/api/v1/endpoints', { json: { protocol: 'pop3', mode: 'plain' } })
    await feed.next(({ data }) => data.change === 'added')
    expect(feed.told.flatMap(({ event, data }) => (event === 'endpoint' ? [[data.change, data.id]] : []))).toEqual([
      ['switched', 'e1'],
      ['reset', 'e3'],
      ['removed', 'e2'],
      ['added', 'e5'],
    ])
  })

  it('tell of a connection that a switch has ended as of the scenario that it met', async () => {
    await using controlled = await openControlled({ protocols: ['pop3'], modes: ['plain'] })
    const feed = await listen(controlled)
    const [server] = controlled.servers.endpoints as [never]
    const talking = talk(server, 'USER u')
    await controlled.switch('e1', 'port-closed')
    await talking
    const { data } = await feed.next(({ event }) => event === 'connection')
    expect([data.scenario, data.outcome]).not.toContain('port-closed')
    expect(data.record.scenario).toBe('good')
  })

  it('are lost by whoever does not read, with a marker, and by nobody else', async () => {
    await using controlled = await openControlled({ protocols: ['smtp'], modes: ['plain'] })
    const [reading, asleep] = [await listen(controlled), await listen(controlled)]
    asleep.response.pause()
    const [server] = controlled.servers.endpoints as [never]
    const count = 12
    const text = 'x'.repeat(70)
    const body = Array.from({ length: 50_000 }, () => text)
    for (let turn = 0; turn < count; turn++) {
      await talk(server, 'EHLO c', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA', ...body, '.', 'QUIT')
    }
    const messages = (of: typeof reading): number => of.told.filter(({ event }) => event === 'message').length
    await reading.next(() => messages(reading) === count)
    expect(reading.told.filter(({ event }) => event === 'lost')).toEqual([])
    asleep.response.resume()
    const { data } = await asleep.next(({ event }) => event === 'lost')
    expect(data).toMatchObject({ schema: 1, event: 'lost' })
    await controlled.ask('POST', '/api/v1/endpoints/e1/reset')
    await asleep.next((told) => told.data.change === 'reset')
    const lost = asleep.told.reduce((sum, told) => sum + (told.event === 'lost' ? told.data.count : 0), 0)
    const told = asleep.told.filter(({ event }) => event === 'message' || event === 'connection').length
    expect(lost).toBeGreaterThan(0)
    expect(lost + told).toBe(2 * count)
  }, 60_000)

  it('end with the servers, the last ones told', async () => {
    const controlled = await openControlled({ protocols: ['pop3'], modes: ['plain'] })
    const feed = await listen(controlled)
    await feed.next(({ event }) => event === 'ready')
    const [server] = controlled.servers.endpoints as [never]
    const talking = talk(server, 'USER u')
    await expect.poll(() => controlled.servers.endpoints[0]?.counts.connections).toBe(1)
    await controlled.servers.close()
    await talking
    await feed.ended
    expect(feed.told.map(({ event }) => event)).toEqual(['ready', 'connection'])
  })
})
