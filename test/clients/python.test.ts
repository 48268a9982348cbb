import { python } from '../support/clients/python.ts'
import { describeSessions } from '../support/clients/sessions.ts'

const failed = (why: string): string =>
  `SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: ${why}`

const unknownIssuer = { says: failed('unable to get local issuer certificate'), seen: 'alert:unknown_ca' } as const

describeSessions(python, {
  expired: { says: failed('certificate has expired'), seen: 'alert:certificate_expired' },
  'self-signed': { says: failed('self-signed certificate'), seen: 'alert:unknown_ca' },
  'wrong-host': {
    says: failed("Hostname mismatch, certificate is not valid for 'localhost'."),
    seen: 'alert:bad_certificate',
  },
  'untrusted-root': unknownIssuer,
  'missing-intermediate': unknownIssuer,
  'starttls-stripped': {
    smtp: { says: 'SMTPNotSupportedError: STARTTLS extension not supported by server.', seen: 'quit-in-clear' },
    imap: { says: 'abort: TLS not supported by server', seen: 'quit-in-clear' },
    pop3: { says: 'error_proto: -ERR STLS not supported by server', seen: 'quit-in-clear' },
  },
})
