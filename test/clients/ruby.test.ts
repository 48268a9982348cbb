import { ruby } from '../support/clients/ruby.ts'
import { describeSessions } from '../support/clients/sessions.ts'

/** The same words wherever it verifies, except in net-imap's STARTTLS. */
const failed = <Alert extends string>(why: string, alert: Alert) => {
  const seen = `alert:${alert}` as const
  const openly = { says: `state=error: certificate verify failed (${why})`, seen } as const
  // net-imap 0.2.3 raises what went wrong in the thread that reads replies, starttls returns as if all were well, and
  // the login that follows cannot be written.
  const hidden = { says: 'OpenSSL::SSL::SSLError: SSL_write', seen } as const
  return { smtp: openly, imap: openly, pop3: openly, 'imap/starttls': hidden } as const
}

describeSessions(ruby, {
  expired: failed('certificate has expired', 'certificate_expired'),
  'self-signed': failed('self-signed certificate', 'unknown_ca'),
  'wrong-host': failed('hostname mismatch', 'bad_certificate'),
  'untrusted-root': failed('unable to get local issuer certificate', 'unknown_ca'),
  'missing-intermediate': failed('unable to get local issuer certificate', 'unknown_ca'),
  'starttls-stripped': {
    smtp: { says: 'Net::SMTPUnsupportedCommand: STARTTLS is not supported on this server', seen: 'silent-close' },
    // It asks for STARTTLS although that was not offered.
    imap: { says: 'Net::IMAP::BadResponseError: Unknown command', seen: 'silent-close' },
  },
})
