import 'mockmail/vitest'
import { expect, it } from 'vitest'

it('adds no matcher by being imported', () => {
  expect(() => expect(1).toHaveBeenRefused).toThrow(/Invalid Chai property/)
})
