import { bothTls, defineReport } from './report.ts'

export const missive = defineReport({
  slug: 'missive',
  title: 'Missive: “I get an invalid SSL / TLS certificate error when trying to add my email account”',
  rows: {
    expired: {
      said: 'The IMAP certificate has expired.',
      scenarios: ['expired'],
      protocols: ['imap'],
      modes: bothTls,
      evidence: 'Code 10.',
      shown: 'OpenSSL: 10. GnuTLS, imapflow and Python refuse in their own words.',
    },
    'self-signed': {
      said: 'The IMAP certificate is self-signed: refuse, warn, let this user opt in, and remember for this user only.',
      scenarios: ['self-signed', 'certificate-changed'],
      protocols: ['imap'],
      modes: bothTls,
      evidence: 'A client that remembers “accept self-signed” in place of this certificate accepts an attacker’s.',
      shown:
        'Opted in to the first certificate, GnuTLS warns of the second: `pass`. A client that accepts whatever is self-signed: `leaked`, `fail`.',
    },
    'encryption-none': {
      said: '“Choose none as encryption.”',
      scenarios: ['good'],
      protocols: ['imap'],
      modes: ['plain'],
      evidence: 'The password crosses in clear.',
      shown:
        'It stands in clear in the record; nothing was promised, so the outcome is `accepted` with the flag `clear-by-mode`.',
    },
  },
})
