import { bothTls, defineReport } from './report.ts'

export const exchange = defineReport({
  slug: 'exchange',
  title: 'Microsoft Exchange from SQL Server Database Mail, diagnosed with `openssl s_client`',
  rows: {
    'untrusted-root': {
      said: 'The chain leads to no trusted root: the server sends leaf and subordinate CA, the offline root is not in the store.',
      scenarios: ['exchange-like+untrusted-root'],
      modes: bothTls,
      evidence:
        '`verify error:num=20:unable to get local issuer certificate`, return code 20, a chain of depth 0 and 1 below `DC = com, DC = contoso, DC = int`.',
      shown: '`s_client` prints these lines; with `root.pem` in the store the code is 0.',
    },
    'missing-intermediate': {
      said: 'The subordinate CA is missing from the store and from the wire.',
      scenarios: ['exchange-like+missing-intermediate'],
      modes: bothTls,
      evidence: 'Return code 21 or 20.',
      shown:
        '`s_client` prints 20 on the way and 21 at the end, and a chain of depth 0; with `chain.pem` in the store the code is 0.',
    },
    dates: {
      said: '“Not within its validity period when verifying against the current system clock …”.',
      scenarios: [
        'exchange-like+expired',
        'exchange-like+not-yet-valid',
        'exchange-like+expired-intermediate',
        'exchange-like+expired-root',
      ],
      modes: bothTls,
      evidence: 'Code 10 for what has expired, 9 for what is not yet valid.',
      shown: '`s_client` prints the code, at depth 0, 0, 1 and 2.',
    },
    'wrong-host': {
      said: 'The name does not match.',
      scenarios: ['exchange-like+wrong-host'],
      modes: bothTls,
      evidence: 'Code 62.',
      shown: '`s_client -verify_hostname` prints it.',
    },
    revoked: {
      said: 'The certificate is revoked.',
      scenarios: ['exchange-like+revoked'],
      modes: bothTls,
      evidence: 'Code 23 with a CRL; OCSP says revoked.',
      shown:
        '`s_client -crl_check` prints 23, and 0 without; `openssl ocsp` asks the responder that the leaf names and prints `revoked`.',
    },
    'self-signed': {
      said: 'The certificate is self-signed.',
      scenarios: ['exchange-like+self-signed'],
      modes: bothTls,
      evidence: 'Code 18.',
      shown: '`s_client` prints it.',
    },
    'both-ports': {
      said: 'Port 25 with `-starttls smtp`, port 465 without.',
      scenarios: ['exchange-like'],
      protocols: ['smtp'],
      modes: bothTls,
      evidence: 'Both lead to the same server.',
      shown:
        'With a port offset it listens on offset + 25 and offset + 465; `s_client` gets the same certificate from both.',
    },
    parameters: {
      said: 'TLS 1.2, ECDHE-RSA-AES256-SHA384, ECDH P-384, peer signing digest SHA1, no ALPN, tickets of 7200 s, extended master secret.',
      scenarios: ['exchange-like'],
      modes: bothTls,
      evidence: '`s_client` prints the same fields.',
      shown:
        'Each field, with `-cipher DEFAULT@SECLEVEL=0`: SHA1 is signed with where the client offers it, SHA256 for one that does not. OpenSSL 3 calls P-384 secp384r1. GnuTLS: the same in its own words.',
    },
    xrdst: {
      said: '`250 XRDST` is the last line of the EHLO list; `s_client -starttls smtp` prints the last line of the clear one.',
      scenarios: ['exchange-like'],
      protocols: ['smtp'],
      modes: bothTls,
      evidence: 'The last keyword before and after TLS, behind Exchange’s greeting.',
      shown: '`s_client -starttls smtp` prints `250 XRDST`; golden transcripts have it in both lists.',
    },
    remedies: {
      said: 'Import root and subordinate CA into the Windows store or a Java keystore.',
      scenarios: ['exchange-like+untrusted-root', 'exchange-like+missing-intermediate'],
      modes: bothTls,
      evidence: 'PEM, DER, PKCS#12 and a Java trust store are exported, and the import makes the error go away.',
      shown:
        'Java without the import: `unable to find valid certification path`; with it: OK. `keytool` imports the PEM files and lists `ca.p12`.',
    },
  },
})
