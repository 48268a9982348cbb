import { bothTls, defineReport, everyMode } from './report.ts'

export const mailDllCertificates = defineReport({
  slug: 'mail-dll-certificates',
  title: 'Mail.dll: “The remote certificate is invalid according to the validation procedure”',
  rows: {
    'another-name': {
      said: 'Connecting to `example.com` while the certificate is issued to `imap.example.com` only.',
      scenarios: ['wrong-host'],
      modes: bothTls,
      evidence: '`RemoteCertificateNameMismatch` alone: the chain is fine.',
      shown:
        'OpenSSL: code 62 and no other, and none when `imap.example.com` is dialled. GnuTLS: only the name. Mono: that flag.',
    },
    'self-signed': {
      said: 'The server’s certificate is self-signed.',
      scenarios: ['self-signed'],
      modes: bothTls,
      evidence: '`RemoteCertificateChainErrors` alone: the name is fine.',
      shown:
        'OpenSSL: code 18 and no other, and none when the leaf itself is trusted. GnuTLS: only the issuer. Mono: that flag.',
    },
    'both-flags': {
      said: 'Self-signed and another name together; the usual callback ignores exactly these two flags.',
      scenarios: ['self-signed+wrong-host'],
      modes: bothTls,
      evidence: 'Both flags, and nothing else.',
      shown: 'OpenSSL: codes 18 and 62 and no other. GnuTLS: issuer and name. (Mono stops at the first.)',
    },
    'careless-callback': {
      said: 'The callback must still refuse what is not in its ignore list; in every mode it is the same one.',
      scenarios: ['every certificate that a strict client refuses'],
      modes: bothTls,
      evidence: 'A client that ignores every error also takes `expired` and `revoked`, and the verdict says so.',
      shown:
        'curl --insecure: a whole session each time; `leaked`, `leak-credentials-untrusted-tls`, and `fail` (`revoked` with revocation required).',
    },
    'port-closed': {
      said: '“Connection actively refused” is taken for a certificate problem.',
      scenarios: ['port-closed'],
      modes: everyMode,
      evidence: 'Refused at TCP, before TLS could begin.',
      shown: '`ECONNREFUSED` in each program’s words, no connection recorded, and the verdict `inconclusive`.',
    },
    'every-mode': {
      said: '`ConnectSSL` (implicit), `Connect` with `StartTLS` (explicit), `Connect` (plain), for each protocol.',
      scenarios: ['good'],
      modes: everyMode,
      evidence: 'Each protocol in each mode.',
      shown: 'A scripted client completes a session on all nine; the record says where TLS began.',
    },
  },
})
