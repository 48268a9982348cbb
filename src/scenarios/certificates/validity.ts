import { days, defineCertificates } from '../define.ts'

export const validity = defineCertificates({
  expired: {
    summary: 'The leaf, and only the leaf, expired yesterday.',
    dates: { leaf: { notBefore: days(-90), notAfter: days(-1) } },
    expect: 'reject',
    because: 'the current time is after notAfter',
    reason: 'expired',
    references: ['RFC 5280 §4.1.2.5', 'RFC 5280 §6.1.3'],
    tags: ['core', 'validity'],
    aliases: ['T_4'],
    errors: { openssl: 10, node: 'CERT_HAS_EXPIRED' },
  },
})
