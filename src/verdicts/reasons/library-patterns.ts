import { issuer, of, type ReasonPattern, version } from './patterns.ts'

const go = of('go')
const java = of('java')
const gnutls = of('gnutls')
const rustls = of('rustls')
const erlang = of('erlang')

/** Any name of Erlang's public_key as it is printed: `{bad_cert,cert_expired}` or `bad_cert, cert_expired`. */
const badCert = (name: string): RegExp => new RegExp(`bad_cert,\\s*(?:\\{)?'?${name}\\b`)

/** The words of TLS libraries that are not OpenSSL. */
export const libraryPatterns: readonly ReasonPattern[] = [
  go('expired', /certificate has expired or is not yet valid(?!.{0,300} is before )/i, 'not-yet-valid'),
  go('not-yet-valid', /certificate has expired or is not yet valid.{0,300} is before /i),
  go(
    'name-mismatch',
    /certificate is (?:not )?valid for .{0,300}(?:, not |wanted to match)|doesn't contain any IP SANs|is not a valid hostname|x509\.HostnameError/i,
  ),
  go('no-alternative-name', /legacy Common Name field/i),
  go('unknown-issuer', /certificate signed by unknown authority|x509\.UnknownAuthorityError/i, ...issuer),
  go('purpose', /incompatible key usage/i),
  go('not-a-ca', /not authorized to sign other certificates|parent certificate cannot sign/i),
  go('name-constraints', /not authorized to sign for this name|too many name constraint|issuer has name constraints/i),
  go('path-length', /too many intermediates for path length/i),
  go('chain-length', /signature check attempts limit reached/i),
  go('weak-signature', /x509: [^\n]{0,300}insecure algorithm|cannot verify signature: insecure algorithm/i),
  go('critical-extension', /x509: unhandled critical extension/),
  go('signature', /invalid signature by the server certificate|x509: (?:ECDSA|RSA|Ed25519) verification failure/i),
  go(
    'malformed',
    /tls: failed to parse certificate|failed to parse certificate from server|x509: (?:malformed|invalid (?!signature)|negative serial|trailing data)/i,
  ),
  go('weak-key', /tls: server sent certificate containing RSA key larger|crypto\/rsa: \d+-bit keys are insecure/),
  go(
    'client-certificate',
    /remote error: tls: (?:certificate required|bad certificate|unknown certificate|expired certificate|revoked certificate)/i,
  ),
  go('client-certificate', /remote error: tls: (?:unsupported certificate|unknown certificate authority)/i),
  go(
    'protocol-version',
    /tls: protocol version not supported|selected unsupported protocol version|unsupported SSLv2 handshake|no supported versions satisfy|downgrade attempt detected/i,
  ),
  go('no-alpn', /tls: no application protocol|server selected unadvertised ALPN|unsupported ALPN protocol/i),
  go('not-tls', /first record does not look like a TLS handshake/i),
  go('handshake-failure', /remote error: tls: (?:handshake failure|insufficient security level)/i),
  go('handshake-failure', /server chose an unconfigured cipher suite|no cipher suite supported by both/i),
  go('connection-refused', /connect: connection refused/i),
  go('connection-closed', /^(?:unexpected )?EOF$|: EOF$|connection reset by peer|unexpected end of file|Broken pipe/im),
  go('unreachable', /no such host|no route to host|network is unreachable|server misbehaving/i),
  go('timeout', /i\/o timeout|deadline exceeded/i),
  go('no-tls', /server doesn't support STARTTLS|starttls not supported/i),

  java('expired', /CertificateExpiredException|^NotAfter: /m),
  java('not-yet-valid', /CertificateNotYetValidException|^NotBefore: /m),
  java(
    'expired',
    /(?:CertPathValidatorException|validation failed): (?:validity|timestamp) check failed/i,
    'not-yet-valid',
  ),
  java('expired', /Could not validate certificate: (?:certificate expired|null)|Certificate expired at /),
  java('not-yet-valid', /Could not validate certificate: certificate not valid till|Certificate not valid until /),
  java(
    'name-mismatch',
    /No subject alternative (?:DNS )?names? matching|No name matching .{0,300} found|doesn't match (?:the )?common name|Hostname .{0,300} (?:not verified|was not verified)/i,
  ),
  java('no-alternative-name', /No subject alternative names present/i),
  java('revoked', /CertificateRevokedException|Certificate has been revoked/),
  java(
    'revocation-unknown',
    /(?:Could not|Unable to) determine revocation status|revocation status is unknown|OCSP response error|Certificate does not specify OCSP responder|Response is unreliable: its validity interval/i,
  ),
  java(
    'unknown-issuer',
    /PKIX path building failed|unable to find valid certification path|SunCertPathBuilderException/i,
    ...issuer,
  ),
  java(
    'unknown-issuer',
    /does not chain with any of the trust anchors|Trust anchor for certification path not found/i,
    ...issuer,
  ),
  java(
    'unknown-issuer',
    /trustAnchors parameter must be non-empty|peer not authenticated|No trusted certificate found/i,
    ...issuer,
  ),
  java(
    'signature',
    /(?:CertPathValidatorException|PKIX path validation failed): signature check failed|CertificateVerify signature/i,
  ),
  java('not-a-ca', /this is not a CA certificate|keyCertSign bit is not set/i),
  java('path-length', /pathLenConstraint violated/i),
  java('chain-length', /certificate chain length \(\d+\) exceeds the maximum|exceeds the maximum allowed length/i),
  java('name-constraints', /name constraints check failed/i),
  java('critical-extension', /unrecognized critical extension/i),
  java('purpose', /Extended key usage does not permit|KeyUsage does not allow/i),
  java('weak-signature', /Algorithm constraints check failed on signature algorithm/i),
  java(
    'weak-key',
    /Algorithm constraints check failed on (?:keysize|key|disabled algorithm)|does not conform to algorithm constraints/i,
  ),
  java(
    'weak-dh',
    /DH ServerKeyExchange does not comply|Prime size must be multiple of 64|Could not generate DH keypair/i,
  ),
  java(
    'legacy-renegotiation',
    /Failed to negotiate the use of secure renegotiation|Unsafe or unsupported renegotiation|Insecure renegotiation/i,
  ),
  java(
    'certificate-version',
    /no more data allowed for version 1 certificate|Extensions not allowed in v2 certificate/i,
  ),
  java('malformed', /Could not parse certificate|CertificateParsingException|Duplicate extensions not allowed/i),
  java(
    'client-certificate',
    /Received fatal alert: (?:certificate_required|bad_certificate|certificate_unknown|certificate_expired|certificate_revoked|unsupported_certificate|unknown_ca)/,
  ),
  java(
    'protocol-version',
    /Received fatal alert: protocol_version|No appropriate protocol|server selected protocol version|Unsupported protocol version: \(D\)TLS/i,
  ),
  java('protocol-version', /SSL V2\.0 servers are not supported|protocol version downgrade attack/i),
  java('no-alpn', /No matching ALPN value|Received fatal alert: no_application_protocol/i),
  java(
    'not-tls',
    /Unsupported or unrecognized SSL message|plaintext connection\?|Unable to parse TLS packet header/i,
    ...version,
  ),
  java('handshake-failure', /Received fatal alert: (?:handshake_failure|insufficient_security)/),
  java('handshake-failure', /Server selected improper ciphersuite/, ...version),
  java('connection-closed', /Remote host (?:terminated the handshake|closed connection)|peer shut down incorrectly/i),
  java('connection-closed', /Connection closed by peer|SSL handshake aborted/i),
  java('connection-refused', /java\.net\.ConnectException|Couldn't connect to host, port/),
  java('unreachable', /UnknownHostException|NoRouteToHostException|Unable to resolve host/),
  java('timeout', /SocketTimeoutException|ReadTimeout|Read timed out|Timeout::Error/),
  java(
    'no-tls',
    /STARTTLS is required but host does not support|(?:STLS|STARTTLS) required but|STARTTLS is not supported/i,
  ),
  java('authentication', /No login methods supported|No authentication mechanisms supported/i),

  gnutls(
    'expired',
    /certificate chain uses expired certificate|certificate \d+ of \d+ has expired|GNUTLS_CERT_EXPIRED/i,
  ),
  gnutls('not-yet-valid', /uses not yet valid certificate|not yet activated|GNUTLS_CERT_NOT_ACTIVATED/i),
  gnutls(
    'name-mismatch',
    /name in the certificate does not match|certificate owner does not match hostname|CommonName mismatch|GNUTLS_CERT_UNEXPECTED_OWNER/i,
  ),
  gnutls('revoked', /certificate chain is revoked|certificate has been revoked|GNUTLS_CERT_REVOKED/i),
  gnutls(
    'revocation-unknown',
    /revocation or OCSP data|OCSP status response is invalid|requires the server to include an OCSP status|GNUTLS_CERT_(?:MISSING_OCSP_STATUS|INVALID_OCSP_STATUS|REVOCATION_DATA)/i,
  ),
  gnutls(
    'unknown-issuer',
    /certificate issuer is unknown|certificate hasn't got a known issuer|GNUTLS_CERT_SIGNER_NOT_FOUND/i,
    ...issuer,
  ),
  gnutls('not-a-ca', /certificate issuer is not a CA|GNUTLS_CERT_SIGNER_NOT_CA/i),
  gnutls(
    'purpose',
    /does not match the intended purpose|Key usage violation|GNUTLS_(?:CERT_PURPOSE_MISMATCH|E_KEY_USAGE_VIOLATION)/i,
  ),
  gnutls(
    'signature',
    /signature in the certificate is invalid|Public key signature verification has failed|GNUTLS_CERT_SIGNATURE_FAILURE/i,
  ),
  gnutls('weak-signature', /certificate chain uses insecure algorithm|GNUTLS_CERT_INSECURE_ALGORITHM/i, 'weak-key'),
  gnutls('critical-extension', /contains an unknown critical extension|GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS/i),
  gnutls(
    'name-constraints',
    /violates the signer's constraints|GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE/i,
    'path-length',
    'not-a-ca',
  ),
  gnutls('malformed', /ASN1 parser|Duplicate extension in X\.509|time encoding is invalid|Error in the time fields/i),
  gnutls('malformed', /Error decoding the received TLS packet|Fatal error: Error in the certificate\./i),
  gnutls('client-certificate', /Received alert \[(?:42|43|44|45|46|48|116)\]|GNUTLS_E_CERTIFICATE_REQUIRED/i),
  gnutls(
    'protocol-version',
    /Received alert \[70\]|illegal or unsupported version|GNUTLS_E_UNSUPPORTED_VERSION_PACKET|No or insufficient priorities were set/i,
  ),
  gnutls(
    'handshake-failure',
    /Received alert \[(?:40|71)\]|Could not negotiate a supported cipher suite|No supported cipher suites have been found/i,
  ),
  gnutls(
    'legacy-renegotiation',
    /(?:Safe renegotiation failed|Unsafe renegotiation denied)|GNUTLS_E_(?:UNSAFE_RENEGOTIATION_DENIED|SAFE_RENEGOTIATION_FAILED)/i,
  ),
  gnutls('weak-dh', /Diffie-Hellman prime sent by the server is not acceptable|GNUTLS_E_DH_PRIME_UNACCEPTABLE/i),
  gnutls(
    'no-alpn',
    /No common application protocol could be negotiated|Received alert \[120\]|GNUTLS_E_NO_APPLICATION_PROTOCOL/i,
  ),
  gnutls(
    'not-tls',
    /unexpected TLS packet was received|packet with invalid length was received|GNUTLS_E_UNEXPECTED_PACKET\b/i,
    ...version,
  ),
  gnutls(
    'connection-closed',
    /non-properly terminated|Error in the p(?:ull|ush) function|GNUTLS_E_PREMATURE_TERMINATION/i,
  ),
  gnutls('no-tls', /does not support TLS via the STARTTLS command|SSL support not available|command STARTTLS failed/i),
  gnutls('no-tls', /Didn't find STARTTLS|STARTTLS.{0,300} (?:returned an error|not advertised)/i),
  gnutls(
    'authentication',
    /supports no acceptable authentication mechanism|run out of authentication methods|^(?:\w+: )?the server does not support authentication/im,
  ),
  gnutls('timeout', /the operation timed out|error receiving .{0,300}Timeout|timeout after|: timeout\.?$/i),

  rustls('expired', /CertExpired|ExpiredContext|peer certificate: (?:Expired\b|certificate expired)/),
  rustls(
    'not-yet-valid',
    /CertNotValidYet|NotValidYetContext|peer certificate: (?:NotValidYet\b|certificate not valid yet)/,
  ),
  rustls(
    'name-mismatch',
    /CertNotValidForName|NotValidForNameContext|NotValidForName\b|certificate not valid for name/,
  ),
  rustls(
    'revoked',
    /CertRevoked|(?:peer|invalid) certificate: (?:Revoked|certificate revoked)|InvalidCertificate\(Revoked\)/,
  ),
  rustls(
    'revocation-unknown',
    /UnknownRevocationStatus|CrlExpired|ExpiredRevocationList|certificate revocation list expired|InvalidCrlSignatureForPublicKey|InvalidOcspResponse/,
  ),
  rustls('unknown-issuer', /UnknownIssuer/, ...issuer),
  rustls(
    'signature',
    /InvalidSignatureForPublicKey|certificate: BadSignature|InvalidCertificate\(BadSignature\)|SignatureAlgorithmMismatch/,
  ),
  rustls(
    'purpose',
    /RequiredEkuNotFound|EmptyEkuExtension|InvalidPurpose(?:Context)?|CaUsedAsEndEntity|KeyUsageMissingDigitalSignature|does not allow extended key usage/,
  ),
  rustls('name-constraints', /NameConstraintViolation/),
  rustls('path-length', /PathLenConstraintViolated/),
  rustls('chain-length', /MaximumPathDepthExceeded|MaximumPathBuildCallsExceeded|MaximumSignatureChecksExceeded/),
  rustls('not-a-ca', /EndEntityUsedAsCa|IssuerNotCertSigner/),
  rustls('critical-extension', /UnsupportedCriticalExtension|UnhandledCriticalExtension/),
  rustls('certificate-version', /UnsupportedCertVersion/),
  rustls('weak-signature', /UnsupportedSignatureAlgorithm(?!ForPublicKey)/),
  rustls(
    'malformed',
    /certificate: (?:BadEncoding|BadDer|ExtensionValueInvalid|TrailingData|InvalidSerialNumber)|InvalidCertificate\(BadEncoding\)|OtherError\((?:BadDer|MalformedExtensions|ExtensionValueInvalid|InvalidSerialNumber|TrailingData\b[^)]{0,300})/,
  ),
  rustls(
    'client-certificate',
    /fatal alert: (?:CertificateRequired|BadCertificate|CertificateUnknown|CertificateExpired|CertificateRevoked|UnsupportedCertificate|UnknownCA)/,
  ),
  rustls(
    'protocol-version',
    /fatal alert: ProtocolVersion|ServerDoesNotSupportTls12Or13|ServerTlsVersionIsDisabledByOurConfig/,
  ),
  rustls('no-alpn', /fatal alert: NoApplicationProtocol|SelectedUnofferedApplicationProtocol/),
  rustls('not-tls', /corrupt message of type InvalidContentType|InvalidMessage\(InvalidContentType\)/, ...version),
  rustls(
    'handshake-failure',
    /fatal alert: (?:HandshakeFailure|InsufficientSecurity)|NoCipherSuitesInCommon|SelectedUnofferedCipherSuite|NoKxGroupsInCommon/,
  ),
  rustls('connection-closed', /peer closed connection without sending TLS close_notify|tls handshake eof/),

  erlang('expired', badCert('cert_expired')),
  erlang('unknown-issuer', badCert('unknown_ca'), ...issuer),
  erlang('self-signed', badCert('selfsigned_peer')),
  erlang('name-mismatch', badCert('hostname_check_failed')),
  erlang('path-length', badCert('max_path_length_reached')),
  erlang('signature', badCert('invalid_signature')),
  erlang('not-a-ca', badCert('missing_basic_constraint')),
  erlang('purpose', badCert('invalid_(?:key|ext)_(?:key_)?usage')),
  erlang('name-constraints', badCert('name_not_permitted')),
  erlang('revoked', badCert('revoked')),
  erlang('revocation-unknown', badCert('revocation_status_undetermined')),
  erlang('malformed', badCert('asn1_error')),
  erlang('connection-refused', /\beconnrefused\b/),
  erlang('unreachable', /\b(?:nxdomain|ehostunreach)\b/),
  erlang('handshake-failure', /tls_alert,[{"'\s]*(?:handshake_failure|insufficient_security)/),
  erlang('protocol-version', /tls_alert,[{"'\s]*protocol_version/),
]
