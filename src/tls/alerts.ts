import type { AlertRecord } from '../record/record.ts'
import { alertCode, alertNames } from '../scenarios/alert-names.ts'

/** An alert as records tell of it. */
export const alertOf = (code: number): AlertRecord => ({ code, name: alertNames.get(code) ?? `alert_${code}` })

/**
 * An alert record in bytes that came in clear: what a client sends that took text, or an old ServerHello, for the start of
 * a handshake. RFC 8446 §6: content type 21, a version, two octets, level and description.
 */
export function alertInClear(bytes: Buffer): AlertRecord | null {
  const isAlert = bytes.length >= 7 && bytes[0] === 21 && bytes[1] === 3 && bytes.readUInt16BE(3) === 2
  return isAlert ? alertOf(bytes[6] ?? 0) : null
}

/** An alert as a record in clear, and as a fact. */
export function alertInRecord(
  id: string | number,
  level: 'warning' | 'fatal',
): { readonly bytes: Buffer; readonly alert: AlertRecord } {
  const code = alertCode(id)
  if (code === undefined) throw new Error(`there is no alert '${id}'`)
  return { bytes: Buffer.from([21, 3, 3, 0, 2, level === 'fatal' ? 2 : 1, code]), alert: alertOf(code) }
}
