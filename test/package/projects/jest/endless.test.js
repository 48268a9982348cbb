const { useMockMail } = require('mockmail/jest')
const { allEnded, clients } = require('./endless.cjs')

const mail = useMockMail()
afterAll(allEnded)

it.each(Object.entries(clients))(
  'times out: a client that %s',
  async (_, client) => {
    await client(await mail.start({ protocol: 'imap', mode: 'implicit' }))
  },
  300,
)
