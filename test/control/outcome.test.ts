import { describe, expect, it } from 'vitest'
import { connectRaw } from '../support/raw.ts'
import { type Controlled, dial, imap, openControlled } from './api.ts'

const both = { ...imap, scenarios: ['good', 'expired'] } as const
const [good, expired] = ['e1', 'e2'] as const

const play = async (controlled: Controlled, id: string, kind: 'strict' | 'careless'): Promise<unknown> => {
  const server = controlled.servers.endpoints.find((one) => one.id === id)
  if (!server) throw new Error(`no ${id}`)
  return dial(server, controlled.servers.ca.pem, kind)
}

describe('the outcome of the control API', () => {
  it('counts a refusal only beside a session on the same protocol and mode', async () => {
    await using controlled = await openControlled(both)
    await play(controlled, expired, 'strict')
    expect(await controlled.outcome(expired)).toMatchObject({
      detail: 'inconclusive:no-control',
      verdict: 'inconclusive',
    })
    expect(await controlled.outcome(expired, 'settle=0&control=off')).toMatchObject({
      outcome: 'refused',
      verdict: 'pass',
    })
    await play(controlled, good, 'strict')
    expect(await controlled.outcome(expired, 'settle=0')).toMatchObject({ outcome: 'refused', verdict: 'pass' })
  })

  it('takes no session on another protocol for a control', async () => {
    await using controlled = await openControlled({ ...both, protocols: ['imap', 'pop3'] })
    const ids = controlled.servers.endpoints.map(({ id, scenario, protocol }) => [`${scenario}/${protocol}`, id])
    const named = Object.fromEntries(ids) as Record<string, string>
    await play(controlled, named['good/pop3'] ?? '', 'strict')
    await play(controlled, named['expired/imap'] ?? '', 'strict')
    expect((await controlled.outcome(named['expired/imap'] ?? '')).detail).toBe('inconclusive:no-control')
  })

  it('remembers a control whose run is over: one endpoint that is switched is enough for a suite', async () => {
    await using controlled = await openControlled()
    await play(controlled, 'e1', 'strict')
    await controlled.switch('e1', 'expired')
    await play(controlled, 'e1', 'strict')
    expect(await controlled.outcome('e1')).toMatchObject({ outcome: 'refused', verdict: 'pass' })
  })

  it('fails a careless client, control or not, and shows the lines that prove it', async () => {
    await using controlled = await openControlled(both)
    await play(controlled, expired, 'careless')
    const judged = await controlled.outcome(expired)
    expect(judged).toMatchObject({ outcome: 'leaked', detail: 'leak-credentials-untrusted-tls', verdict: 'fail' })
    expect(judged.proof).toMatchObject({ scenario: 'expired', phase: 'tls', text: 'password of u by LOGIN: p' })
    expect(judged.evidence.join('\n')).toContain('C*: a LOGIN u p')
    expect(judged.dialogues).toHaveLength(1)
  })

  it('fails a client that refuses the good server', async () => {
    await using controlled = await openControlled(both)
    const [server] = controlled.servers.endpoints as [never]
    expect(await dial(server, controlled.servers.endpoints[0]?.tls.ca.slice(0, 0) ?? '', 'strict')).toBeDefined()
    expect(await controlled.outcome(good)).toMatchObject({ detail: 'false-reject', verdict: 'fail' })
  })

  it('fails what only a client that checks revocation can see where that is required', async () => {
    await using controlled = await openControlled({ ...imap, scenarios: ['revoked'] })
    await play(controlled, 'e1', 'strict')
    expect((await controlled.outcome('e1')).verdict).toBe('note')
    expect((await controlled.outcome('e1', 'settle=0&require=revocation')).verdict).toBe('fail')
  })

  it('waits until a client has gone that is connected when it is asked', async () => {
    await using controlled = await openControlled({ protocols: ['pop3'], modes: ['plain'] })
    const [server] = controlled.servers.endpoints as [never]
    const client = connectRaw(server)
    await client.until('+OK')
    let answered = false
    const outcome = controlled.outcome('e1').then((judged) => {
      answered = true
      return judged
    })
    await controlled.ask('GET', '/livez')
    expect(answered).toBe(false)
    client.send('USER u\r\nPASS p\r\nQUIT\r\n')
    expect(await outcome).toMatchObject({ detail: 'safe-continue', connections: 1 })
  })
})

describe('the connections of the control API', () => {
  it('are the records, open ones alone where that is asked for', async () => {
    await using controlled = await openControlled({ protocols: ['pop3'], modes: ['plain'] })
    const [server] = controlled.servers.endpoints
    const ended = server?.waitForConnection()
    const first = connectRaw(server as never)
    first.send('QUIT\r\n')
    await ended
    const second = connectRaw(server as never)
    await second.until('+OK')
    const all = await controlled.ask('GET', '/api/v1/endpoints/e1/connections')
    expect(all.body.connections.map(({ nth, end }: { nth: number; end: unknown }) => [nth, end !== null])).toEqual([
      [1, true],
      [2, false],
    ])
    const ids = async (query: string): Promise<unknown> =>
      (await controlled.ask('GET', `/api/v1/endpoints/e1/connections?${query}`)).body.connections.map(
        ({ nth }: { nth: number }) => nth,
      )
    expect(await ids('open=only')).toEqual([2])
    expect(await ids('newest=1')).toEqual([2])
    expect(await ids('newest=0')).toEqual([])
    second.socket.destroy()
  })
})
