import { fetchmail } from '../support/clients/fetchmail.ts'
import { describeSessions } from '../support/clients/sessions.ts'

const error = (why: string): string => `fetchmail: Server certificate verification error: ${why}`
const unknownIssuer = { says: error('unable to get local issuer certificate'), seen: 'alert:unknown_ca' } as const

describeSessions(fetchmail, {
  expired: { says: error('certificate has expired'), seen: 'alert:certificate_expired' },
  'self-signed': { says: error('self-signed certificate'), seen: 'alert:unknown_ca' },
  'wrong-host': {
    says: 'fetchmail: Server CommonName mismatch: imap.example.com != localhost',
    seen: 'alert:bad_certificate',
  },
  'untrusted-root': unknownIssuer,
  'missing-intermediate': unknownIssuer,
  'starttls-stripped': { says: 'fetchmail: localhost: upgrade to TLS failed.', seen: 'silent-close' },
})
