import { issuer, of, type ReasonPattern, version } from './patterns.ts'

const openssl = of('openssl')
const node = of('node')
const python = of('python')
const curl = of('curl')
const ruby = of('ruby')
const php = of('php')

/** Space within a line: over line ends a pattern that begins at each of them would take the square of their number. */
const blank = '[^\\S\\r\\n\\u2028\\u2029]*'

/**
 * One of OpenSSL's reason strings, only where it stands as one: behind the name of a routine, in Python's brackets, in
 * Node's code, behind SSL_connect, or alone. Other software knows unknown protocols, versions too low and HTTP requests too.
 */
const said = (...reasons: readonly string[]): RegExp => {
  const words = reasons.join('|').replaceAll(' ', '[ _]')
  const before = [
    String.raw`routines:[\w ]*:`,
    String.raw`\[SSL: ?`,
    'ERR_SSL_',
    String.raw`\bSSL_(?:connect|accept|read|write|do_handshake)\b[^\n]{0,300}?[:(] ?`,
  ]
  return new RegExp(
    `(?:${before.join('|')})(?:${words})(?![\\w-])|^${blank}(?:[\\w:.]+: )?(?:${words})\\.?${blank}$`,
    'im',
  )
}

/** OpenSSL and BoringSSL, and what is built on them. OpenSSL's verification results are in verify-codes.ts. */
export const opensslPatterns: readonly ReasonPattern[] = [
  openssl('self-signed', /self signed certificate(?! in certificate chain)/i),
  openssl('unknown-issuer', /self signed certificate in certificate chain/i),
  openssl('unknown-issuer', /unable to verify the first certificate|UNABLE_TO_VERIFY_LEAF_SIGNATURE/i, ...issuer),
  openssl('unknown-issuer', /Missing trust anchor certificate/, ...issuer),
  openssl('client-certificate', /(?:sslv3|tlsv1|tlsv13|ssl\/tls)[ _]alert[ _](?:bad|unsupported|no)[ _]certificate/i),
  openssl(
    'client-certificate',
    /alert[ _]certificate[ _](?:required|unknown|expired|revoked)|alert[ _]unknown[ _]ca\b/i,
  ),
  openssl('client-certificate', /peer did not return a certificate/i),
  openssl(
    'protocol-version',
    /alert[ _]protocol[ _]version|no[ _]protocols[ _]available|(?:TLSV1_)?inappropriate[ _]fallback\b/i,
  ),
  openssl(
    'protocol-version',
    said(
      'unsupported protocol',
      'unsupported ssl version',
      'unknown ssl version',
      'version too low',
      'no ciphers available',
      'legacy sigalg disallowed(?: or unsupported)?',
      'wrong ssl version',
      'tls13 downgrade',
    ),
  ),
  openssl(
    'not-tls',
    said('wrong version number', 'unknown protocol', 'http request', 'https proxy request', 'packet length too long'),
    ...version,
  ),
  openssl(
    'handshake-failure',
    /alert[ _]handshake[ _]failure|no[ _]shared[ _]cipher|alert[ _]insufficient[ _]security/i,
  ),
  openssl(
    'handshake-failure',
    said(
      'no suitable signature algorithm',
      'wrong cipher returned',
      'unknown cipher returned',
      'wrong signature type',
      'no suitable key share',
      'wrong curve',
      'handshake failure on client hello',
      'no common signature algorithms',
      'no shared group',
    ),
  ),
  openssl('legacy-renegotiation', /unsafe[ _]legacy[ _]renegotiation[ _]disabled|RENEGOTIATION_MISMATCH/i),
  openssl('weak-dh', /dh[ _]key[ _]too[ _]small|bad[ _]dh[ _]p[ _]length|dh[ _]p[ _]too[ _](?:short|long)/i),
  openssl('no-alpn', /alert[ _]no[ _]application[ _]protocol|\bno_application_protocol\b|NO_APPLICATION_PROTOCOL/),
  openssl('weak-key', /\b(?:ee|ca)[ _]key[ _]too[ _]small/i),
  openssl('weak-signature', /\b(?:ca|ee)[ _]md[ _]too[ _]weak/i),
  openssl(
    'signature',
    said('bad signature', 'provider signature failure', 'bad ecdsa signature', 'block type is not 01'),
  ),
  openssl('signature', /alert[ _]decrypt[ _]error/i),
  openssl('purpose', /KEY_USAGE_BIT_INCORRECT|unsupported certificate purpose/),
  openssl(
    'connection-closed',
    /unexpected[ _]eof[ _]while[ _]reading|SSL_ERROR_SYSCALL|TLS\/SSL connection has been closed/i,
  ),
  openssl('connection-closed', /EOF occurred in violation of protocol|SSL_ERROR_ZERO_RETURN|errno=104\b/i),
  openssl('malformed', /asn1 encoding routines|ASN1 lib|ERR_SSL_(?:WRONG_TAG|ILLEGAL_PADDING|ILLEGAL_ZERO_CONTENT)/),
  openssl(
    'malformed',
    said(
      'decode error',
      'length mismatch',
      'bad length',
      'bad extension',
      'cannot parse leaf cert',
      'excessive message size',
    ),
  ),
  openssl('connection-refused', /connect:errno=111|BIO_connect:connect error/),

  node('name-mismatch', /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/i),
  node('connection-closed', /disconnected before secure TLS connection|ECONNRESET|socket hang up|\bEPIPE\b/i),
  node('connection-refused', /ECONNREFUSED/),
  node('unreachable', /\b(?:ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|EADDRNOTAVAIL)\b/),
  node('timeout', /ETIMEDOUT|ESOCKETTIMEDOUT|Greeting never received|GREETING_TIMEOUT|CONNECT_TIMEOUT/),
  node('timeout', /Failed to receive greeting|Timed out while (?:authenticating|connecting)/i),
  node(
    'no-tls',
    /Server does not support STARTTLS|STARTTLS not supported by server|Error upgrading connection with STARTTLS/i,
  ),
  node(
    'authentication',
    /\bEAUTH\b|\[AUTHENTICATIONFAILED\]|^(?:Error: )?(?:Logging in is disabled on this server|Login is disabled)\.?$/m,
  ),

  python('name-mismatch', /(?:Hostname|IP address) mismatch, certificate|\bhostname '[^']{0,300}' doesn't match/i),
  python('name-mismatch', /CertificateError: hostname|doesn't match either of '/),
  python('no-tls', /STARTTLS extension not supported|STLS not supported by server|TLS not supported by server/i),
  python('no-tls', /Couldn't establish TLS session/i),
  python('connection-refused', /ConnectionRefusedError/),
  python('connection-closed', /ConnectionResetError|SSLEOFError|SSLZeroReturnError|Connection unexpectedly closed/),
  python('timeout', /TimeoutError|socket\.timeout|handshake operation timed out/),
  python('unreachable', /socket\.gaierror|\[Errno -[235]\]|Name or service not known|nodename nor servname/),
  python('authentication', /SMTP AUTH extension not supported|LOGIN command error/),

  ruby('name-mismatch', /hostname "?"[^"]{0,300}""? does not match the server certificate/i),
  ruby('unreachable', /getaddrinfo: /),

  curl(
    'name-mismatch',
    /no alternative certificate subject name matches|certificate subject name .{0,300} does not match target/i,
  ),
  curl('name-mismatch', /unable to obtain common name|illegal cert name field/i),
  curl('revoked', /certificate revocation reason/i),
  curl(
    'revocation-unknown',
    /server certificate status verification FAILED|(?:No|Invalid) OCSP response|OCSP response (?:has expired|verification failed)|certificate ID in OCSP/i,
  ),
  curl('no-tls', /(?:STARTTLS|STLS) (?:not available|not supported|denied)|Requested (?:SSL|TLS) level failed/i),
  curl('connection-refused', /Couldn't connect to server|Failed to connect to/i),
  curl('unreachable', /Could ?n[o']t resolve host|No route to host|Network is unreachable/i),
  curl('timeout', /Operation timed out|Connection timed out|Timeout was reached/i),
  curl('authentication', /curl: \(67\)/i),

  php('name-mismatch', /Peer certificate (?:CN|subjectAltName)[^\n]{0,300} did not match expected CN/),
  php('no-tls', /STARTTLS not accepted from server/),
]
