import { MockmailError } from '../errors.ts'
import type { Bytes, Edit } from '../scenarios/entry.ts'
import { isEdit } from '../scenarios/recipe/forms.ts'
import type { Places } from '../scenarios/recipe/places.ts'
import { formatPem } from './pem.ts'
import { bytesOf } from './values.ts'

/**
 * What stands in place of the right bytes: others, or these with one change.
 * @throws {MockmailError} INVALID_DEFINITION where the change finds nothing to change
 */
export const changed = (right: Uint8Array, change: Bytes | Edit | undefined, places: Places): Uint8Array => {
  if (change === undefined) return right
  if (!isEdit(change)) return bytesOf(change, places)
  if ('pem' in change) return Buffer.from(formatPem('CERTIFICATE', right))
  if ('append' in change) return Buffer.concat([right, Buffer.from(change.append, 'hex')])
  if ('cut' in change) return right.subarray(0, change.cut)
  return 'flipBit' in change ? flipped(right, change.flipBit) : replaced(right, change.replaceBytes)
}

const flipped = (right: Uint8Array, bit: number): Uint8Array => {
  const at = bit < 0 ? right.length * 8 + bit : bit
  const octet = right[at >> 3]
  if (octet === undefined) throw nothingToChange(`flipBit(${bit})`, `there are ${right.length * 8} bits`)
  const copy = Buffer.from(right)
  copy[at >> 3] = octet ^ (0x80 >> (at & 7))
  return copy
}

const replaced = (right: Uint8Array, [from, to]: readonly [string, string]): Uint8Array => {
  const bytes = Buffer.from(right)
  const wanted = Buffer.from(from, 'hex')
  const at = bytes.indexOf(wanted)
  if (at < 0) throw nothingToChange(`replaceBytes('${from}', …)`, `the right bytes are ${bytes.toString('hex')}`)
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(to, 'hex'), bytes.subarray(at + wanted.length)])
}

const nothingToChange = (edit: string, why: string): MockmailError =>
  new MockmailError('INVALID_DEFINITION', `${edit} finds nothing to change: ${why}.`)
