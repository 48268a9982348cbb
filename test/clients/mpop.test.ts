import { mpop } from '../support/clients/mpop.ts'
import { describeSessions } from '../support/clients/sessions.ts'

const failed = (why: string): string =>
  `mpop: TLS certificate verification failed: The certificate is NOT trusted. ${why}`
// GnuTLS lets the handshake end before mpop looks at the certificate.
const seen = 'close-after-finished'
const unknownIssuer = { says: failed('The certificate issuer is unknown.'), seen } as const

describeSessions(mpop, {
  expired: { says: failed('The certificate chain uses expired certificate.'), seen },
  'self-signed': unknownIssuer,
  'wrong-host': { says: failed('The name in the certificate does not match the expected.'), seen },
  'untrusted-root': unknownIssuer,
  'missing-intermediate': unknownIssuer,
  'starttls-stripped': {
    says: 'mpop: the POP3 server does not support TLS via the STLS command',
    seen: 'silent-close',
  },
})
