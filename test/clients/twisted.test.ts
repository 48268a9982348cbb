import { describeSessions } from '../support/clients/sessions.ts'
import { twisted } from '../support/clients/twisted.ts'

// It tells the library of OpenSSL that refused, and not the reason.
const refused = "Error: [('SSL routines', '', 'certificate verify failed')]"
const unknownIssuer = { says: refused, seen: 'alert:unknown_ca' } as const

describeSessions(twisted, {
  expired: { says: refused, seen: 'alert:certificate_expired' },
  'self-signed': unknownIssuer,
  // service_identity, when OpenSSL is content: the connection is aborted.
  'wrong-host': {
    says: "VerificationError(errors=[DNSMismatch(mismatched_id=DNS_ID(hostname=b'localhost'))])",
    seen: 'rst',
  },
  'untrusted-root': unknownIssuer,
  'missing-intermediate': unknownIssuer,
  'starttls-stripped': {
    smtp: { says: 'Server does not support secure communication via TLS / SSL', seen: 'quit-in-clear' },
    imap: { says: 'Server does not support secure communication via TLS / SSL', seen: 'silent-close' },
    pop3: { says: 'Server does not support secure communication via TLS / SSL', seen: 'silent-close' },
  },
})
