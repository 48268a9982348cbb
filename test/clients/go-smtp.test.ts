import { go } from '../support/clients/go.ts'
import { describeSessions } from '../support/clients/sessions.ts'

const unknownAuthority = {
  says: 'x509: certificate signed by unknown authority',
  seen: 'alert:bad_certificate',
} as const

describeSessions(go, {
  expired: { says: 'x509: certificate has expired or is not yet valid: current time ', seen: 'alert:bad_certificate' },
  'self-signed': unknownAuthority,
  'wrong-host': {
    says: 'x509: certificate is valid for imap.example.com, not localhost',
    seen: 'alert:bad_certificate',
  },
  'untrusted-root': unknownAuthority,
  'missing-intermediate': unknownAuthority,
  // It asks for STARTTLS although that was not offered.
  'starttls-stripped': { says: '502 "5.5.1 Command not implemented"', seen: 'silent-close' },
})
