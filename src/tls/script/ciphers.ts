import { createCipheriv, createDecipheriv } from 'node:crypto'

/** RC4 (RFC 6229 has its vectors), which no OpenSSL of today gives. Its own state goes on from record to record. */
export class Rc4 {
  readonly #state = Uint8Array.from({ length: 256 }, (_, index) => index)
  #i = 0
  #j = 0

  constructor(key: Buffer) {
    for (let i = 0, j = 0; i < 256; i++) {
      j = (j + at(this.#state, i) + at(key, i % key.length)) & 255
      swap(this.#state, i, j)
    }
  }

  update(bytes: Buffer): Buffer {
    const state = this.#state
    return Buffer.from(
      bytes.map((octet) => {
        this.#i = (this.#i + 1) & 255
        this.#j = (this.#j + at(state, this.#i)) & 255
        swap(state, this.#i, this.#j)
        return octet ^ at(state, (at(state, this.#i) + at(state, this.#j)) & 255)
      }),
    )
  }
}

const at = (bytes: Uint8Array, index: number): number => bytes[index] as number

function swap(bytes: Uint8Array, i: number, j: number): void {
  const kept = at(bytes, i)
  bytes[i] = at(bytes, j)
  bytes[j] = kept
}

/** Node's OpenSSL has no single DES: 3DES with the same key thrice is it. */
const keyed = (algorithm: string, key: Buffer): readonly [string, Buffer] =>
  algorithm === 'des-cbc' ? ['des-ede3-cbc', Buffer.concat([key, key, key])] : [algorithm, key]

/** CBC without padding of its own: the octets are whole blocks. */
export function encryptBlocks(algorithm: string, key: Buffer, iv: Buffer, blocks: Buffer): Buffer {
  const cipher = createCipheriv(...keyed(algorithm, key), iv).setAutoPadding(false)
  return Buffer.concat([cipher.update(blocks), cipher.final()])
}

export function decryptBlocks(algorithm: string, key: Buffer, iv: Buffer, blocks: Buffer): Buffer {
  const cipher = createDecipheriv(...keyed(algorithm, key), iv).setAutoPadding(false)
  return Buffer.concat([cipher.update(blocks), cipher.final()])
}
