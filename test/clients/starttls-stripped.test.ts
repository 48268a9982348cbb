import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MailServers, type Protocol, startMailServers } from '../../src/index.ts'
import { connectRaw } from '../support/raw.ts'

/** What is asked of the server in clear, and how one knows that the list is whole. */
const questions: Readonly<Record<Protocol, { readonly list: string; readonly whole: RegExp; readonly start: string }>> =
  {
    smtp: { list: 'EHLO client.example\r\n', whole: /^250 .*\r\n$/m, start: 'STARTTLS\r\n' },
    imap: { list: 'a CAPABILITY\r\n', whole: /^a OK .*\r\n$/m, start: 'b STARTTLS\r\n' },
    pop3: { list: 'CAPA\r\n', whole: /^\.\r\n$/m, start: 'STLS\r\n' },
  }

/** Where the offer stands in the list, and the last line, which answers the request. */
const answers = {
  good: {
    smtp: { offer: '\r\n250 STARTTLS\r\n', reply: '220 2.0.0 Ready to start TLS' },
    imap: { offer: ' STARTTLS ', reply: 'b OK Begin TLS negotiation now' },
    pop3: { offer: '\r\nSTLS\r\n', reply: '+OK begin TLS negotiation' },
  },
  'starttls-stripped': {
    smtp: { offer: undefined, reply: '502 5.5.1 Command not implemented' },
    imap: { offer: undefined, reply: 'b BAD Unknown command' },
    pop3: { offer: undefined, reply: '-ERR command not implemented' },
  },
} as const

describe.each(['starttls-stripped', 'good'] as const)('on the wire, %s', (scenario) => {
  let servers: MailServers
  beforeAll(async () => {
    servers = await startMailServers({ scenarios: [scenario], modes: ['starttls'] })
  })
  afterAll(() => servers.close())

  const verb = scenario === 'good' ? 'offers STARTTLS and takes it' : 'neither offers STARTTLS nor takes it'
  it.each(['smtp', 'imap', 'pop3'] as const)(`${verb} on %s`, async (protocol) => {
    const { list, whole, start } = questions[protocol]
    const { offer, reply } = answers[scenario][protocol]
    const client = connectRaw(servers.endpoint({ protocol }))
    const greeting = await client.until(/\r\n$/)
    client.send(list)
    const before = await client.until(whole)
    if (offer === undefined) expect(before).not.toMatch(/STARTTLS|STLS/i)
    else expect(before.slice(greeting.length)).toContain(offer)
    client.send(start)
    const all = await client.until(new RegExp(`^[^]{${before.length}}.+\\r\\n$`))
    expect(all.slice(before.length)).toBe(`${reply}\r\n`)
    client.socket.destroy()
  })
})
