// Logs in with node-pop3 and counts the messages. It has no STLS, so it is for implicit TLS only.
import { readFileSync } from 'node:fs'
import Pop3Command from 'node-pop3'

const { MOCKMAIL_SERVERNAME, MOCKMAIL_PORT, MOCKMAIL_CA, MOCKMAIL_USER, MOCKMAIL_PASSWORD } = process.env

const client = new Pop3Command({
  host: MOCKMAIL_SERVERNAME,
  port: Number(MOCKMAIL_PORT),
  user: MOCKMAIL_USER,
  password: MOCKMAIL_PASSWORD,
  tls: true,
  tlsOptions: { ca: readFileSync(MOCKMAIL_CA) },
  servername: MOCKMAIL_SERVERNAME,
})

try {
  const messages = await client.LIST()
  console.log(`${messages.length} messages`)
  await client.QUIT()
} catch (error) {
  console.error(error.code ? `${error.code}: ${error.message}` : error.message)
  process.exitCode = 1
}
