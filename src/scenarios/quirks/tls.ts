import { close, defineQuirks, reply, send, silent } from '../define.ts'
import { sslv2ServerHello, sslv3ServerHello } from './old-hellos.ts'

const protocols = ['smtp', 'imap', 'pop3'] as const
const modes = ['implicit', 'starttls'] as const

/** OpenSSL's default level forbids what TLS 1.0 and 1.1 sign with. */
const oldCiphers = 'DEFAULT:@SECLEVEL=0'

export const tls = defineQuirks({
  'tls10-only': {
    summary: 'The server speaks TLS 1.0 and nothing else.',
    layer: 'tls',
    protocols,
    modes,
    expect: 'reject',
    because: 'TLS 1.0 must not be used any more',
    reason: 'protocol-version',
    references: ['RFC 8996 §4', 'RFC 8997 §3'],
    tags: ['tls', 'versions'],
    tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: oldCiphers },
  },
  'tls11-only': {
    summary: 'The server speaks TLS 1.1 and nothing else.',
    layer: 'tls',
    protocols,
    modes,
    expect: 'reject',
    because: 'TLS 1.1 must not be used any more',
    reason: 'protocol-version',
    references: ['RFC 8996 §5', 'RFC 8997 §3'],
    tags: ['tls', 'versions'],
    tls: { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: oldCiphers },
  },
  'tls12-only': {
    summary: 'The server speaks TLS 1.2 and nothing else.',
    layer: 'tls',
    protocols,
    modes,
    expect: 'accept',
    because: 'TLS 1.2 is what every client must be able to speak',
    references: ['RFC 5246 §1', 'RFC 8997 §3'],
    tags: ['tls', 'versions'],
    tls: { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' },
  },
  'tls13-only': {
    summary: 'The server speaks TLS 1.3 and nothing else.',
    layer: 'tls',
    protocols,
    modes,
    expect: 'accept',
    because: 'TLS 1.3 is the current version',
    references: ['RFC 8446 §1'],
    tags: ['tls', 'versions'],
    tls: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' },
  },
  'version-intolerant': {
    summary: 'The server hangs up on a ClientHello that offers TLS 1.3, in place of choosing TLS 1.2.',
    layer: 'tls',
    protocols,
    modes,
    expect: 'reject',
    because: 'a client that tries again with a lower version lets an attacker choose the version',
    reason: 'protocol-version',
    references: ['RFC 8446 §4.1.2', 'RFC 7507 §1'],
    tags: ['tls', 'versions'],
    aliases: ['version-intolerance'],
    at: {
      'client-hello': ({ versions, nth }) => {
        if (versions.includes('TLSv1.3')) return [close('fin')]
        // A client that comes again without it has been talked down; one that never offers it has not met the quirk.
        return nth > 1 ? [reply()] : undefined
      },
    },
  },
  'sslv3-only': {
    summary: 'Any ClientHello is answered by a ServerHello of SSL 3.0; the handshake cannot be completed.',
    layer: 'tls',
    protocols,
    modes,
    expect: 'reject',
    because: 'SSL 3.0 must not be used',
    reason: 'protocol-version',
    references: ['RFC 7568 §3', 'RFC 6101 §5.6.1.3'],
    tags: ['tls', 'versions'],
    aliases: ['ssl3-serverhello'],
    at: { 'client-hello': () => [send(sslv3ServerHello), silent()] },
  },
  'sslv2-only': {
    summary: 'Any ClientHello is answered by a SERVER-HELLO of SSL 2.0; the handshake cannot be completed.',
    layer: 'tls',
    protocols,
    modes,
    expect: 'reject',
    because: 'SSL 2.0 must not be used',
    reason: 'protocol-version',
    references: ['RFC 6176 §3'],
    tags: ['tls', 'versions'],
    aliases: ['ssl2-serverhello'],
    at: { 'client-hello': () => [send(sslv2ServerHello), silent()] },
  },
  'client-cert-required': {
    summary: 'The server wants a certificate of the client and turns away who has none it trusts.',
    layer: 'tls',
    protocols,
    modes,
    expect: 'either',
    because: 'a client that has a certificate for this server may use it, and one that has none says so',
    reason: 'client-certificate',
    references: ['RFC 8446 §4.3.2', 'RFC 8446 §4.4.2.4'],
    tags: ['tls', 'client-certificates'],
    tls: { clientCertificate: 'required' },
  },
  'client-cert-optional': {
    summary: 'The server asks for a certificate of the client and goes on without one.',
    layer: 'tls',
    protocols,
    modes,
    expect: 'accept',
    because: 'a client without a certificate sends an empty list and goes on',
    references: ['RFC 8446 §4.4.2'],
    tags: ['tls', 'client-certificates'],
    tls: { clientCertificate: 'optional' },
  },
})
