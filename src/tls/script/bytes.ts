import type { Edit, Edits } from '../../scenarios/tls-script.ts'

export const nothing = Buffer.alloc(0)

/** Raised when the peer has to be told of a failure by this alert; it never leaves the engine. */
export class Fatal extends Error {
  readonly code: number

  constructor(code: number, why: string) {
    super(why)
    this.code = code
  }
}

/** A number of so many octets; what does not fit is cut, so that a lie never throws. */
export function number(size: number, value: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  let left = value
  for (let at = size - 1; at >= 0; at--) {
    bytes[at] = left % 256
    left = Math.floor(left / 256)
  }
  return bytes
}

/** Octets with their length in front, RFC 8446 §3.4. A part that is null is absent; where all are, so is the vector. */
export function vector(size: number, ...parts: readonly (Buffer | null)[]): Buffer {
  const there = parts.filter((part) => part !== null)
  if (there.length === 0 && parts.length > 0) return nothing
  const body = there.length === 1 ? (there[0] as Buffer) : Buffer.concat(there)
  return Buffer.concat([number(size, body.length), body])
}

/** Joins what is there. */
export const joined = (...parts: readonly (Buffer | null)[]): Buffer =>
  Buffer.concat(parts.filter((part) => part !== null))

/** A list of numbers of so many octets each. */
export const numbers = (size: number, values: readonly number[]): Buffer =>
  Buffer.concat(values.map((value) => number(size, value)))

export const fromHex = (hex: string): Buffer => Buffer.from(hex, 'hex')

/** Octets of an effect: a string is latin1. */
export const octets = (bytes: string | Uint8Array): Buffer =>
  typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : Buffer.from(bytes)

/** The octets with these edits, one after the other. What is given stays as it is. */
export function edited(bytes: Buffer, edits: Edits | undefined): Buffer {
  if (edits === undefined) return bytes
  const list = Array.isArray(edits) ? (edits as readonly Edit[]) : [edits as Edit]
  return list.reduce(applied, bytes)
}

function applied(bytes: Buffer, edit: Edit): Buffer {
  if ('flip' in edit) return flipped(bytes, edit.flip)
  if ('cut' in edit) return bytes.subarray(0, Math.max(0, bytes.length - edit.cut))
  if ('drop' in edit) return bytes.subarray(edit.drop)
  if ('append' in edit) return Buffer.concat([bytes, fromHex(edit.append)])
  if ('prepend' in edit) return Buffer.concat([fromHex(edit.prepend), bytes])
  if ('fill' in edit) return Buffer.alloc(edit.fill[1], edit.fill[0])
  if ('hex' in edit) return fromHex(edit.hex)
  const [at, out, put] = edit.splice
  const from = at < 0 ? Math.max(0, bytes.length + at) : Math.min(at, bytes.length)
  return Buffer.concat([bytes.subarray(0, from), fromHex(put), bytes.subarray(from + out)])
}

/** With one bit changed, the most significant of the first octet being 0 and the last one -1. */
export function flipped(bytes: Buffer, bit: number): Buffer {
  const at = bit < 0 ? bytes.length * 8 + bit : bit
  const changed = Buffer.from(bytes)
  const octet = changed[at >> 3]
  if (at >= 0 && octet !== undefined) changed[at >> 3] = octet ^ (0x80 >> (at & 7))
  return changed
}
