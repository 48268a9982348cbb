import { issuer, of, type ReasonPattern, version } from './patterns.ts'

const dotnet = of('dotnet')
const windows = of('windows')
const nss = of('nss')
const apple = of('apple')
const chromium = of('chromium')
const php = of('php')
const server = of('server')
const people = of('people')

/** The words of platforms, of servers and of people. */
export const platformPatterns: readonly ReasonPattern[] = [
  // SslPolicyErrors and X509ChainStatusFlags; MailBee.NET spells the latter with `Is` before them.
  dotnet('name-mismatch', /RemoteCertificateNameMismatch|\bNameMismatch\b|host name did not match the name given/),
  dotnet('expired', /\b(?:Is)?NotTimeValid\b/, 'not-yet-valid'),
  dotnet('unknown-issuer', /\b(?:Is)?(?:UntrustedRoot|PartialChain)\b/, ...issuer),
  dotnet('revoked', /\b(?:Is)?Revoked\b/),
  dotnet('revocation-unknown', /\b(?:RevocationStatusUnknown|OfflineRevocation)\b/),
  dotnet('signature', /\b(?:Is)?NotSignatureValid\b/),
  dotnet('purpose', /\b(?:Is)?NotValidForUsage\b/),
  dotnet('not-a-ca', /\bInvalidBasicConstraints\b/, 'path-length'),
  dotnet(
    'name-constraints',
    /\b(?:InvalidNameConstraints|Has(?:Excluded|NotPermitted|NotDefined|NotSupported)NameConstraint)\b/,
  ),
  dotnet('critical-extension', /\bHasNotSupportedCriticalExtension\b/),
  dotnet('weak-signature', /\bHasWeakSignature\b/),
  dotnet('malformed', /\bInvalidExtension\b/),
  dotnet(
    'not-tls',
    /unexpected packet format|Cannot determine the frame size|corrupted frame was received/i,
    ...version,
  ),
  dotnet('no-tls', /Server does not support secure connections|server does not support the ST(?:ARTT)?LS extension/i),
  dotnet(
    'connection-closed',
    /remote party has closed the transport stream|unexpected EOF or 0 bytes|forcibly closed by the remote host/i,
  ),

  windows(
    'expired',
    /CERT_E_EXPIRED|SEC_E_CERT_EXPIRED|0x800B0101|0x80090328|not within its validity period|security certificate has expired/i,
    'not-yet-valid',
  ),
  windows(
    'name-mismatch',
    /CERT_E_CN_NO_MATCH|SEC_E_WRONG_PRINCIPAL|0x800B010F|0x80090322|CN name does not match the passed value|target principal name is incorrect|name on the security certificate is invalid/i,
  ),
  windows(
    'unknown-issuer',
    /CERT_E_(?:UNTRUSTEDROOT|CHAINING)|SEC_E_UNTRUSTED_ROOT|0x800B0109|0x800B010A|0x80090325/i,
    ...issuer,
  ),
  windows(
    'unknown-issuer',
    /chain could not be built to a trusted root|authority that is not trusted|not trusted by the trust provider|security certificate that cannot be verified/i,
    ...issuer,
  ),
  windows(
    'revoked',
    /CERT_E_REVOKED|CRYPT_E_REVOKED|certificate is revoked|0x800B010C|0x80092010|explicitly revoked by its issuer/i,
  ),
  windows(
    'revocation-unknown',
    /CRYPT_E_(?:NO_REVOCATION_CHECK|REVOCATION_OFFLINE)|0x80092012|0x80092013|revocation server was offline/i,
  ),
  windows('signature', /TRUST_E_CERT_SIGNATURE|0x80096004|signature of the certificate cannot be verified/i),
  windows('purpose', /CERT_E_WRONG_USAGE|0x800B0110|not valid for the requested usage/i),
  windows(
    'protocol-version',
    /SEC_E_UNSUPPORTED_FUNCTION|0x80090302|do not possess a common algorithm|SEC_E_ALGORITHM_MISMATCH|0x80090331/i,
  ),
  windows('not-tls', /SEC_E_(?:INVALID_TOKEN|ILLEGAL_MESSAGE)|0x80090308|0x80090326/i, ...version),
  windows('connection-refused', /actively refused|WSAECONNREFUSED|\b10061\b/i),
  windows('timeout', /WSAETIMEDOUT|did not properly respond after a period of time|operation has timed out/i),

  nss('expired', /SEC_ERROR_EXPIRED_(?:ISSUER_)?CERTIFICATE|MOZILLA_PKIX_ERROR_NOT_YET_VALID_ISSUER/),
  nss('not-yet-valid', /MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE/),
  nss('name-mismatch', /SSL_ERROR_BAD_CERT_DOMAIN/),
  nss('self-signed', /MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT/),
  nss('unknown-issuer', /SEC_ERROR_(?:UNKNOWN|UNTRUSTED)_ISSUER/, ...issuer),
  nss('revoked', /SEC_ERROR_REVOKED_CERTIFICATE/),
  nss('protocol-version', /SSL_ERROR_(?:UNSUPPORTED_VERSION|PROTOCOL_VERSION_ALERT)/),
  nss('not-tls', /SSL_ERROR_RX_RECORD_TOO_LONG|SSL_ERROR_RX_MALFORMED/),
  chromium('expired', /ERR_CERT_DATE_INVALID/, 'not-yet-valid'),
  chromium('name-mismatch', /ERR_CERT_COMMON_NAME_INVALID/),
  chromium('unknown-issuer', /ERR_CERT_AUTHORITY_INVALID/, ...issuer),
  chromium('revoked', /ERR_CERT_REVOKED/),
  apple(
    'expired',
    /errSSLCertExpired|errSecCertificateExpired|NSURLErrorServerCertificateHasBadDate|-9814\b|-67818\b|-1201\b/,
  ),
  apple('not-yet-valid', /errSSLCertNotYetValid|NSURLErrorServerCertificateNotYetValid|-9815\b|-1204\b/),
  apple('name-mismatch', /errSSLHostNameMismatch|errSecHostNameMismatch|-9843\b|-67602\b/),
  apple(
    'unknown-issuer',
    /errSSL(?:XCertChainInvalid|UnknownRootCert|NoRootCert)|NSURLErrorServerCertificate(?:Untrusted|HasUnknownRoot)|-9807\b|-9812\b|-9813\b|-1202\b|-1203\b/,
    ...issuer,
  ),
  php('name-mismatch', /Peer certificate CN=`.*' did not match expected CN/),

  // What a server says in its own protocol.
  server('no-tls', /\bTLS not available\b|STARTTLS unavailable/i),
  people('self-signed', /self-signed (?:\w+ )?certificate(?! in certificate chain)|certificate is self-signed/i),
  people('connection-refused', /connection refused/i),
  people('timeout', /timed out\b/i),
]
