import { describe, expect, it } from 'vitest'
import { MailStore } from '../../src/servers/mailbox/mailbox.ts'
import { pop3 } from '../../src/servers/pop3/dialect.ts'
import { playGolden, type Situation } from '../smtp/harness.ts'

const play = (name: string, mode: 'starttls' | 'implicit', rest: Situation = {}) =>
  playGolden(pop3, new URL(`golden/${name}.txt`, import.meta.url), {
    mode,
    mechanisms: ['PLAIN', 'LOGIN'],
    samples: [
      { raw: Buffer.from('Subject: one\r\n\r\nhello\r\n.dot\r\n') },
      { raw: Buffer.from('Subject: two\r\n\r\nline\r\nline\r\n.') },
    ],
    ...rest,
  })

describe('the dialogue of a real client', () => {
  it.each([
    ["Python's poplib", 'poplib-starttls'],
    ['curl', 'curl-starttls'],
    ['fetchmail, which asks for TOP 1 99999999', 'fetchmail-starttls'],
    ['Thunderbird', 'thunderbird-starttls'],
  ])('is answered to %s on starttls', async (_, name) => {
    const { golden, played, runs } = await play(name, 'starttls')
    expect(played).toBe(golden)
    expect(runs.map(({ end }) => end)).toEqual(['upgrade', 'close'])
  })

  it.each([
    ['node-pop3, which never asks for CAPA', 'node-pop3-implicit'],
    ['MailKit, which asks for CAPA twice', 'mailkit-implicit'],
  ])('is answered to %s on implicit', async (_, name) => {
    const { golden, played, runs } = await play(name, 'implicit')
    expect(played).toBe(golden)
    expect(runs.map(({ end }) => end)).toEqual(['close'])
  })

  it('deletes what Thunderbird deleted, and nothing else', async () => {
    const store = new MailStore([
      { raw: Buffer.from('Subject: one\r\n\r\nhello\r\n.dot\r\n') },
      { raw: Buffer.from('Subject: two\r\n\r\nline\r\nline\r\n.') },
    ])
    await play('thunderbird-starttls', 'starttls', { store })
    expect(store.inbox.messages.map(({ uid }) => uid)).toEqual([2])
  })

  it('is shown in each phase and state what it may do there', async () => {
    const clear = ['TOP', 'UIDL', 'RESP-CODES', 'AUTH-RESP-CODE', 'PIPELINING', 'STLS']
    const { runs } = await play('curl-starttls', 'starttls')
    expect(runs.map(({ told }) => told.shown)).toEqual([
      [clear],
      [['TOP', 'UIDL', 'RESP-CODES', 'AUTH-RESP-CODE', 'PIPELINING', 'USER', 'SASL PLAIN LOGIN']],
    ])
  })
})
