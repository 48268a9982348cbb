import { describe, expect, it } from 'vitest'
import { smtp } from '../../src/servers/smtp/dialect.ts'
import { play } from './harness.ts'
import { assault, smtpLines } from './hostile.ts'

describe('hostile input', () => {
  it('is answered in SMTP or ends the connection: 20,000 generated inputs', async () => {
    const damage = await assault(smtp, {
      inputs: 20_000,
      seed: 1,
      lines: smtpLines,
      opening: ['EHLO x\r\n', 'MAIL FROM:<a@example.com>\r\n', 'RCPT TO:<b@example.com>\r\n'],
      reply: /^(?:[2-5][0-9]{2}-[ -~]*\r\n)*[2-5][0-9]{2}(?: [ -~]*)?\r\n$/,
    })
    expect(damage.malformed).toEqual([])
    expect(damage.inputs).toBeGreaterThanOrEqual(20_000)
    expect(Object.keys(damage.ends).sort()).toEqual(['close', 'eof', 'hopeless', 'upgrade'])
  }, 60_000)

  it('leaves the loop going: noise and over-long lines are refused, and NOOP is answered', async () => {
    const run = await play({
      dialect: smtp,
      client: [
        '\x16\x03\x01\x02\0\x01\0\r\n',
        '\r\n',
        ' \r\n',
        `${'A'.repeat(20_000)}\r\n`,
        '\xff\xfe\r\n',
        'NOOP\r\n',
      ],
    })
    expect(run.replies.slice(1)).toEqual([
      '500 5.5.2 Error: command not recognized\r\n',
      '500 5.5.2 Error: command not recognized\r\n',
      '500 5.5.2 Error: command not recognized\r\n',
      '500 5.5.2 Line too long\r\n',
      '500 5.5.2 Error: command not recognized\r\n',
      '250 2.0.0 OK\r\n',
    ])
  })

  it('does not split a reply, even with characters that become line ends in latin1', async () => {
    const run = await play({
      dialect: smtp,
      client: ['EHLO x\r\n', Buffer.from('MAIL FROM:<a@b.example> \u010d\u010a=1 \u010d\u010a=2\r\n')],
    })
    expect(run.replies.at(-1)).toBe('501 5.5.4 Error: duplicate ?? parameter\r\n')
  })

  it('is cut short where a browser was sent to the port', async () => {
    const run = await play({ dialect: smtp, client: ['POST / HTTP/1.1\r\nHost: x\r\n\r\n'] })
    expect(run.replies.slice(1)).toEqual(['421 4.4.2 HTTP requests not allowed\r\n'])
    expect(run.end).toBe('close')
  })
})
