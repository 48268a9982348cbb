import { expect, it } from 'vitest'
import { matches, receive } from '../src/fleet/message.ts'
import type { ConnectionRecord } from '../src/record/record.ts'

const message = (text: string) => receive({ via: 'DATA', raw: Buffer.from(text) }, {} as ConnectionRecord, 'tls')

it('a header repeated 200,000 times is searched in linear time, its last value too', () => {
  const repeated = message(`${'Subject: x\r\n'.repeat(200_000)}Subject: last\r\n\r\n`)
  const started = performance.now()
  expect(matches(repeated, { subject: 'last' })).toBe(true)
  expect(matches(repeated, { subject: 'other' })).toBe(false)
  // A copy of the list for each value took minutes.
  expect(performance.now() - started).toBeLessThan(5000)
  expect(repeated.headers.get('subject')).toHaveLength(200_001)
})
