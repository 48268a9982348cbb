import { nssCodes, nssTexts } from './nss-codes.ts'
import { type Ecosystem, issuer, of, type ReasonPattern, version } from './patterns.ts'
import { appleCodes, outlookCodes, type PlatformCode, windowsCodes, winsockCodes } from './platform-codes.ts'

const dotnet = of('dotnet')
const windows = of('windows')
const apple = of('apple')
const nss = of('nss')
const chromium = of('chromium')
const server = of('server')
const people = of('people')

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\\\.$/, '')

/** A code alone, its name anywhere, its text anywhere, and its number behind the words that make it one of the family. */
function familyOf(ecosystem: Ecosystem, codes: readonly PlatformCode[], before: string): readonly ReasonPattern[] {
  return codes.map(({ number, name, text, reasons: [reason, ...or] }) => {
    const forms = [
      `^\\s*${number}\\s*$`,
      `${before}${number}(?!\\w)`,
      `\\b${name}\\b`,
      ...(text ? [escaped(text)] : []),
    ]
    return of(ecosystem)(reason, new RegExp(forms.join('|'), 'i'), ...or)
  })
}

/** Nobody else writes a number like this. */
const distinct = '(?<!\\w)'
const socketError = String.raw`(?:\b(?:socket|winsock|wsa|win|os) ?error(?: code)?[ :=#(]*|^\s*error[ :=#]*)`
const osStatus = String.raw`(?:OSStatus|CFStreamErrorDomainSSL|NSURLErrorDomain|NSOSStatusErrorDomain|CFNetwork|Secure ?Transport|SSLHandshake|\berrS\w+)\b[^\n\d]{0,40}`

/** Any of X509ChainStatusFlags that is a word of English is one only in a list of them, or behind a mention of the chain. */
const flag = (names: string): RegExp =>
  new RegExp(`(?:^|chain(?: status| errors?)?: |\\b[A-Z]\\w+, |\\bIs|Flags\\.)(?:${names})(?=$|[,.;\\s])`, 'm')

/** The words and codes of platforms and of their programs, of servers, and of people. */
export const platformPatterns: readonly ReasonPattern[] = [
  // SslPolicyErrors and X509ChainStatusFlags; MailBee.NET spells the latter with `Is` before them.
  dotnet('name-mismatch', /RemoteCertificateNameMismatch|\bNameMismatch\b|host name did not match the name given/),
  dotnet(
    'name-mismatch',
    /host name \([^)]{0,300}\) did not match any of the names given|does not match any of the names/i,
  ),
  dotnet('expired', /\b(?:Is)?NotTimeValid\b/, 'not-yet-valid'),
  dotnet('unknown-issuer', /\b(?:Is)?(?:UntrustedRoot|PartialChain)\b/, ...issuer),
  dotnet('revoked', flag('Revoked')),
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
  dotnet('malformed', flag('InvalidExtension')),
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
  dotnet(
    'protocol-version',
    /requested security protocol is not supported|SSL\/TLS protocols? .{0,300}not supported by the server/i,
  ),

  ...familyOf('windows', windowsCodes, distinct),
  ...familyOf('windows', outlookCodes, distinct),
  ...familyOf('windows', winsockCodes, socketError),
  windows('expired', /not within its validity period|security certificate has expired/i, 'not-yet-valid'),
  windows('expired', /security certificate has expired or is not yet valid/i, 'not-yet-valid'),
  windows('name-mismatch', /name on the security certificate is invalid/i),
  windows(
    'unknown-issuer',
    /chain could not be built to a trusted root|authority that is not trusted|security certificate that cannot be verified|issued by a company you have not chosen to trust/i,
    ...issuer,
  ),
  windows(
    'revocation-unknown',
    /unable to check revocation|revocation server was offline|revocation information for the security certificate/i,
  ),
  windows('protocol-version', /do not possess a common algorithm/i),
  windows('protocol-version', /does not support the connection encryption type you have specified/i, 'no-tls'),
  windows('connection-refused', /actively refused/i),
  windows('unreachable', /No such host is known|unreachable (?:host|network)/i),
  windows(
    'connection-closed',
    /existing connection was forcibly closed|connection was aborted by the software in your host/i,
  ),
  windows('timeout', /did not properly respond after a period of time|operation has timed out/i),

  ...Object.entries(nssCodes).map(([name, [reason, ...or]]) => nss(reason, new RegExp(`\\b${name}\\b`), ...or)),
  // Typographic apostrophes are in the newer ones.
  ...nssTexts.map(([text, reason, ...or]) => nss(reason, new RegExp(escaped(text).replace(/'/g, "['’]"), 'i'), ...or)),
  nss('no-tls', /server does not (?:seem to )?support the selected|doesn't offer STARTTLS/i),

  chromium('expired', /ERR_CERT_DATE_INVALID/, 'not-yet-valid'),
  chromium('name-mismatch', /ERR_CERT_COMMON_NAME_INVALID/),
  chromium('unknown-issuer', /ERR_CERT_AUTHORITY_INVALID/, ...issuer),
  chromium('revoked', /ERR_CERT_REVOKED/),
  chromium('revocation-unknown', /ERR_CERT_(?:UNABLE_TO_CHECK|NO)_REVOCATION/),
  chromium('weak-signature', /ERR_CERT_WEAK_SIGNATURE_ALGORITHM/),
  chromium('weak-key', /ERR_CERT_WEAK_KEY/),
  chromium('weak-dh', /ERR_SSL_WEAK_SERVER_EPHEMERAL_DH_KEY/),
  chromium('name-constraints', /ERR_CERT_NAME_CONSTRAINT_VIOLATION/),
  chromium('handshake-failure', /ERR_SSL_VERSION_OR_CIPHER_MISMATCH/, ...version),
  chromium('malformed', /ERR_CERT_INVALID\b/),

  ...familyOf('apple', appleCodes, osStatus),
  apple(
    'unknown-issuer',
    /certificate for this server is invalid|[”"] certificate is not trusted/,
    ...issuer,
    'name-mismatch',
  ),

  // What a server says in its own protocol, and in its log.
  server('no-tls', /does not support (?:STARTTLS|STLS)\b|STARTTLS not available/i),
  server('no-tls', /TLS session is required, but the server did not offer|Encrypted connection unavailable/i),
  server(
    'name-mismatch',
    /certificate name mismatch|certificate doesn't match expected host name|hostname verification failed/i,
  ),
  server('name-mismatch', /Server (?:host)?name does not match certificate|certificate name does not match input/i),
  server('not-a-ca', /Signer of server certificate is not a CA/i),
  server('unknown-issuer', /Broken certification chain at/i, ...issuer),
  server('no-tls', /\bTLS not available\b|STARTTLS unavailable|TLS currently unavailable/i),
  server(
    'no-tls',
    /TLS is required, but was not offered|TLS required but not supported|host did not advertise STARTTLS/i,
  ),
  server('unknown-issuer', /certificate verification failed for [^\n]{0,300}: untrusted issuer/i, ...issuer),
  server('self-signed', /certificate verification failed for [^\n]{0,300}: self-signed/i),
  server('protocol-version', /TLS 1\.0 and 1\.1 are not supported|requires? TLS ?v?1\.[23]/i),
  server(
    'wrong-protocol',
    /responded with an error status "*HTTP\/1\.[01] |(?:greeting|response|reply)[^\n]{0,30}HTTP\/1\.[01] \d{3}/i,
  ),
  people('self-signed', /self-signed (?:\w+ )?certificate(?! in certificate chain)|certificate is self-signed/i),
  people('connection-refused', /connection refused/i),
  people('timeout', /timed out\b/i),
]
