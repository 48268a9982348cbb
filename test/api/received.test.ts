import { describe, expect, it } from 'vitest'
import { matches, receive } from '../../src/fleet/message.ts'
import type { ConnectionRecord } from '../../src/record/record.ts'

const message = (source: string) =>
  receive(
    { via: 'APPEND', raw: Buffer.from(source), from: 'a@example.com', to: ['b@example.com'] },
    {} as ConnectionRecord,
    'tls',
  )

const headersOf = (source: string): object => Object.fromEntries(message(source).headers)

describe('the headers of a message', () => {
  const headers = { subject: ['one two'], received: ['x', 'y'] }

  it.each([
    ['CRLF', 'Subject: one\r\n two\r\nReceived: x\r\nReceived: y\r\n\r\nTo: body\r\n'],
    ['bare LF', 'Subject: one\n two\nReceived: x\nReceived: y\n\nTo: body\n'],
    ['both', 'Subject: one\n two\r\nReceived: x\nReceived: y\r\n\nTo: body\r\n\r\nCc: body'],
    ['nothing behind them', 'Subject: one\n two\nReceived: x\nReceived: y'],
  ])('end at the empty line, with %s', (_, source) => {
    expect(headersOf(source)).toEqual(headers)
  })

  it('of a hundred thousand lines are read in a moment', () => {
    const started = performance.now()
    const { headers: found } = message('X: y\n'.repeat(100_000))
    expect(found.get('x')).toHaveLength(100_000)
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

describe('a filter', () => {
  const it1 = message('Subject: report of today\n\n')

  it.each([
    [/today/g, true],
    [/today/y, false],
    [/report/gy, true],
    [/tomorrow/g, false],
    ['of', true],
  ])('%s says the same of a message however often it is asked', (subject, fits) => {
    for (let times = 0; times < 3; times++) expect(matches(it1, { subject })).toBe(fits)
    if (subject instanceof RegExp) expect(subject.lastIndex).toBe(0)
  })
})
