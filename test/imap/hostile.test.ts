import { expect, it } from 'vitest'
import { runHostilities } from './hostile.ts'

it('20,000 hostile inputs are answered, one by one, without a fault', { timeout: 120_000 }, async () => {
  const { faults, ends, slowest } = await runHostilities({ count: 20_000, seed: 1 })
  expect(faults).toEqual([])
  expect(Object.keys(ends).sort()).toEqual(['close', 'eof'])
  // All are small: one that takes this long has found something that does not grow with its size alone.
  expect(slowest.ms, slowest.input).toBeLessThan(2000)
})

it('the same seed gives the same inputs, and another one gives others', async () => {
  const [one, same, other] = await Promise.all([1, 1, 2].map((seed) => runHostilities({ count: 200, seed })))
  expect(same?.octetsSent).toBe(one?.octetsSent)
  expect(other?.octetsSent).not.toBe(one?.octetsSent)
})
