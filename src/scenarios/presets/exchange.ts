import { date, definePresets, host, line, send } from '../define-quirks.ts'
import type { Subject } from '../entry.ts'

const domain: Subject = [
  ['DC', 'com'],
  ['DC', 'contoso'],
  ['DC', 'int'],
]

export const exchange = definePresets({
  'exchange-like': {
    summary:
      'A server like Microsoft Exchange below an enterprise CA: its names, TLS parameters, greeting and EHLO list.',
    protocols: ['smtp', 'imap', 'pop3'],
    modes: ['implicit', 'starttls', 'plain'],
    expect: 'accept',
    because: 'TLS 1.2 with forward secrecy below a trusted root is fine, however the server calls itself',
    references: ['RFC 5246 §7.4.3', 'RFC 5077 §5.6', 'RFC 7627 §4'],
    tags: ['presets'],
    shows: [],
    leaf: { key: 'rsa-2048' },
    intermediate: { subject: [...domain, ['CN', 'Contoso Subordinate CA']] },
    root: { subject: [...domain, ['CN', 'Contoso Offline Root CA']] },
    tls: {
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.2',
      // Level 0 allows SHA-1 in the ServerKeyExchange to a client that offers it. The GCM suites are for clients that gave
      // up CBC, the TLS 1.3 ones for a scenario that sets the versions itself.
      ciphers: [
        'ECDHE-RSA-AES256-SHA384',
        'ECDHE-RSA-AES256-GCM-SHA384',
        'ECDHE-RSA-AES128-GCM-SHA256',
        'TLS_AES_256_GCM_SHA384',
        'TLS_AES_128_GCM_SHA256',
        '@SECLEVEL=0',
      ].join(':'),
      groups: ['P-384'],
      sigalgs: 'RSA+SHA1:RSA+SHA256:RSA+SHA384:rsa_pss_rsae_sha256:rsa_pss_rsae_sha384',
      sessionTimeout: 7200,
    },
    capabilities: {
      protocols: ['smtp'],
      add: ['XRDST'],
      order: ['SIZE', 'PIPELINING', 'ENHANCEDSTATUSCODES', 'starttls', 'auth', '8BITMIME', 'SMTPUTF8', 'XRDST'],
    },
    at: {
      greeting: [
        send({
          smtp: line('220 ', host, ' Microsoft ESMTP MAIL Service ready at ', date),
          imap: line('* OK The Microsoft Exchange IMAP4 service is ready.'),
          pop3: line('+OK The Microsoft Exchange POP3 service is ready.'),
        }),
      ],
    },
  },
})
