import { describe, expect, it } from 'vitest'
import { smtp } from '../../src/servers/smtp/dialect.ts'
import { playGolden } from './harness.ts'

const situation = { mode: 'starttls', mechanisms: ['PLAIN', 'LOGIN'] } as const

const play = (name: string) => playGolden(smtp, new URL(`golden/${name}.txt`, import.meta.url), situation)

describe('the dialogue of a real client', () => {
  it('is answered to nodemailer 10.6.0, which pipelines and leaves without QUIT', async () => {
    const { golden, played, runs } = await play('nodemailer-starttls')
    expect(played).toBe(golden)
    expect(runs.map(({ end }) => end)).toEqual(['upgrade', 'eof'])
    expect(runs[1]?.told.messages.map(({ raw }) => raw.toString())).toEqual([
      'From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\n\r\nhello\r\n.dot\r\n',
    ])
  })

  it("is answered to Python's smtplib, which writes in lower case", async () => {
    const { golden, played, runs } = await play('smtplib-starttls')
    expect(played).toBe(golden)
    expect(runs.map(({ end }) => end)).toEqual(['upgrade', 'close'])
    expect(runs[1]?.told.envelopes).toEqual([{ from: 'a@example.com', to: ['b@example.com'] }])
  })

  it('is answered to curl, which sends PLAIN in a continuation', async () => {
    const { golden, played, runs } = await play('curl-starttls')
    expect(played).toBe(golden)
    expect(runs.map(({ end }) => end)).toEqual(['upgrade', 'close'])
    expect(runs[1]?.told.messages[0]?.raw.toString()).toBe('Subject: x\r\n\r\nhello\r\n.dot\r\n..two\r\nbye\r\n')
    expect(runs[1]?.told.envelopes).toEqual([{ from: 'a@example.com', to: ['b@example.com', 'c@example.com'] }])
  })

  it('is answered to Thunderbird, whose CLIENTID is refused without harm', async () => {
    const { golden, played, runs } = await play('thunderbird-starttls')
    expect(played).toBe(golden)
    expect(runs[1]?.told.credentials).toEqual([{ kind: 'password', mechanism: 'LOGIN', user: 'user', secret: 'pass' }])
  })

  it('says nothing in clear about logging in, and records what was shown in each phase', async () => {
    const { runs } = await play('nodemailer-starttls')
    expect(runs.map(({ told }) => told.shown)).toEqual([
      [['PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES', 'SIZE 67108864', 'STARTTLS']],
      [['PIPELINING', '8BITMIME', 'SMTPUTF8', 'ENHANCEDSTATUSCODES', 'SIZE 67108864', 'AUTH PLAIN LOGIN']],
    ])
  })
})
