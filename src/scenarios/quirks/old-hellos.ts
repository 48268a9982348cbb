/** An unremarkable 32-octet random; nothing depends on what is in it. */
const random = Uint8Array.from({ length: 32 }, (_, index) => 0x20 + index)

/**
 * SSL 3.0 record with a ServerHello, RFC 6101 §5.6.1.3: no session id, no compression, and TLS_RSA_WITH_AES_128_CBC_SHA, which
 * most clients offer, so that it is the version they stumble over.
 */
export const sslv3ServerHello: Uint8Array = Uint8Array.of(
  // Record: handshake, version 3.0, 42 octets.
  ...[0x16, 0x03, 0x00, 0x00, 0x2a],
  // Handshake: server_hello, 38 octets.
  ...[0x02, 0x00, 0x00, 0x26],
  ...[0x03, 0x00],
  ...random,
  ...[0x00, 0x00, 0x2f, 0x00],
)

/** SSL 2.0 SERVER-HELLO without a certificate: SSL_CK_DES_192_EDE3_CBC_WITH_MD5, a connection id of 16 octets. */
export const sslv2ServerHello: Uint8Array = Uint8Array.of(
  // Two-octet header: no padding, 30 octets.
  ...[0x80, 0x1e],
  // SERVER-HELLO, no session id hit, X.509, version 0.2.
  ...[0x04, 0x00, 0x01, 0x00, 0x02],
  // Certificate, cipher specs and connection id: 0, 3 and 16 octets.
  ...[0x00, 0x00, 0x00, 0x03, 0x00, 0x10],
  ...[0x07, 0x00, 0xc0],
  ...random.subarray(0, 16),
)

/**
 * A ServerHello of TLS's form with a version of one's choice, RFC 5246 §7.4.1.3: no session id, no compression, no extensions,
 * and TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, which most clients still offer.
 */
export const serverHelloOf = (major: number, minor: number): Uint8Array =>
  Uint8Array.of(
    // Record: handshake, 42 octets. Its version is that of TLS 1.0 where the chosen one is none.
    ...[0x16, 0x03, major === 3 ? Math.min(minor, 3) : 1, 0x00, 0x2a],
    ...[0x02, 0x00, 0x00, 0x26],
    ...[major, minor],
    ...random,
    ...[0x00, 0xc0, 0x09, 0x00],
  )
