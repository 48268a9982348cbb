import { nodemailer } from '../support/clients/node.ts'
import { describeSessions } from '../support/clients/sessions.ts'

// Node lets the handshake end before it looks at the certificate, and then closes without an alert.
const seen = 'silent-close'

describeSessions(nodemailer, {
  expired: { says: 'ESOCKET: certificate has expired', seen },
  'self-signed': { says: 'ESOCKET: self-signed certificate', seen },
  'wrong-host': {
    says: "ESOCKET: Hostname/IP does not match certificate's altnames: Host: localhost. is not in the cert's altnames: DNS:imap.example.com",
    seen,
  },
  'untrusted-root': { says: 'ESOCKET: unable to get local issuer certificate', seen },
  'missing-intermediate': { says: 'ESOCKET: unable to verify the first certificate', seen },
  // It asks for STARTTLS although that was not offered.
  'starttls-stripped': {
    says: 'ETLS: Error upgrading connection with STARTTLS: 502 5.5.1 Command not implemented',
    seen,
  },
})
