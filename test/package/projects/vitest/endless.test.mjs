import { useMockMail } from 'mockmail/vitest'
import { afterAll, it } from 'vitest'
import { allEnded, clients } from './endless.cjs'

// Hooks run from the last to the first, so this one sees what the helper has left.
afterAll(allEnded)
const mail = useMockMail()

it.each(Object.entries(clients))('times out: a client that %s', { timeout: 300 }, async (_, client) => {
  await client(await mail.start({ protocol: 'imap', mode: 'implicit' }))
})
