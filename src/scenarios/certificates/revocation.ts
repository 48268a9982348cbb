import { defineCertificates, param } from '../define.ts'

export const revocation = defineCertificates({
  revoked: {
    summary: 'The leaf, and only the leaf, is on the CRL of its issuer.',
    leaf: { revoked: 'keyCompromise' },
    expect: 'reject',
    because: 'the issuer says that the key is compromised',
    reason: 'revoked',
    needs: 'revocation-checking',
    references: ['RFC 5280 §5', 'RFC 5280 §6.3'],
    tags: ['core', 'revocation'],
    errors: { openssl: 23, node: 'CERT_REVOKED' },
  },
  'ocsp-staple-revoked': {
    summary: 'The server staples a right answer of its issuer, and only that says that the leaf is revoked.',
    leaf: { staple: { certStatus: 'revoked' } },
    expect: 'reject',
    because: 'the issuer says so, and the server itself has brought it',
    reason: 'revoked',
    needs: 'staple-checking',
    references: ['RFC 6066 §8', 'RFC 6960 §2.2'],
    tags: ['revocation'],
  },
  'crl-dp-unreachable': {
    summary: 'The leaf is good, and only its CRL cannot be had where the leaf says that it is.',
    parameter: {
      name: 'way to fail',
      values: ['refused', 'not-found', 'slow', 'silent'],
      default: 'silent',
    },
    intermediate: { crl: { unavailable: param } },
    expect: 'either',
    because:
      'whether a state that cannot be learnt counts as revoked is up to the client, which must not wait for ever',
    reason: 'revocation-unknown',
    needs: 'crl-checking',
    references: ['RFC 5280 §6.3.3'],
    tags: ['revocation'],
  },
})
