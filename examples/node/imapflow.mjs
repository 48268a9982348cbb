// Logs in with imapflow and counts the messages of INBOX.
import { readFileSync } from 'node:fs'
import { ImapFlow } from 'imapflow'

const { MOCKMAIL_SERVERNAME, MOCKMAIL_PORT, MOCKMAIL_MODE, MOCKMAIL_CA, MOCKMAIL_USER, MOCKMAIL_PASSWORD } = process.env

const client = new ImapFlow({
  host: MOCKMAIL_SERVERNAME,
  port: Number(MOCKMAIL_PORT),
  secure: MOCKMAIL_MODE === 'implicit',
  // Without it, a server that hides STARTTLS gets the password in clear.
  ...(MOCKMAIL_MODE === 'starttls' && { doSTARTTLS: true }),
  auth: { user: MOCKMAIL_USER, pass: MOCKMAIL_PASSWORD },
  tls: { ca: readFileSync(MOCKMAIL_CA) },
  logger: false,
})
// The same failure rejects connect().
client.on('error', () => {})

try {
  await client.connect()
  const { messages } = await client.status('INBOX', { messages: true })
  console.log(`${messages} messages`)
  await client.logout()
} catch (error) {
  console.error(error.code ? `${error.code}: ${error.message}` : error.message)
  process.exitCode = 1
} finally {
  client.close()
}
