import { useMockMail } from 'mockmail/vitest'
import { describe, expect, it } from 'vitest'
import { files } from './judged.cjs'

const shared = Boolean(process.env.SHARED)

export const run = (name) =>
  files[name]({
    describe,
    it,
    open: (options = {}) => ({ mail: useMockMail({ ...options, ...(shared && { shared }) }), expects: expect }),
    rejects: (client) => expect(client).rejects.toThrow(),
    concurrent: (tests) =>
      describe.concurrent('at once', () => Object.entries(tests).map(([title, test]) => it(title, test))),
    timesOut: (title, test) => it(title, { timeout: 1000 }, test),
  })
