import assert from 'node:assert/strict'
import test from 'node:test'
import { useMockMail } from 'mockmail/node-test'
import client from './client.cjs'

const mail = useMockMail({ control: client.logIn })

test('a right client refuses, and the matcher says so', async () => {
  const server = await mail.start({ protocol: 'imap', mode: 'starttls', scenario: 'expired' })
  await assert.rejects(client.logIn(server), { code: 'CERT_HAS_EXPIRED' })
  await mail.expect(server).toHaveBeenRefused({ because: 'expired' })
  await mail.expect(server).not.toHaveSeenCredentials()
})

test('a wrong client fails the matcher, with its dialogue', async () => {
  const server = await mail.start({ protocol: 'pop3', mode: 'implicit', scenario: 'expired' })
  await client.logIn(server, { strict: false })
  await assert.rejects(mail.expect(server).toHaveBeenRefused(), /C\*: PASS mockmail/)
})
