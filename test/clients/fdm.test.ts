import { fdm } from '../support/clients/fdm.ts'
import { describeSessions } from '../support/clients/sessions.ts'

// It looks at the certificate once OpenSSL has ended the handshake, and leaves tickets unread.
const refusal = (why: string) =>
  ({ says: `certificate verification failed: ${why}`, seen: ['close-after-finished', 'rst'] }) as const
const unknownIssuer = refusal('unable to get local issuer certificate')

describeSessions(fdm, {
  expired: refusal('certificate has expired'),
  'self-signed': refusal('self-signed certificate'),
  'wrong-host': refusal('no matching CN'),
  'untrusted-root': unknownIssuer,
  'missing-intermediate': unknownIssuer,
  'starttls-stripped': {
    imap: { says: "a: server doesn't support STARTTLS", seen: 'silent-close' },
    pop3: { says: 'a: unexpected data: -ERR command not implemented', seen: 'silent-close' },
  },
})
