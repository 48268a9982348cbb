import { issuer, of, type ReasonPattern, version } from './patterns.ts'

const openssl = of('openssl')
const node = of('node')
const python = of('python')
const curl = of('curl')
const go = of('go')
const java = of('java')
const gnutls = of('gnutls')
const rustls = of('rustls')

/** The words of TLS libraries and of what is built on them. Codes and texts of OpenSSL's verification are in verify-codes.ts. */
export const libraryPatterns: readonly ReasonPattern[] = [
  // OpenSSL, and what is built on it: Node, Python, Ruby, curl, PHP, .NET on Linux.
  openssl('self-signed', /self signed certificate(?! in certificate chain)/i),
  openssl('unknown-issuer', /self signed certificate in certificate chain/i),
  openssl('unknown-issuer', /unable to verify the first certificate|UNABLE_TO_VERIFY_LEAF_SIGNATURE/i, ...issuer),
  openssl('client-certificate', /(?:sslv3|tlsv1|tlsv13|ssl\/tls)[ _]alert[ _](?:bad|unsupported|no)[ _]certificate/i),
  openssl(
    'client-certificate',
    /alert[ _]certificate[ _](?:required|unknown|expired|revoked)|alert[ _]unknown[ _]ca\b/i,
  ),
  openssl('client-certificate', /peer did not return a certificate/i),
  openssl('protocol-version', /alert[ _]protocol[ _]version|unsupported[ _]protocol\b|no[ _]protocols[ _]available/i),
  openssl('protocol-version', /legacy[ _]sigalg[ _]disallowed|version[ _]too[ _]low|inappropriate[ _]fallback/i),
  openssl(
    'not-tls',
    /wrong[ _]version[ _]number|unknown[ _]protocol\b|http[ _]request|packet length too long/i,
    ...version,
  ),
  openssl(
    'handshake-failure',
    /alert[ _]handshake[ _]failure|no[ _]shared[ _]cipher|alert[ _]insufficient[ _]security/i,
  ),
  openssl('weak-key', /dh[ _]key[ _]too[ _]small|(?:ee|ca)[ _]key[ _]too[ _]small/i),
  openssl('weak-signature', /(?:ca|ee)[ _]md[ _]too[ _]weak/i),
  openssl(
    'connection-closed',
    /unexpected[ _]eof[ _]while[ _]reading|SSL_ERROR_SYSCALL|TLS\/SSL connection has been closed/i,
  ),
  openssl('connection-closed', /EOF occurred in violation of protocol/i),
  openssl('malformed', /asn1 encoding routines|ASN1 lib|ERR_SSL_(?:WRONG_TAG|ILLEGAL_PADDING|ILLEGAL_ZERO_CONTENT)/),
  openssl('connection-refused', /connect:errno=111|BIO_connect:connect error/),
  openssl('unknown-issuer', /Missing trust anchor certificate/, ...issuer),

  node('name-mismatch', /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/i),
  node('connection-closed', /disconnected before secure TLS connection|ECONNRESET|socket hang up|\bEPIPE\b/i),
  node('connection-refused', /ECONNREFUSED/),
  node('timeout', /ETIMEDOUT|ESOCKETTIMEDOUT|Greeting never received|GREETING_TIMEOUT|CONNECT_TIMEOUT/),
  node('timeout', /Failed to receive greeting|Timed out while (?:authenticating|connecting)/i),
  node(
    'no-tls',
    /Server does not support STARTTLS|STARTTLS not supported by server|Error upgrading connection with STARTTLS/i,
  ),
  node('authentication', /\bEAUTH\b|\[AUTHENTICATIONFAILED\]|Logging in is disabled|Login is disabled/),

  python(
    'name-mismatch',
    /Hostname mismatch|IP address mismatch|doesn't match (?:either of )?'|hostname '.*' doesn't match/i,
  ),
  python('no-tls', /STARTTLS extension not supported|STLS not supported by server|TLS not supported by server/i),
  python('no-tls', /Couldn't establish TLS session/i),
  python('connection-refused', /ConnectionRefusedError/),
  python('connection-closed', /ConnectionResetError|SSLEOFError|SSLZeroReturnError|Connection unexpectedly closed/),
  python('timeout', /TimeoutError|socket\.timeout|handshake operation timed out/),
  python('authentication', /SMTP AUTH extension not supported|SMTPAuthenticationError|LOGIN command error/),

  curl(
    'name-mismatch',
    /no alternative certificate subject name matches|certificate subject name .* does not match target/i,
  ),
  curl('name-mismatch', /unable to obtain common name|illegal cert name field/i),
  curl('revoked', /certificate revocation reason/i),
  curl('revocation-unknown', /server certificate status verification FAILED|OCSP response|certificate ID in OCSP/i),
  curl(
    'no-tls',
    /(?:STARTTLS|STLS) (?:not available|not supported|denied)|Requested SSL level failed|Requested TLS level failed/i,
  ),
  curl('connection-refused', /Couldn't connect to server|Failed to connect to/i),
  curl('timeout', /Operation timed out|Connection timed out|Timeout was reached/i),
  curl('authentication', /curl: \(67\)|Login denied/i),

  go('expired', /certificate has expired or is not yet valid(?!.* is before )/i, 'not-yet-valid'),
  go('not-yet-valid', /certificate has expired or is not yet valid.* is before /i),
  go(
    'name-mismatch',
    /certificate is (?:not )?valid for .*(?:, not |wanted to match)|doesn't contain any IP SANs|legacy Common Name field/i,
  ),
  go('name-mismatch', /x509\.HostnameError/),
  go('unknown-issuer', /certificate signed by unknown authority|x509\.UnknownAuthorityError/i, ...issuer),
  go('purpose', /incompatible key usage/i),
  go('not-a-ca', /not authorized to sign other certificates|parent certificate cannot sign/i),
  go('name-constraints', /not authorized to sign for this name/i),
  go('path-length', /too many intermediates/i),
  go('weak-signature', /insecure algorithm/i),
  go('malformed', /failed to parse certificate/i),
  go(
    'client-certificate',
    /remote error: tls: (?:certificate required|bad certificate|unknown certificate|expired certificate|revoked certificate)/i,
  ),
  go('client-certificate', /remote error: tls: (?:unsupported certificate|unknown certificate authority)/i),
  go(
    'protocol-version',
    /protocol version not supported|selected unsupported protocol version|unsupported SSLv2 handshake/i,
  ),
  go('not-tls', /first record does not look like a TLS handshake/i),
  go('handshake-failure', /remote error: tls: handshake failure/i),
  go('connection-refused', /connect: connection refused/i),
  go('connection-closed', /^(?:unexpected )?EOF$|connection reset by peer|unexpected end of file|Broken pipe/im),
  go('timeout', /i\/o timeout|deadline exceeded/i),
  go('no-tls', /server doesn't support STARTTLS|starttls not supported/i),

  java('expired', /CertificateExpiredException|NotAfter: /),
  java('not-yet-valid', /CertificateNotYetValidException|NotBefore: /),
  java('expired', /validity check failed|timestamp check failed/i, 'not-yet-valid'),
  java(
    'name-mismatch',
    /No subject alternative (?:DNS )?names? (?:matching|present)|No name matching .* found|doesn't match common name/i,
  ),
  java('revoked', /CertificateRevokedException|Certificate has been revoked/),
  java('revocation-unknown', /(?:Could not|Unable to) determine revocation status|revocation status is unknown/i),
  java(
    'unknown-issuer',
    /PKIX path building failed|unable to find valid certification path|SunCertPathBuilderException/i,
    ...issuer,
  ),
  java('unknown-issuer', /does not chain with any of the trust anchors/i, ...issuer),
  java('signature', /signature check failed/i),
  java('not-a-ca', /this is not a CA certificate|keyCertSign bit is not set/i),
  java('path-length', /pathLenConstraint violated/i),
  java('name-constraints', /name constraints check failed/i),
  java('critical-extension', /unrecognized critical extension/i),
  java('purpose', /Extended key usage does not permit|KeyUsage does not allow/i),
  java('weak-signature', /Algorithm constraints check failed on signature algorithm/i),
  java('weak-key', /Algorithm constraints check failed on (?:keysize|key)|does not conform to algorithm constraints/i),
  java(
    'client-certificate',
    /Received fatal alert: (?:certificate_required|bad_certificate|certificate_unknown|certificate_expired|unknown_ca)/,
  ),
  java(
    'protocol-version',
    /Received fatal alert: protocol_version|No appropriate protocol|server selected protocol version/i,
  ),
  java('protocol-version', /SSL V2\.0 servers are not supported/i),
  java('not-tls', /Unsupported or unrecognized SSL message|plaintext connection\?/i, ...version),
  java('handshake-failure', /Received fatal alert: handshake_failure/),
  java('handshake-failure', /Server selected improper ciphersuite/, ...version),
  java('connection-closed', /Remote host (?:terminated the handshake|closed connection)|peer shut down incorrectly/i),
  java('connection-refused', /java\.net\.ConnectException|Couldn't connect to host, port/),
  java('timeout', /SocketTimeoutException|ReadTimeout|Read timed out|Timeout::Error/),
  java(
    'no-tls',
    /STARTTLS is required but host does not support|STLS required but|STARTTLS required but|STARTTLS is not supported/i,
  ),
  java('authentication', /No login methods supported|No authentication mechanisms supported/i),

  gnutls('expired', /certificate chain uses expired certificate/i),
  gnutls('not-yet-valid', /uses not yet valid certificate|not yet activated/i),
  gnutls(
    'name-mismatch',
    /name in the certificate does not match|certificate owner does not match hostname|CommonName mismatch/i,
  ),
  gnutls('revoked', /certificate chain is revoked|certificate has been revoked/i),
  gnutls(
    'revocation-unknown',
    /revocation or OCSP data|OCSP status response is invalid|requires the server to include an OCSP status/i,
  ),
  gnutls('unknown-issuer', /certificate issuer is unknown/i, ...issuer),
  gnutls('not-a-ca', /certificate issuer is not a CA/i),
  gnutls('purpose', /does not match the intended purpose|Key usage violation/i),
  gnutls('signature', /signature in the certificate is invalid|Public key signature verification has failed/i),
  gnutls('weak-signature', /uses insecure algorithm/i, 'weak-key'),
  gnutls('critical-extension', /contains an unknown critical extension/i),
  gnutls('name-constraints', /violates the signer's constraints/i, 'path-length', 'not-a-ca'),
  gnutls('malformed', /ASN1 parser|Duplicate extension in X\.509|time encoding is invalid|Error in the time fields/i),
  gnutls('client-certificate', /alert \[(?:42|43|44|45|46|48|116)\]/i),
  gnutls('protocol-version', /alert \[70\]|illegal or unsupported version/i),
  gnutls('handshake-failure', /alert \[(?:40|71)\]|Could not negotiate a supported cipher suite/i),
  gnutls('not-tls', /unexpected TLS packet was received/i, ...version),
  gnutls('connection-closed', /non-properly terminated|Error in the p(?:ull|ush) function/i),
  gnutls('no-tls', /does not support TLS via the STARTTLS command|SSL support not available|command STARTTLS failed/i),
  gnutls('no-tls', /Didn't find STARTTLS|STARTTLS.* (?:returned an error|not advertised)/i),
  gnutls(
    'authentication',
    /no acceptable authentication mechanism|run out of authentication methods|does not support authentication/i,
  ),
  gnutls('timeout', /the operation timed out|error receiving .*Timeout|timeout after|: timeout\.?$/i),

  rustls('expired', /CertExpired|ExpiredContext|peer certificate: (?:Expired\b|certificate expired)/),
  rustls(
    'not-yet-valid',
    /CertNotValidYet|NotValidYetContext|peer certificate: (?:NotValidYet\b|certificate not valid yet)/,
  ),
  rustls(
    'name-mismatch',
    /CertNotValidForName|NotValidForNameContext|NotValidForName\b|certificate not valid for name/,
  ),
  rustls('revoked', /CertRevoked|peer certificate: (?:Revoked|certificate revoked)/),
  rustls('revocation-unknown', /UnknownRevocationStatus|CrlExpired|ExpiredRevocationList/),
  rustls('unknown-issuer', /UnknownIssuer/, ...issuer),
  rustls('signature', /InvalidSignatureForPublicKey|certificate: BadSignature|SignatureAlgorithmMismatch/),
  rustls('purpose', /RequiredEkuNotFound|EmptyEkuExtension|InvalidPurpose(?:Context)?/),
  rustls('name-constraints', /NameConstraintViolation/),
  rustls('path-length', /PathLenConstraintViolated|MaximumPathDepthExceeded/),
  rustls('not-a-ca', /EndEntityUsedAsCa|CaUsedAsEndEntity|IssuerNotCertSigner/),
  rustls('critical-extension', /UnsupportedCriticalExtension/),
  rustls('weak-signature', /UnsupportedSignatureAlgorithm(?!ForPublicKey)/),
  rustls('malformed', /certificate: (?:BadEncoding|BadDer|ExtensionValueInvalid|UnsupportedCertVersion|TrailingData)/),
  rustls(
    'client-certificate',
    /fatal alert: (?:CertificateRequired|BadCertificate|CertificateUnknown|CertificateExpired|UnknownCA)/,
  ),
  rustls('protocol-version', /fatal alert: ProtocolVersion|ServerDoesNotSupportTls12Or13/),
  rustls('not-tls', /corrupt message of type InvalidContentType/, ...version),
  rustls('handshake-failure', /fatal alert: HandshakeFailure/),
]
