import type { Reason } from '../scenarios/vocabulary.ts'
import { certificateReasons, chain, dates, issuer, type SourcedText } from './sourced-text.ts'

const limilabs = 'Limilabs, Mail.dll: The remote certificate is invalid according to the validation procedure'
const winerror = 'Microsoft, winerror.h: COM error codes (security and setup)'

const windowsErrors: readonly (readonly [code: string, name: string, text: string, reasons: readonly Reason[]])[] = [
  [
    '0x800B0101',
    'CERT_E_EXPIRED',
    'A required certificate is not within its validity period when verifying against the current system clock or the timestamp in the signed file.',
    dates,
  ],
  ['0x80090328', 'SEC_E_CERT_EXPIRED', 'The received certificate has expired.', ['expired']],
  ['0x800B010F', 'CERT_E_CN_NO_MATCH', "The certificate's CN name does not match the passed value.", ['name-mismatch']],
  ['0x80090322', 'SEC_E_WRONG_PRINCIPAL', 'The target principal name is incorrect.', ['name-mismatch']],
  [
    '0x800B0109',
    'CERT_E_UNTRUSTEDROOT',
    'A certificate chain processed, but terminated in a root certificate which is not trusted by the trust provider.',
    issuer,
  ],
  [
    '0x800B010A',
    'CERT_E_CHAINING',
    'A certificate chain could not be built to a trusted root authority.',
    ['unknown-issuer'],
  ],
  [
    '0x80090325',
    'SEC_E_UNTRUSTED_ROOT',
    'The certificate chain was issued by an authority that is not trusted.',
    issuer,
  ],
  ['0x800B010C', 'CERT_E_REVOKED', 'A certificate was explicitly revoked by its issuer.', ['revoked']],
  ['0x80092010', 'CRYPT_E_REVOKED', 'The certificate is revoked.', ['revoked']],
  [
    '0x80092013',
    'CRYPT_E_REVOCATION_OFFLINE',
    'The revocation function was unable to check revocation because the revocation server was offline.',
    ['revocation-unknown'],
  ],
  ['0x80096004', 'TRUST_E_CERT_SIGNATURE', 'The signature of the certificate cannot be verified.', ['signature']],
  ['0x800B0110', 'CERT_E_WRONG_USAGE', 'The certificate is not valid for the requested usage.', ['purpose']],
  [
    '0x80090331',
    'SEC_E_ALGORITHM_MISMATCH',
    'The client and server cannot communicate, because they do not possess a common algorithm.',
    ['protocol-version', 'handshake-failure'],
  ],
]

/** Windows, Thunderbird, Apple, PHP; what servers say in their protocol, and what people say. */
export const platformTexts: readonly SourcedText[] = [
  {
    ecosystem: 'windows',
    code: '10061',
    text: 'No connection could be made because the target machine actively refused it',
    reasons: ['connection-refused'],
    source: limilabs,
  },
  ...windowsErrors.flatMap(([code, name, text, reasons]): SourcedText[] => [
    { ecosystem: 'windows', code: name, text, reasons, source: winerror },
    { ecosystem: 'windows', code, text, reasons, source: winerror },
  ]),
  ...(
    [
      ['SEC_ERROR_EXPIRED_CERTIFICATE', ['expired']],
      ['MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE', ['not-yet-valid']],
      ['SSL_ERROR_BAD_CERT_DOMAIN', ['name-mismatch']],
      ['MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT', ['self-signed']],
      ['SEC_ERROR_UNKNOWN_ISSUER', ['unknown-issuer']],
      ['SEC_ERROR_REVOKED_CERTIFICATE', ['revoked']],
      ['SSL_ERROR_UNSUPPORTED_VERSION', ['protocol-version']],
      ['SSL_ERROR_RX_RECORD_TOO_LONG', ['not-tls']],
    ] as const
  ).map(
    ([code, reasons]): SourcedText => ({
      ecosystem: 'nss',
      client: 'Thunderbird',
      code,
      text: code,
      reasons,
      source: 'Mozilla: NSS and PKIX error codes',
    }),
  ),
  ...(
    [
      ['-9814', 'errSSLCertExpired', ['expired']],
      ['-9815', 'errSSLCertNotYetValid', ['not-yet-valid']],
      ['-9843', 'errSSLHostNameMismatch', ['name-mismatch']],
      ['-9807', 'errSSLXCertChainInvalid', ['unknown-issuer', 'self-signed']],
      ['-1202', 'NSURLErrorServerCertificateUntrusted', ['unknown-issuer', 'self-signed', 'name-mismatch']],
    ] as const
  ).map(
    ([code, text, reasons]): SourcedText => ({
      ecosystem: 'apple',
      code,
      text,
      reasons,
      source: 'Apple: Secure Transport and URL loading error codes',
    }),
  ),
  {
    ecosystem: 'php',
    text: "Peer certificate CN=`…' did not match expected CN=`…'",
    reasons: ['name-mismatch'],
    source: 'php/php-src: ext/openssl/xp_ssl.c',
  },
  {
    ecosystem: 'php',
    text: 'SSL operation failed with code 1. OpenSSL Error messages: error:…:certificate verify failed',
    reasons: chain,
    source: 'php/php-src: ext/openssl/xp_ssl.c',
  },
  {
    ecosystem: 'server',
    code: '530',
    text: 'Must issue a STARTTLS command first',
    scenarios: ['starttls-required'],
    source: 'RFC 3207 §4',
  },
  {
    ecosystem: 'server',
    code: 'PRIVACYREQUIRED',
    text: 'NO [PRIVACYREQUIRED]',
    scenarios: ['starttls-required'],
    source: 'RFC 9051 §7.1',
  },
  {
    ecosystem: 'server',
    code: '538',
    text: 'Encryption required for requested authentication mechanism',
    scenarios: ['starttls-required'],
    source: 'RFC 4954 §6',
  },
  {
    ecosystem: 'server',
    code: 'LOGINDISABLED',
    text: 'LOGINDISABLED',
    scenarios: ['starttls-required', 'auth-never'],
    source: 'RFC 9051 §6.2.3',
  },
  {
    ecosystem: 'server',
    code: '454',
    text: 'TLS not available due to temporary reason',
    scenarios: ['starttls-refused'],
    source: 'RFC 3207 §4',
  },
  {
    ecosystem: 'server',
    code: '503',
    text: 'Bad sequence of commands',
    scenarios: ['ehlo-required-after-tls'],
    source: 'RFC 5321 §4.2.3',
  },
  {
    ecosystem: 'people',
    text: 'invalid SSL / TLS certificate',
    reasons: certificateReasons,
    source: 'Missive: I get an invalid SSL / TLS certificate error when trying to add my email account',
  },
]
