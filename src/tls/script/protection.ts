import { type CipherGCMTypes, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Fatal, nothing, number } from './bytes.ts'
import type { Cipher } from './suites.ts'

/** Content types, RFC 8446 §5.1. */
export const contentTypes = { changeCipherSpec: 20, alert: 21, handshake: 22, data: 23 } as const

/** A record without its header. */
export interface Sealed {
  readonly type: number
  readonly version: number
  readonly body: Buffer
}

/** What one direction of a connection does to its records. Putting another in its place is the whole of a change of keys. */
export interface Protection {
  readonly kind: 'clear' | 'mac' | 'aead' | 'tls13'
  /** @param pad zeros behind the content (TLS 1.3); a negative number of them stands alone, without content type */
  seal(type: number, version: number, data: Buffer, pad: number): Sealed
  /**
   * What a record holds.
   *
   * @throws {Fatal} where it cannot be read
   */
  open(type: number, version: number, body: Buffer): { readonly type: number; readonly data: Buffer }
}

/** No protection. */
export const clear: Protection = {
  kind: 'clear',
  seal: (type, version, body) => ({ type, version, body }),
  open: (type, _version, data) => ({ type, data }),
}

/** A record that the keys do not open. */
export const badRecord = (): Fatal => new Fatal(20, 'a record cannot be deciphered')

/** A sequence number, eight octets. */
export class Sequence {
  #next = 0

  /** The one of the next record. */
  get next(): Buffer {
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32BE(Math.floor(this.#next / 2 ** 32), 0)
    bytes.writeUInt32BE(this.#next % 2 ** 32, 4)
    return bytes
  }

  /** The same, and counts it. */
  take(): Buffer {
    const bytes = this.next
    this.#next++
    return bytes
  }
}

/** RFC 8446 §5.3: the sequence number over the end of the IV. */
function nonceOf(iv: Buffer, sequence: Buffer): Buffer {
  const nonce = Buffer.from(iv)
  const from = nonce.length - 8
  for (let i = 0; i < 8; i++) nonce[from + i] = (nonce[from + i] as number) ^ (sequence[i] as number)
  return nonce
}

/** Node's types know this shape of call for GCM only, and what is called is the same for CCM and ChaCha20. */
const gcm = (algorithm: string): CipherGCMTypes => algorithm as CipherGCMTypes

function encrypt(cipher: Cipher, key: Buffer, nonce: Buffer, aad: Buffer, plain: Buffer): Buffer {
  const made = createCipheriv(gcm(cipher.algorithm), key, nonce, { authTagLength: cipher.tag })
  made.setAAD(aad, { plaintextLength: plain.length })
  return Buffer.concat([made.update(plain), made.final(), made.getAuthTag()])
}

function decrypt(cipher: Cipher, key: Buffer, nonce: Buffer, aad: Buffer, body: Buffer): Buffer {
  const size = body.length - cipher.tag
  if (size < 0) throw badRecord()
  try {
    const made = createDecipheriv(gcm(cipher.algorithm), key, nonce, { authTagLength: cipher.tag })
    made.setAuthTag(body.subarray(size))
    made.setAAD(aad, { plaintextLength: size })
    const plain = made.update(body.subarray(0, size))
    made.final()
    return plain
  } catch {
    throw badRecord()
  }
}

/** AEAD of TLS 1.3, RFC 8446 §5.2. */
export function tls13Protection(cipher: Cipher, key: Buffer, iv: Buffer): Protection {
  const sequence = new Sequence()
  const outer = 0x0303
  const header = (size: number): Buffer =>
    Buffer.concat([number(1, contentTypes.data), number(2, outer), number(2, size)])
  return {
    kind: 'tls13',
    seal(type, _version, data, pad) {
      const inner = pad < 0 ? Buffer.alloc(-pad) : Buffer.concat([data, number(1, type), Buffer.alloc(pad)])
      const aad = header(inner.length + cipher.tag)
      return {
        type: contentTypes.data,
        version: outer,
        body: encrypt(cipher, key, nonceOf(iv, sequence.take()), aad, inner),
      }
    },
    open(type, _version, body) {
      if (type !== contentTypes.data) throw new Fatal(10, `a record of type ${type} under TLS 1.3`)
      // What cannot be read is not counted: early data is under other keys, and passed over.
      const inner = decrypt(cipher, key, nonceOf(iv, sequence.next), header(body.length), body)
      sequence.take()
      let end = inner.length - 1
      while (end >= 0 && inner[end] === 0) end--
      if (end < 0) throw new Fatal(10, 'a record of padding alone')
      return { type: inner[end] as number, data: inner.subarray(0, end) }
    },
  }
}

/** AEAD of TLS 1.2: RFC 5288 and 6655 with an explicit nonce, RFC 7905 without. */
export function aeadProtection(cipher: Cipher, key: Buffer, iv: Buffer): Protection {
  const sequence = new Sequence()
  const explicit = cipher.iv === 4 ? 8 : 0
  const aadOf = (counted: Buffer, type: number, version: number, size: number): Buffer =>
    Buffer.concat([counted, number(1, type), number(2, version), number(2, size)])
  return {
    kind: 'aead',
    seal(type, version, data) {
      const counted = sequence.take()
      const nonce = explicit > 0 ? Buffer.concat([iv, counted]) : nonceOf(iv, counted)
      const body = encrypt(cipher, key, nonce, aadOf(counted, type, version, data.length), data)
      return { type, version, body: explicit > 0 ? Buffer.concat([counted, body]) : body }
    },
    open(type, version, body) {
      const counted = sequence.take()
      if (body.length < explicit + cipher.tag) throw badRecord()
      const nonce = explicit > 0 ? Buffer.concat([iv, body.subarray(0, explicit)]) : nonceOf(iv, counted)
      const rest = body.subarray(explicit)
      const aad = aadOf(counted, type, version, rest.length - cipher.tag)
      return { type, data: decrypt(cipher, key, nonce, aad, rest) }
    },
  }
}

/** The explicit IV of a CBC record from TLS 1.1 on; the one that chains before. */
export const freshIv = (size: number): Buffer => (size === 0 ? nothing : randomBytes(size))
