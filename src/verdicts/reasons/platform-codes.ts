import type { Reason } from '../../scenarios/vocabulary.ts'

/** A code of an operating system or a mail program: its number as it is written, its name, its text, and what it says. */
export interface PlatformCode {
  readonly number: string
  readonly name: string
  readonly text: string | null
  /** The first is the reason; the code stands for the others as well. */
  readonly reasons: readonly [Reason, ...(readonly Reason[])]
}

type Row = readonly [number: string, name: string, text: string | null, ...reasons: PlatformCode['reasons']]

const codes = (rows: readonly Row[]): readonly PlatformCode[] =>
  rows.map(([number, name, text, ...reasons]) => ({ number, name, text, reasons }))

/** Windows: CryptoAPI and SChannel, winerror.h. */
export const windowsCodes: readonly PlatformCode[] = codes([
  [
    '0x800B0101',
    'CERT_E_EXPIRED',
    'A required certificate is not within its validity period when verifying against the current system clock or the timestamp in the signed file.',
    'expired',
    'not-yet-valid',
  ],
  ['0x80090328', 'SEC_E_CERT_EXPIRED', 'The received certificate has expired.', 'expired'],
  ['0x800B010F', 'CERT_E_CN_NO_MATCH', "The certificate's CN name does not match the passed value.", 'name-mismatch'],
  ['0x80090322', 'SEC_E_WRONG_PRINCIPAL', 'The target principal name is incorrect.', 'name-mismatch'],
  [
    '0x800B0109',
    'CERT_E_UNTRUSTEDROOT',
    'A certificate chain processed, but terminated in a root certificate which is not trusted by the trust provider.',
    'unknown-issuer',
    'self-signed',
  ],
  [
    '0x800B010A',
    'CERT_E_CHAINING',
    'A certificate chain could not be built to a trusted root authority.',
    'unknown-issuer',
  ],
  [
    '0x80090325',
    'SEC_E_UNTRUSTED_ROOT',
    'The certificate chain was issued by an authority that is not trusted.',
    'unknown-issuer',
    'self-signed',
  ],
  ['0x80092004', 'CRYPT_E_NOT_FOUND', null, 'unknown-issuer'],
  ['0x800B010C', 'CERT_E_REVOKED', 'A certificate was explicitly revoked by its issuer.', 'revoked'],
  ['0x80092010', 'CRYPT_E_REVOKED', 'The certificate is revoked.', 'revoked'],
  [
    '0x80092012',
    'CRYPT_E_NO_REVOCATION_CHECK',
    'The revocation function was unable to check revocation for the certificate.',
    'revocation-unknown',
  ],
  [
    '0x80092013',
    'CRYPT_E_REVOCATION_OFFLINE',
    'The revocation function was unable to check revocation because the revocation server was offline.',
    'revocation-unknown',
  ],
  [
    '0x800B010E',
    'CERT_E_REVOCATION_FAILURE',
    'The revocation process could not continue - the certificate(s) could not be checked.',
    'revocation-unknown',
  ],
  ['0x80096004', 'TRUST_E_CERT_SIGNATURE', 'The signature of the certificate cannot be verified.', 'signature'],
  ['0x800B0110', 'CERT_E_WRONG_USAGE', 'The certificate is not valid for the requested usage.', 'purpose'],
  ['0x800B0106', 'CERT_E_PURPOSE', null, 'purpose'],
  ['0x800B0114', 'CERT_E_INVALID_NAME', null, 'name-constraints'],
  ['0x800B0103', 'CERT_E_ROLE', null, 'not-a-ca'],
  ['0x80096019', 'TRUST_E_BASIC_CONSTRAINTS', null, 'not-a-ca', 'path-length'],
  ['0x800B0102', 'CERT_E_VALIDITYPERIODNESTING', null, 'malformed'],
  ['0x800B0105', 'CERT_E_CRITICAL', null, 'critical-extension'],
  [
    '0x80090331',
    'SEC_E_ALGORITHM_MISMATCH',
    'The client and server cannot communicate, because they do not possess a common algorithm.',
    'protocol-version',
    'handshake-failure',
  ],
  ['0x80090302', 'SEC_E_UNSUPPORTED_FUNCTION', null, 'protocol-version'],
  ['0x80090308', 'SEC_E_INVALID_TOKEN', null, 'not-tls', 'protocol-version'],
  [
    '0x80090326',
    'SEC_E_ILLEGAL_MESSAGE',
    'The message received was unexpected or badly formatted.',
    'not-tls',
    'protocol-version',
  ],
  ['0x80090367', 'SEC_E_APPLICATION_PROTOCOL_MISMATCH', null, 'no-alpn'],
  ['0x80090304', 'SEC_E_INTERNAL_ERROR', null, 'handshake-failure'],
])

/** Outlook, Outlook Express and what shares their transport. */
export const outlookCodes: readonly PlatformCode[] = codes([
  ['0x800CCC0D', 'IXP_E_CANT_FIND_HOST', null, 'unreachable'],
  ['0x800CCC0E', 'IXP_E_FAILED_TO_CONNECT', null, 'connection-refused', 'unreachable'],
  ['0x800CCC0F', 'IXP_E_CONNECTION_DROPPED', null, 'connection-closed'],
  ['0x800CCC19', 'IXP_E_TIMEOUT', null, 'timeout'],
  [
    '0x800CCC1A',
    'IXP_E_SECURE_CONNECT_FAILED',
    'Your server does not support the connection encryption type you have specified.',
    'protocol-version',
  ],
  ['0x800CCC1B', 'IXP_E_SECURE_INVALID_CERTIFICATE', null, 'unknown-issuer', 'name-mismatch', 'expired', 'self-signed'],
  ['0x800CCC7D', 'IXP_E_SMTP_NO_STARTTLS_SUPPORT', null, 'no-tls'],
  ['0x800CCC7E', 'IXP_E_SMTP_NO_STLS', null, 'no-tls'],
  ['0x800CCCDD', 'IXP_E_IMAP_CONNECTIONERROR', null, 'connection-closed'],
])

/** Winsock. */
export const winsockCodes: readonly PlatformCode[] = codes([
  [
    '10061',
    'WSAECONNREFUSED',
    'No connection could be made because the target machine actively refused it',
    'connection-refused',
  ],
  ['10060', 'WSAETIMEDOUT', null, 'timeout'],
  ['10054', 'WSAECONNRESET', null, 'connection-closed'],
  ['10053', 'WSAECONNABORTED', null, 'connection-closed'],
  ['10051', 'WSAENETUNREACH', null, 'unreachable'],
  ['10065', 'WSAEHOSTUNREACH', null, 'unreachable'],
  ['11001', 'WSAHOST_NOT_FOUND', null, 'unreachable'],
  ['11004', 'WSANO_DATA', null, 'unreachable'],
])

/** Apple: Secure Transport, Security.framework, URL loading. */
export const appleCodes: readonly PlatformCode[] = codes([
  ['-9814', 'errSSLCertExpired', null, 'expired'],
  ['-9815', 'errSSLCertNotYetValid', null, 'not-yet-valid'],
  ['-9843', 'errSSLHostNameMismatch', null, 'name-mismatch'],
  ['-9807', 'errSSLXCertChainInvalid', null, 'unknown-issuer', 'self-signed'],
  ['-9812', 'errSSLUnknownRootCert', null, 'unknown-issuer', 'self-signed'],
  ['-9813', 'errSSLNoRootCert', null, 'unknown-issuer'],
  ['-9808', 'errSSLBadCert', null, 'malformed'],
  ['-9800', 'errSSLProtocol', null, 'not-tls', 'protocol-version'],
  ['-9801', 'errSSLNegotiation', null, 'handshake-failure'],
  ['-9805', 'errSSLClosedGraceful', null, 'connection-closed'],
  ['-9806', 'errSSLClosedAbort', null, 'connection-closed'],
  ['-9816', 'errSSLClosedNoNotify', null, 'connection-closed'],
  ['-9824', 'errSSLPeerHandshakeFail', null, 'handshake-failure'],
  ['-9825', 'errSSLPeerBadCert', null, 'client-certificate'],
  ['-9826', 'errSSLPeerUnsupportedCert', null, 'client-certificate'],
  ['-9827', 'errSSLPeerCertRevoked', null, 'client-certificate'],
  ['-9828', 'errSSLPeerCertExpired', null, 'client-certificate'],
  ['-9829', 'errSSLPeerCertUnknown', null, 'client-certificate'],
  ['-9831', 'errSSLPeerUnknownCA', null, 'client-certificate'],
  ['-9836', 'errSSLPeerProtocolVersion', null, 'protocol-version'],
  ['-9837', 'errSSLPeerInsufficientSecurity', null, 'handshake-failure'],
  ['-9847', 'errSSLUnexpectedRecord', null, 'not-tls'],
  ['-9850', 'errSSLWeakPeerEphemeralDHKey', null, 'weak-dh'],
  ['-67602', 'errSecHostNameMismatch', null, 'name-mismatch'],
  ['-67818', 'errSecCertificateExpired', null, 'expired'],
  ['-67819', 'errSecCertificateNotValidYet', null, 'not-yet-valid'],
  ['-67820', 'errSecCertificateRevoked', null, 'revoked'],
  ['-67843', 'errSecNotTrusted', null, 'unknown-issuer', 'self-signed'],
  ['-1200', 'NSURLErrorSecureConnectionFailed', null, 'handshake-failure', 'protocol-version'],
  ['-1201', 'NSURLErrorServerCertificateHasBadDate', null, 'expired', 'not-yet-valid'],
  ['-1202', 'NSURLErrorServerCertificateUntrusted', null, 'unknown-issuer', 'self-signed', 'name-mismatch'],
  ['-1203', 'NSURLErrorServerCertificateHasUnknownRoot', null, 'unknown-issuer', 'self-signed'],
  ['-1204', 'NSURLErrorServerCertificateNotYetValid', null, 'not-yet-valid'],
  ['-1205', 'NSURLErrorClientCertificateRejected', null, 'client-certificate'],
  ['-1206', 'NSURLErrorClientCertificateRequired', null, 'client-certificate'],
])
