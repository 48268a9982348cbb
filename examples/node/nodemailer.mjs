// Sends one message with nodemailer.
import { readFileSync } from 'node:fs'
import { createTransport } from 'nodemailer'

const { MOCKMAIL_SERVERNAME, MOCKMAIL_PORT, MOCKMAIL_MODE, MOCKMAIL_CA, MOCKMAIL_USER, MOCKMAIL_PASSWORD } = process.env

const transport = createTransport({
  host: MOCKMAIL_SERVERNAME,
  port: Number(MOCKMAIL_PORT),
  secure: MOCKMAIL_MODE === 'implicit',
  // Without it, a server that hides STARTTLS gets the password in clear.
  requireTLS: MOCKMAIL_MODE === 'starttls',
  auth: { user: MOCKMAIL_USER, pass: MOCKMAIL_PASSWORD },
  tls: { ca: readFileSync(MOCKMAIL_CA) },
})

try {
  await transport.sendMail({
    from: 'sender@example.com',
    to: 'recipient@example.com',
    subject: 'Hello',
    text: 'Hello from nodemailer.',
  })
  console.log('sent')
} catch (error) {
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
} finally {
  transport.close()
}
