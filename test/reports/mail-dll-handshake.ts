import { bothTls, defineReport } from './report.ts'

export const mailDllHandshake = defineReport({
  slug: 'mail-dll-handshake',
  title: 'Mail.dll: “The handshake failed due to an unexpected packet format”',
  rows: {
    'text-for-a-hello': {
      said: 'A client of implicit TLS on a port that speaks plain text first and wants STARTTLS or STLS.',
      scenarios: ['plaintext-on-implicit'],
      modes: ['implicit'],
      evidence: 'The ClientHello is answered by a text greeting.',
      shown:
        'The bytes that come for a ClientHello are `220`, `* OK`, `+OK`; OpenSSL: wrong version number; GnuTLS: an unexpected packet.',
    },
    'no-greeting': {
      said: 'A client of explicit TLS on a port for implicit TLS.',
      scenarios: ['implicit-on-starttls'],
      modes: ['starttls'],
      evidence: 'The client waits for a greeting that never comes.',
      shown:
        'Not a byte comes within 300 ms, where `good` greets at once; TLS from the first byte succeeds on that port.',
    },
    'no-tls-at-all': {
      said: 'A server that offers no TLS at all.',
      scenarios: ['starttls-stripped', 'good'],
      modes: ['starttls', 'plain'],
      evidence: 'STARTTLS is neither offered nor accepted.',
      shown:
        'The list lacks it and the command is refused, on `starttls-stripped` and on `good` in mode plain; `good` on starttls has both.',
    },
    'old-versions-only': {
      said: 'A server where only an old version works (the advice: force SSL 3.0, in explicit and in implicit mode).',
      scenarios: ['sslv3-only', 'tls10-only', 'tls11-only', 'version-intolerant'],
      modes: bothTls,
      evidence: 'Fails with the versions of today.',
      shown:
        'OpenSSL with 1.2 and 1.3 only fails on each; with the old version allowed it speaks TLS 1.0 and 1.1; without 1.3 it gets through to `version-intolerant`.',
    },
  },
})
