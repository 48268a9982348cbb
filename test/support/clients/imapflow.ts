import { readFileSync } from 'node:fs'
import { ImapFlow } from 'imapflow'
import type { SessionClient } from './client.ts'
import { describeError } from './errors.ts'

/** imapflow: TLS from the first byte (`secure`) or by STARTTLS or not at all (`doSTARTTLS`); it verifies by default. */
export const imapflow: SessionClient = {
  name: 'imapflow',
  needs: [],
  protocols: ['imap'],
  async play({ mode, servername, port, user, password }, { ca }) {
    const client = new ImapFlow({
      host: servername,
      port,
      secure: mode === 'implicit',
      ...(mode === 'starttls' && { doSTARTTLS: true }),
      auth: { user, pass: password },
      tls: { ca: readFileSync(ca), rejectUnauthorized: true },
      logger: false,
    })
    // The same failure rejects connect().
    client.on('error', () => {})
    try {
      await client.connect()
      const listed = (await client.list()).map(({ path }) => path)
      await client.mailboxOpen('INBOX', { readOnly: true })
      const message = await client.fetchOne('1', { source: true })
      await client.logout()
      return { ok: true, said: '', listed, ...(message && message.source !== undefined && { fetched: message.source }) }
    } catch (error) {
      client.close()
      return { ok: false, said: describeError(error) }
    }
  },
}
