import { readFileSync } from 'node:fs'
import { createTransport } from 'nodemailer'
import type { SessionClient } from './client.ts'
import { describeError } from './errors.ts'

/** nodemailer: TLS from the first byte (`secure`) or by STARTTLS or not at all (`requireTLS`); it verifies by default. */
export const nodemailer: SessionClient = {
  name: 'nodemailer',
  needs: [],
  protocols: ['smtp'],
  async play({ mode, servername, port, user, password }, { ca, mail }) {
    const transport = createTransport({
      host: servername,
      port,
      secure: mode === 'implicit',
      requireTLS: mode === 'starttls',
      auth: { user, pass: password },
      tls: { ca: readFileSync(ca), rejectUnauthorized: true },
    })
    try {
      const { response } = await transport.sendMail({ envelope: { from: mail.from, to: mail.to }, raw: mail.raw })
      return { ok: true, said: response }
    } catch (error) {
      return { ok: false, said: describeError(error) }
    } finally {
      transport.close()
    }
  },
}
