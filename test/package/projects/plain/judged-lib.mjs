import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { useMockMail } from 'mockmail/node-test'
import { files } from './judged.cjs'

const each = (cases) => (title, test) => {
  for (const one of cases) it(title.replace('$title', one.title), () => test(one))
}

export const run = (name) =>
  files[name]({
    describe,
    it: Object.assign((title, test) => it(title, test), { each }),
    open(options) {
      const mail = useMockMail(options)
      return { mail, expects: mail.expect }
    },
    rejects: (client) => assert.rejects(client),
    concurrent: (tests) =>
      describe('at once', { concurrency: true }, () => {
        for (const [title, test] of Object.entries(tests)) it(title, test)
      }),
    timesOut: (title, test) => it(title, { timeout: 1000 }, test),
  })
