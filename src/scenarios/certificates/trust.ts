import { defineCertificates } from '../define.ts'

export const trust = defineCertificates({
  good: {
    summary: 'Root, intermediate and leaf are right in every respect.',
    expect: 'accept',
    because: 'the chain ends at a trusted root, the dates hold and the name matches',
    references: ['RFC 5280 §6.1'],
    tags: ['core', 'control'],
    aliases: ['good-chain', 'valid'],
  },
  'self-signed': {
    summary: 'The leaf, and only the leaf, is signed by its own key; name and dates are right.',
    issuer: 'self',
    chain: { send: ['leaf'] },
    expect: 'reject',
    because: 'no trusted authority vouches for the key',
    reason: 'self-signed',
    references: ['RFC 5280 §6.1'],
    tags: ['core', 'trust'],
    errors: { openssl: 18, node: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
  },
  'untrusted-root': {
    summary: 'The chain is right, and only its root is one that nobody trusts; the root is not sent.',
    issuer: 'untrusted-root',
    expect: 'reject',
    because: 'the chain ends at no trusted root',
    reason: 'unknown-issuer',
    references: ['RFC 5280 §6.1'],
    tags: ['core', 'trust'],
    errors: { openssl: 20, node: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' },
  },
  'missing-intermediate': {
    summary: 'The server sends its leaf, and only the intermediate that signed it is left out.',
    chain: { send: ['leaf'] },
    expect: 'reject',
    because: 'the sender must send the certificates up to the root, and the leaf alone leads to none',
    reason: 'unknown-issuer',
    references: ['RFC 8446 §4.4.2', 'RFC 5246 §7.4.2'],
    tags: ['core', 'trust'],
    aliases: ['incomplete-chain'],
    errors: { openssl: 21, node: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
  },
})
