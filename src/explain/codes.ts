import { alertNames } from '../scenarios/alert-names.ts'
import type { Reason } from '../scenarios/vocabulary.ts'
import { codesIn } from '../verdicts/reasons/reasons.ts'
import { verifyCodes } from '../verdicts/reasons/verify-codes.ts'
import { certificateReasons } from './sourced-text.ts'

/** What a number or a name stands for in one of the tables that everybody uses. */
export interface Reading {
  readonly of: 'OpenSSL verification result' | 'TLS alert' | 'curl exit status'
  readonly code: number
  readonly name: string
  readonly meaning: string
  /** Reasons for which it is given; empty where none is. */
  readonly reasons: readonly Reason[]
}

/** What an alert says when a client sends it, and when it receives it. */
const alerts: Readonly<Record<string, { readonly meaning: string; readonly reasons: readonly Reason[] }>> = {
  close_notify: { meaning: 'the peer ends the connection', reasons: [] },
  unexpected_message: { meaning: 'what came is not what was due', reasons: [] },
  handshake_failure: {
    meaning: 'no version, cipher suite or certificate in common',
    reasons: ['handshake-failure'],
  },
  bad_certificate: { meaning: 'the certificate is not accepted', reasons: certificateReasons },
  unsupported_certificate: { meaning: 'the certificate is of a kind that is not supported', reasons: ['purpose'] },
  certificate_revoked: { meaning: 'the certificate is revoked', reasons: ['revoked'] },
  certificate_expired: {
    meaning: 'the certificate is expired or not yet valid',
    reasons: ['expired', 'not-yet-valid'],
  },
  certificate_unknown: {
    meaning: 'the certificate is not accepted, for a reason not told',
    reasons: certificateReasons,
  },
  illegal_parameter: { meaning: 'a field is out of range or inconsistent', reasons: ['malformed'] },
  unknown_ca: { meaning: 'no trusted root vouches for the certificate', reasons: ['unknown-issuer', 'self-signed'] },
  decode_error: { meaning: 'a message could not be decoded', reasons: ['malformed'] },
  decrypt_error: { meaning: 'a signature of the handshake does not verify', reasons: ['signature'] },
  protocol_version: { meaning: 'the version that was offered is not spoken', reasons: ['protocol-version'] },
  insufficient_security: { meaning: 'the ciphers on offer are too weak', reasons: ['handshake-failure'] },
  inappropriate_fallback: { meaning: 'a lower version was tried than both speak', reasons: ['protocol-version'] },
  bad_certificate_status_response: {
    meaning: 'the OCSP staple is not accepted',
    reasons: ['revoked', 'revocation-unknown'],
  },
  unrecognized_name: { meaning: 'the server knows no such name as the client asked for', reasons: [] },
  no_application_protocol: { meaning: 'no application protocol (ALPN) in common', reasons: ['no-alpn'] },
  certificate_required: { meaning: 'the client sent no certificate', reasons: ['client-certificate'] },
}

const curlStatuses: readonly (readonly [number, string, string, readonly Reason[]])[] = [
  [7, 'CURLE_COULDNT_CONNECT', 'nobody listens there', ['connection-refused']],
  [28, 'CURLE_OPERATION_TIMEDOUT', 'the server did not answer in time', ['timeout']],
  [
    35,
    'CURLE_SSL_CONNECT_ERROR',
    'the handshake failed',
    ['protocol-version', 'not-tls', 'handshake-failure', 'malformed'],
  ],
  [56, 'CURLE_RECV_ERROR', 'the connection was lost while reading', ['client-certificate', 'connection-closed']],
  [60, 'CURLE_PEER_FAILED_VERIFICATION', 'the certificate is not accepted', certificateReasons],
  [64, 'CURLE_USE_SSL_FAILED', 'TLS was asked for, and the server has none', ['no-tls']],
  [67, 'CURLE_LOGIN_DENIED', 'the server takes no such login', ['authentication']],
  [91, 'CURLE_SSL_INVALIDCERTSTATUS', 'the OCSP staple is not accepted', ['revoked', 'revocation-unknown']],
]

/**
 * Everything that an input stands for as a code. A number that is the whole input is an OpenSSL verification result first,
 * then a TLS alert, then an exit status of curl; within a text a number counts only where words beside it name it as one.
 */
export function readingsOf(input: string): readonly Reading[] {
  const text = input.trim()
  const bare = /^\d{1,3}$/.test(text) ? Number(text) : undefined
  const verified = codesIn(text)
    .filter(({ code }) => bare === undefined || code === bare)
    .filter((one) => bare !== undefined || one.reason !== null || namesVerification(text, one.name))
    .map((one) => verifyReading(one.code))
  return [...verified, ...alertsIn(text, bare), ...curlIn(text, bare)].flatMap((one) => (one ? [one] : []))
}

/** `out of memory` is said by everybody; what no reason is for needs a word that makes it OpenSSL's. */
const namesVerification = (text: string, name: string): boolean =>
  text.includes(name) || /verif|certificate|x509|error \d+ at \d+ depth/i.test(text)

function verifyReading(code: number): Reading | undefined {
  const found = verifyCodes.find((one) => one.code === code)
  if (!found) return undefined
  const { name, text, reason } = found
  return {
    of: 'OpenSSL verification result',
    code,
    name: `X509_V_ERR_${name}`,
    meaning: text,
    reasons: reason ? [reason] : [],
  }
}

const numbered = /\b(?:SSL alert number |(?:fatal|TLS|SSL) alert:? ?[([]?|Received alert \[)(\d{1,3})(?!\d)/i

/** Go has words of its own for some. */
const goAlerts: Readonly<Record<string, string>> = {
  'unknown certificate authority': 'unknown_ca',
  'unknown certificate': 'certificate_unknown',
  'expired certificate': 'certificate_expired',
  'revoked certificate': 'certificate_revoked',
  'protocol version not supported': 'protocol_version',
  'insufficient security level': 'insufficient_security',
}

/** GnuTLS too, behind its sentence. */
const gnutlsAlerts: Readonly<Record<string, string>> = {
  'certificate is bad': 'bad_certificate',
  'certificate is not supported': 'unsupported_certificate',
  'certificate was revoked': 'certificate_revoked',
  'certificate is expired': 'certificate_expired',
  'unknown certificate': 'certificate_unknown',
  'ca is unknown': 'unknown_ca',
  'handshake failed': 'handshake_failure',
  'error in protocol version': 'protocol_version',
}

function alertsIn(text: string, bare: number | undefined): readonly Reading[] {
  const named = alertNamed(text)
  const number = bare ?? Number(numbered.exec(text)?.[1] ?? Number.NaN)
  return [...alertNames]
    .filter(([code, name]) => (named === undefined ? code === number : name === named))
    .map(([code, name]) => {
      const known = alerts[name]
      return {
        of: 'TLS alert',
        code,
        name,
        meaning: known?.meaning ?? name.replaceAll('_', ' '),
        reasons: known?.reasons ?? [],
      }
    })
}

/** The alert that a text names, in whatever case and with whatever between its words; the whole text may be its name. */
function alertNamed(text: string): string | undefined {
  const go = /remote error: tls: ([a-z ]+)/.exec(text)?.[1]?.trim()
  if (go !== undefined) return goAlerts[go] ?? go.replaceAll(' ', '_')
  const gnutls = /fatal alert has been received\.: ([\w ]+)/i.exec(text)?.[1]?.trim().toLowerCase()
  if (gnutls !== undefined) return gnutlsAlerts[gnutls]
  // OpenSSL's verification has words of its own that are an alert's name too.
  const whole = codesIn(text).length === 0
  const letters = text.toLowerCase().replace(/[^a-z]/g, '')
  const names = [...alertNames.values()].sort((a, b) => b.length - a.length)
  return names.find((name) => {
    const compact = name.replaceAll('_', '')
    return (
      (whole && letters === compact) ||
      new RegExp(
        `(?:ssl|tls|tlsv|sslv|fatal|alertfatal|alertlevelfataldescription)(?:alert)?(?<=alert|alertfatal|description)${compact}`,
      ).test(letters)
    )
  })
}

function curlIn(text: string, bare: number | undefined): readonly Reading[] {
  const number = bare ?? Number(/\bcurl(?::| error| exit)?:? ?\(?(\d{1,2})\b/i.exec(text)?.[1] ?? Number.NaN)
  return curlStatuses
    .filter(([code, name]) => code === number || text.includes(name))
    .map(([code, name, meaning, reasons]) => ({ of: 'curl exit status', code, name, meaning, reasons }))
}
