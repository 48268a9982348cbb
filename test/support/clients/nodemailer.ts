import { createTransport } from 'nodemailer'
import type { SessionClient } from './client.ts'
import { describeError, readTrust } from './node.ts'

/** nodemailer: TLS from the first byte (`secure`) or by STARTTLS or not at all (`requireTLS`); it verifies by default. */
export const nodemailer: SessionClient = {
  name: 'nodemailer',
  needs: [],
  protocols: ['smtp'],
  async play({ mode, servername, port, user, password }, errand) {
    const { from, to, raw } = errand.mail
    const transport = createTransport({
      host: servername,
      port,
      secure: mode === 'implicit',
      requireTLS: mode === 'starttls',
      auth: { user, pass: password },
      tls: { ...readTrust(errand), rejectUnauthorized: true },
    })
    try {
      const { response } = await transport.sendMail({ envelope: { from, to }, raw })
      return { ok: true, said: response }
    } catch (error) {
      return { ok: false, said: describeError(error) }
    } finally {
      transport.close()
    }
  },
}
