import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { nothing, number } from './bytes.ts'
import { decryptBlocks, encryptBlocks, Rc4 } from './ciphers.ts'
import { badRecord, freshIv, type Protection, Sequence } from './protection.ts'
import type { Suite } from './suites.ts'

/** What a direction of SSL 3.0 to TLS 1.2 takes from the key block. */
export interface MacKeys {
  readonly mac: Buffer
  readonly key: Buffer
  readonly iv: Buffer
}

/** NULL, RC4 and CBC with a MAC: MAC-then-encrypt, or the other way round (RFC 7366). */
export function macProtection(
  { cipher, mac }: Suite,
  version: number,
  keys: MacKeys,
  order: 'mac-then-encrypt' | 'encrypt-then-mac',
): Protection {
  const sequence = new Sequence()
  const macOf = version === 0x0300 ? ssl3Mac(mac, keys.mac) : tlsMac(mac, keys.mac, version)
  const macSize = keys.mac.length
  const code = cipherOf(cipher, version, keys)
  const same = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

  const splitMac = (bytes: Buffer): readonly [data: Buffer, mac: Buffer] => {
    const size = bytes.length - macSize
    if (size < 0) throw badRecord()
    return [bytes.subarray(0, size), bytes.subarray(size)]
  }

  if (order === 'encrypt-then-mac') {
    return {
      kind: 'mac',
      seal(type, shown, data) {
        const secret = code.encrypt(data)
        return { type, version: shown, body: Buffer.concat([secret, macOf(sequence.take(), type, secret)]) }
      },
      open(type, _version, body) {
        const [secret, given] = splitMac(body)
        if (!same(given, macOf(sequence.take(), type, secret))) throw badRecord()
        return { type, data: code.decrypt(secret) }
      },
    }
  }
  return {
    kind: 'mac',
    seal(type, shown, data) {
      return { type, version: shown, body: code.encrypt(Buffer.concat([data, macOf(sequence.take(), type, data)])) }
    },
    open(type, _version, body) {
      const [data, given] = splitMac(code.decrypt(body))
      if (!same(given, macOf(sequence.take(), type, data))) throw badRecord()
      return { type, data }
    },
  }
}

type Mac = (sequence: Buffer, type: number, data: Buffer) => Buffer

/** RFC 5246 §6.2.3.1. */
const tlsMac =
  (hash: string, key: Buffer, version: number): Mac =>
  (sequence, type, data) =>
    createHmac(hash, key)
      .update(Buffer.concat([sequence, number(1, type), number(2, version), number(2, data.length)]))
      .update(data)
      .digest()

/** RFC 6101 §5.2.3.1: no HMAC yet, and no version in it. */
const ssl3Mac = (hash: string, key: Buffer): Mac => {
  const size = hash === 'md5' ? 48 : 40
  const [inner, outer] = [Buffer.alloc(size, 0x36), Buffer.alloc(size, 0x5c)]
  return (sequence, type, data) => {
    const inside = createHash(hash).update(key).update(inner).update(sequence)
    inside.update(number(1, type)).update(number(2, data.length)).update(data)
    return createHash(hash).update(key).update(outer).update(inside.digest()).digest()
  }
}

interface Code {
  encrypt(plain: Buffer): Buffer
  decrypt(secret: Buffer): Buffer
}

function cipherOf({ kind, algorithm, iv: block }: Suite['cipher'], version: number, { key, iv }: MacKeys): Code {
  if (kind === 'null') return { encrypt: (plain) => plain, decrypt: (secret) => secret }
  if (kind === 'stream') {
    const stream = new Rc4(key)
    return { encrypt: (plain) => stream.update(plain), decrypt: (secret) => stream.update(secret) }
  }
  // Until TLS 1.0 the last block of a record is the IV of the next.
  const chains = version < 0x0302
  let chained = iv
  const ivOf = (): Buffer => (chains ? chained : freshIv(block))
  return {
    encrypt(plain) {
      const pad = block - 1 - (plain.length % block)
      const first = ivOf()
      const secret = encryptBlocks(algorithm, key, first, Buffer.concat([plain, Buffer.alloc(pad + 1, pad)]))
      if (chains) chained = secret.subarray(-block)
      return Buffer.concat([chains ? nothing : first, secret])
    },
    decrypt(secret) {
      const first = chains ? chained : secret.subarray(0, block)
      const blocks = chains ? secret : secret.subarray(block)
      if (first.length < block || blocks.length === 0 || blocks.length % block !== 0) throw badRecord()
      if (chains) chained = Buffer.from(blocks.subarray(-block))
      return unpadded(decryptBlocks(algorithm, key, first, blocks), version, block)
    },
  }
}

/** SSL 3.0 says nothing of what padding holds, TLS all of it. */
function unpadded(plain: Buffer, version: number, block: number): Buffer {
  const pad = plain.at(-1) as number
  const size = plain.length - 1 - pad
  if (size < 0 || (version === 0x0300 && pad >= block)) throw badRecord()
  if (version > 0x0300 && plain.subarray(size).some((octet) => octet !== pad)) throw badRecord()
  return plain.subarray(0, size)
}
