import type { AlertRecord } from '../../record/record.ts'
import { alertNames } from '../../scenarios/alert-names.ts'
import { alertOf } from '../alerts.ts'

const codes: ReadonlyMap<string, number> = new Map([...alertNames].map(([code, name]) => [name, code]))

/** An error as Node's TLS reports it; every property is absent on some of them. */
export interface TlsError extends Error {
  readonly code?: string
  readonly reason?: string
  readonly syscall?: string
}

/** OpenSSL's words for an alert that are not the registry's. */
const spellings: Readonly<Record<string, string>> = {
  certificate_verify_failed: 'certificate_unknown',
  user_cancelled: 'user_canceled',
  export_restriction: 'export_restriction',
}

/**
 * The alert that the peer sent, read from an error of Node's TLS. OpenSSL appends `SSL alert number N` to its own text;
 * where that is cut off, the reason string is taken apart (`tlsv1 alert unknown ca`, `ssl/tls alert bad certificate`).
 */
export function alertReceived(error: TlsError): AlertRecord | null {
  const number = /SSL alert number (\d+)/.exec(error.message)
  if (number) return alertOf(Number(number[1]))
  const words = /^(?:sslv3|tlsv1|tlsv13|ssl\/tls) alert (.+)$/.exec(error.reason ?? '')
  if (!words?.[1]) return null
  const spelled = words[1].replaceAll(' ', '_')
  const name = spellings[spelled] ?? spelled
  const code = codes.get(name)
  return code === undefined ? { name } : { code, name }
}

/**
 * What OpenSSL sends for the failures that a server meets, by the reason that it gives. Derived, not observed: within TLS
 * an alert is encrypted like everything else.
 */
const reasonsOfAlertsSent: Readonly<Record<number, readonly string[]>> = {
  10: [
    'unexpected message',
    'unexpected record',
    'bad record type',
    'unexpected ccs message',
    'invalid ccs message',
    'ccs received early',
    'not on record boundary',
    'mixed handshake and non handshake data',
    'application data after close notify',
    'too many warn alerts',
    'too many key updates',
  ],
  // GCM's own words stand in front of those of TLS.
  20: ['bad record mac', 'decryption failed or bad record mac', 'cipher operation failed'],
  22: ['data length too long', 'encrypted length too long', 'packet length too long'],
  40: [
    'no shared cipher',
    'no suitable key share',
    'no suitable signature algorithm',
    'no shared signature algorithms',
    'no suitable groups',
    'renegotiation mismatch',
    'unsafe legacy renegotiation disabled',
    'inconsistent extms',
  ],
  46: ['certificate verify failed'],
  47: ['bad key share', 'bad ecpoint', 'wrong curve', 'binder does not verify', 'no ciphers specified', 'bad dh value'],
  50: ['length mismatch', 'bad extension', 'bad length', 'bad digest length', 'decode error'],
  51: ['digest check failed', 'bad signature'],
  70: ['unsupported protocol', 'unsupported ssl version', 'version too low', 'wrong version number'],
  86: ['inappropriate fallback'],
  109: ['missing sigalgs extension', 'missing supported groups extension'],
  116: ['peer did not return a certificate'],
  120: ['no application protocol'],
}

const sentFor: ReadonlyMap<string, number> = new Map(
  Object.entries(reasonsOfAlertsSent).flatMap(([code, reasons]) => reasons.map((reason) => [reason, Number(code)])),
)

/** The alert that OpenSSL sends with this error, where that is known. */
export function alertSent(error: TlsError, version: string | null): AlertRecord | null {
  const code = sentFor.get(error.reason ?? '')
  if (code === undefined) return null
  // certificate_required is of TLS 1.3; before it, the same failure is a handshake_failure.
  return alertOf(code === 116 && version !== 'TLSv1.3' ? 40 : code)
}
