import { defineCertificates } from '../define.ts'

export const names = defineCertificates({
  'wrong-host': {
    summary: 'The leaf, and only its name, is wrong: it is issued to imap.example.com.',
    names: { dnsNames: ['imap.example.com'] },
    expect: 'reject',
    because: 'the name that was dialled is not among the dNSNames of the leaf',
    reason: 'name-mismatch',
    references: ['RFC 9525 §6', 'RFC 7817 §3'],
    tags: ['core', 'names'],
    aliases: ['wrong.host', 'T_3'],
    errors: { openssl: 62, node: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  },
})
