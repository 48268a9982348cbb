import { mbsync } from '../support/clients/mbsync.ts'
import { describeSessions } from '../support/clients/sessions.ts'

// It lets OpenSSL finish and looks at the certificate afterwards; tickets of TLS 1.3 that it has not read when it closes make the kernel send an RST.
const seen = ['close-after-finished', 'rst'] as const

describeSessions(mbsync, {
  expired: { says: ': certificate has expired', seen },
  'self-signed': { says: ': self-signed certificate', seen },
  'wrong-host': { says: 'Error, certificate owner does not match hostname localhost', seen },
  'untrusted-root': { says: ': unable to get local issuer certificate', seen },
  'missing-intermediate': { says: ': unable to get local issuer certificate', seen },
  'starttls-stripped': { says: 'IMAP error: SSL support not available', seen: 'silent-close' },
})
