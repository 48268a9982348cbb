import test, { after } from 'node:test'
import { useMockMail } from 'mockmail/node-test'
import { allEnded, clients } from './endless.cjs'

const mail = useMockMail()
after(allEnded)

for (const [name, client] of Object.entries(clients)) {
  test(`times out: a client that ${name}`, { timeout: 300 }, async () => {
    await client(await mail.start({ protocol: 'imap', mode: 'implicit' }))
  })
}
