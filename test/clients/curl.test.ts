import { curl } from '../support/clients/curl.ts'
import { describeSessions } from '../support/clients/sessions.ts'

const unknownIssuer = {
  says: 'curl: (60) SSL certificate problem: unable to get local issuer certificate',
  seen: 'alert:unknown_ca',
} as const

describeSessions(curl, {
  expired: {
    says: 'curl: (60) SSL certificate problem: certificate has expired',
    seen: 'alert:certificate_expired',
  },
  'self-signed': {
    says: 'curl: (60) SSL certificate problem: self-signed certificate',
    seen: 'alert:unknown_ca',
  },
  'wrong-host': {
    says: "curl: (60) SSL: no alternative certificate subject name matches target host name 'localhost'",
    // It looks at the name itself, once OpenSSL is content.
    seen: 'close-after-finished',
  },
  'untrusted-root': unknownIssuer,
  'missing-intermediate': unknownIssuer,
  'starttls-stripped': {
    smtp: { says: 'curl: (64) STARTTLS not supported.', seen: 'silent-close' },
    imap: { says: 'curl: (64) STARTTLS not available.', seen: 'silent-close' },
    pop3: { says: 'curl: (64) STLS not supported.', seen: 'silent-close' },
  },
})
