import { nodePop3 } from '../support/clients/node.ts'
import { describeSessions } from '../support/clients/sessions.ts'

// Node lets the handshake end before it looks at the certificate, and then closes without an alert.
const seen = 'silent-close'

describeSessions(nodePop3, {
  expired: { says: 'CERT_HAS_EXPIRED: certificate has expired', seen },
  'self-signed': { says: 'DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate', seen },
  'wrong-host': {
    says: "ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match certificate's altnames: Host: localhost. is not in the cert's altnames: DNS:imap.example.com",
    seen,
  },
  'untrusted-root': { says: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unable to get local issuer certificate', seen },
  'missing-intermediate': { says: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE: unable to verify the first certificate', seen },
  // It knows no STLS, so there is nothing that could be stripped.
  'starttls-stripped': {},
})
