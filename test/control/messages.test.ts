import { describe, expect, it } from 'vitest'
import { talk } from '../support/raw.ts'
import { openControlled } from './api.ts'

const plain = { protocols: ['smtp', 'pop3'], modes: ['plain'] } as const

const send = (server: unknown, to: string, ...lines: readonly string[]): Promise<string> =>
  talk(server as never, 'EHLO client', 'MAIL FROM:<a@example.com>', `RCPT TO:<${to}>`, 'DATA', ...lines, '.', 'QUIT')

describe('the messages of the control API', () => {
  it('are what clients sent in, to be filtered, read whole, as octets, and forgotten', async () => {
    await using controlled = await openControlled(plain)
    const [smtp] = controlled.servers.endpoints
    await send(smtp, 'b@example.com', 'Subject: =?utf-8?q?caf=C3=A9?=', 'From: A <a@example.com>', '', '..dotted \xe9')
    await send(smtp, 'c@example.com', 'Subject: other', '', 'Hello')
    const { body } = await controlled.ask('GET', '/api/v1/messages')
    expect(body).toMatchObject({
      schema: 1,
      messages: [
        { endpoint: 'e1', scenario: 'good', from: 'a@example.com', to: ['b@example.com'], secure: false },
        { subject: 'other', to: ['c@example.com'] },
      ],
    })
    const filtered = await controlled.ask('GET', '/api/v1/messages?to=b%40example&endpoint=e1')
    expect(filtered.body.messages).toHaveLength(1)
    expect((await controlled.ask('GET', '/api/v1/messages?endpoint=e2')).body.messages).toEqual([])
    const [{ id, connection }] = filtered.body.messages
    const whole = (await controlled.ask('GET', `/api/v1/messages/${id}`)).body
    const raw = 'Subject: =?utf-8?q?caf=C3=A9?=\r\nFrom: A <a@example.com>\r\n\r\n.dotted \xe9\r\n'
    // The lines went out as UTF-8.
    expect(Buffer.from(whole.raw, 'base64')).toEqual(Buffer.from(raw))
    expect(whole).toMatchObject({
      parsed: {
        subject: 'café',
        from: { name: 'A', address: 'a@example.com' },
        text: '.dotted \xe9\n',
        attachments: [],
      },
      headers: { subject: ['=?utf-8?q?caf=C3=A9?='] },
      connection: smtp?.connections[0]?.id,
    })
    expect(connection).toBe(whole.connection)
    const octets = await controlled.ask('GET', `/api/v1/messages/${id}`, { headers: { accept: 'message/rfc822' } })
    expect(octets).toMatchObject({ text: raw, headers: { 'content-type': 'message/rfc822' } })
    expect((await controlled.ask('DELETE', '/api/v1/messages?endpoint=e1')).status).toBe(204)
    expect((await controlled.ask('GET', '/api/v1/messages')).body.messages).toEqual([])
    expect(await controlled.ask('GET', `/api/v1/messages/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'NO_SUCH_MESSAGE' },
    })
  })

  it('are waited for, and not longer than was asked', async () => {
    await using controlled = await openControlled(plain)
    const [smtp] = controlled.servers.endpoints
    const waiting = controlled.ask('GET', '/api/v1/messages?subject=late&wait=10000')
    await send(smtp, 'b@example.com', 'Subject: late', '', 'Hello')
    expect((await waiting).body.messages).toMatchObject([{ subject: 'late' }])
    expect((await controlled.ask('GET', '/api/v1/messages?subject=never&wait=20')).body.messages).toEqual([])
  })

  it('are put into the mailbox that IMAP and POP3 clients see', async () => {
    await using controlled = await openControlled(plain)
    const [, pop3] = controlled.servers.endpoints
    const delivered = await controlled.ask('POST', '/api/v1/messages', { raw: 'Subject: by hand\n\nHello' })
    expect(delivered).toMatchObject({ status: 201, body: { scenarios: ['good'] } })
    const dialogue = await talk(pop3 as never, 'USER u', 'PASS p', 'LIST', 'QUIT')
    const count = Number(/(\d+) \d+\r\n\.\r\n/.exec(dialogue)?.[1])
    const newest = await talk(pop3 as never, 'USER u', 'PASS p', `RETR ${count}`, `RETR ${count - 1}`, 'QUIT')
    expect(newest.split('Subject: by hand\r\n\r\nHello')).toHaveLength(2)
  })
})
