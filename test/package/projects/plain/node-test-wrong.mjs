import test from 'node:test'
import { useMockMail } from 'mockmail/node-test'
import client from './client.cjs'

const mail = useMockMail()

test('is wrong about a client that looks at no certificate', async () => {
  const server = await mail.start({ protocol: 'pop3', mode: 'starttls', scenario: 'expired' })
  await client.logIn(server, { strict: false })
  await mail.expect(server).toHaveBeenRefused()
})
