// What jest's own words are for a file of `judged.cjs`, in CommonJS and in ES modules.
const { files } = require('./judged.cjs')

exports.runWith = ({ useMockMail, describe, expect, it }, name) =>
  files[name]({
    describe,
    it,
    open(options = {}) {
      const shared = Boolean(process.env.SHARED)
      return { mail: useMockMail({ ...options, ...(shared && { shared }) }), expects: expect }
    },
    rejects: (client) => expect(client).rejects.toThrow(),
    concurrent: (tests) => Object.entries(tests).map(([title, test]) => it.concurrent(title, test)),
    timesOut: (title, test) => it(title, test, 1000),
  })
