import { msmtp } from '../support/clients/msmtp.ts'
import { describeSessions } from '../support/clients/sessions.ts'

const failed = (why: string): string =>
  `msmtp: TLS certificate verification failed: The certificate is NOT trusted. ${why}`
// GnuTLS lets the handshake end before msmtp looks at the certificate.
const seen = 'close-after-finished'
const unknownIssuer = { says: failed('The certificate issuer is unknown.'), seen } as const

describeSessions(msmtp, {
  expired: { says: failed('The certificate chain uses expired certificate.'), seen },
  'self-signed': unknownIssuer,
  'wrong-host': { says: failed('The name in the certificate does not match the expected.'), seen },
  'untrusted-root': unknownIssuer,
  'missing-intermediate': unknownIssuer,
  'starttls-stripped': {
    says: 'msmtp: the server does not support TLS via the STARTTLS command',
    seen: 'quit-in-clear',
  },
})
