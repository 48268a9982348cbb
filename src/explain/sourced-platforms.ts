import { nssCodes } from '../verdicts/reasons/nss-codes.ts'
import type { Ecosystem } from '../verdicts/reasons/patterns.ts'
import {
  appleCodes,
  outlookCodes,
  type PlatformCode,
  windowsCodes,
  winsockCodes,
} from '../verdicts/reasons/platform-codes.ts'
import { certificateReasons, chain, type SourcedText } from './sourced-text.ts'

const packetFormat = 'Limilabs, Mail.dll: The handshake failed due to an unexpected packet format'
const winerror = 'Microsoft, winerror.h: COM error codes (security and setup)'

const outlook = 'Microsoft: Outlook error codes for email delivery issues'
const winsock = 'Microsoft: Windows Sockets error codes'
const apple = 'Apple: Secure Transport and URL loading error codes'

/** A code as two texts, its name and its number, each with its text where it has one. */
const codeTexts = (ecosystem: Ecosystem, codes: readonly PlatformCode[], source: string): readonly SourcedText[] =>
  codes.flatMap(({ number, name, text, reasons }) => [
    { ecosystem, code: name, text: text ?? name, reasons, source },
    { ecosystem, code: number, text: text ?? name, reasons, source },
  ])

/** Windows, Thunderbird, Apple, PHP; what servers say in their protocol, and what people say. */
export const platformTexts: readonly SourcedText[] = [
  ...codeTexts('windows', windowsCodes, winerror),
  ...codeTexts('windows', outlookCodes, outlook),
  ...codeTexts('windows', winsockCodes, winsock),
  ...codeTexts('apple', appleCodes, apple),
  ...Object.entries(nssCodes).map(
    ([code, reasons]): SourcedText => ({
      ecosystem: 'nss',
      client: 'Thunderbird',
      code,
      text: code,
      reasons,
      source: 'Mozilla: NSS and PKIX error codes',
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
    ecosystem: 'ruby',
    text: 'SSL_connect returned=1 errno=0 …: certificate verify failed',
    reasons: certificateReasons,
    source: 'ruby/openssl: ext/openssl/ossl_ssl.c',
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
    text: 'a port that speaks plain text first and wants STARTTLS/STLS',
    scenarios: ['plaintext-on-implicit'],
    source: packetFormat,
  },
  {
    ecosystem: 'people',
    text: 'the client waits for a greeting that never comes',
    scenarios: ['implicit-on-starttls'],
    source: packetFormat,
  },
  {
    ecosystem: 'people',
    text: 'invalid SSL / TLS certificate',
    reasons: certificateReasons,
    source: 'Missive: I get an invalid SSL / TLS certificate error when trying to add my email account',
  },
]
