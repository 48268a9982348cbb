import { defineCertificates } from '../define.ts'

export const revocation = defineCertificates({
  revoked: {
    summary: 'The leaf, and only the leaf, is on the CRL of its issuer.',
    revocation: { leaf: 'revoked', reason: 'keyCompromise' },
    expect: 'reject',
    because: 'the issuer says that the key is compromised',
    reason: 'revoked',
    needs: 'revocation-checking',
    references: ['RFC 5280 §5', 'RFC 5280 §6.3'],
    tags: ['core', 'revocation'],
    errors: { openssl: 23, node: 'CERT_REVOKED' },
  },
})
