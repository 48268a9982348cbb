import { createHash, createHmac } from 'node:crypto'
import { nothing, number, vector } from './bytes.ts'
import type { Suite } from './suites.ts'

const digest = (hash: string, ...parts: readonly Buffer[]): Buffer => {
  const made = createHash(hash)
  for (const part of parts) made.update(part)
  return made.digest()
}

const hmac = (hash: string, key: Buffer, data: Buffer): Buffer => createHmac(hash, key).update(data).digest()

export const hashSize = (hash: string): number => ({ md5: 16, sha1: 20, sha256: 32 })[hash] ?? 48

/** The hash over what both sides have sent. */
export const hashOf = (hash: string, messages: readonly Buffer[]): Buffer => digest(hash, ...messages)

// TLS 1.3, RFC 8446 §7.1

export const extract = hmacOf
function hmacOf(hash: string, salt: Buffer, secret: Buffer): Buffer {
  return hmac(hash, salt, secret)
}

/** HKDF-Expand, RFC 5869 §2.3. */
export function expand(hash: string, secret: Buffer, info: Buffer, size: number): Buffer {
  const blocks: Buffer[] = []
  for (let i = 1, last: Buffer = nothing; blocks.length * hashSize(hash) < size; i++) {
    last = hmac(hash, secret, Buffer.concat([last, info, number(1, i)]))
    blocks.push(last)
  }
  return Buffer.concat(blocks).subarray(0, size)
}

/** HKDF-Expand-Label. */
export const expandLabel = (hash: string, secret: Buffer, label: string, context: Buffer, size: number): Buffer =>
  expand(
    hash,
    secret,
    Buffer.concat([number(2, size), vector(1, Buffer.from(`tls13 ${label}`, 'latin1')), vector(1, context)]),
    size,
  )

/** Derive-Secret, its context being a hash already. */
export const deriveSecret = (hash: string, secret: Buffer, label: string, context: Buffer): Buffer =>
  expandLabel(hash, secret, label, context, hashSize(hash))

/** The key and IV of a traffic secret. */
export const trafficKeys = (
  { hash, cipher }: Suite,
  secret: Buffer,
): { readonly key: Buffer; readonly iv: Buffer } => ({
  key: expandLabel(hash, secret, 'key', nothing, cipher.key),
  iv: expandLabel(hash, secret, 'iv', nothing, 12),
})

/** The verify_data of TLS 1.3, and a PSK's binder. */
export const finished13 = (hash: string, secret: Buffer, context: Buffer): Buffer =>
  hmac(hash, expandLabel(hash, secret, 'finished', nothing, hashSize(hash)), context)

// SSL 3.0 to TLS 1.2

/** How a version makes many octets of a secret. */
export type Prf = (secret: Buffer, label: string, seed: Buffer, size: number) => Buffer

/** P_hash, RFC 5246 §5. */
function stretched(hash: string, secret: Buffer, seed: Buffer, size: number): Buffer {
  const blocks: Buffer[] = []
  let a = seed
  while (blocks.length * hashSize(hash) < size) {
    a = hmac(hash, secret, a)
    blocks.push(hmac(hash, secret, Buffer.concat([a, seed])))
  }
  return Buffer.concat(blocks).subarray(0, size)
}

/** RFC 6101 §6.1: no label, and `A`, `BB`, `CCC` … in its place. */
const ssl3Prf: Prf = (secret, _label, seed, size) => {
  const blocks: Buffer[] = []
  for (let i = 0; i * 16 < size; i++) {
    const salt = Buffer.alloc(i + 1, 0x41 + i)
    blocks.push(digest('md5', secret, digest('sha1', salt, secret, seed)))
  }
  return Buffer.concat(blocks).subarray(0, size)
}

/** RFC 2246 §5: MD5 over one half of the secret, SHA-1 over the other. */
const tls10Prf: Prf = (secret, label, seed, size) => {
  const half = Math.ceil(secret.length / 2)
  const seeded = Buffer.concat([Buffer.from(label, 'latin1'), seed])
  const left = stretched('md5', secret.subarray(0, half), seeded, size)
  const right = stretched('sha1', secret.subarray(secret.length - half), seeded, size)
  return Buffer.from(left.map((octet, index) => octet ^ (right[index] as number)))
}

/** The pseudorandom function of a version. */
export const prfOf = (version: number, { hash }: Suite): Prf => {
  if (version === 0x0300) return ssl3Prf
  if (version < 0x0303) return tls10Prf
  return (secret, label, seed, size) =>
    stretched(hash, secret, Buffer.concat([Buffer.from(label, 'latin1'), seed]), size)
}

/** What an older version hashes of the handshake before it makes something of it. */
export const handshakeHash = (version: number, { hash }: Suite, messages: readonly Buffer[]): Buffer =>
  version < 0x0303
    ? Buffer.concat([digest('md5', ...messages), digest('sha1', ...messages)])
    : digest(hash, ...messages)

/** RFC 6101 §5.6.8 and §5.6.9: two hashes in each other, with the master secret and pads. */
export function ssl3Hashes(messages: readonly Buffer[], sender: Buffer, master: Buffer): Buffer {
  const half = (hash: string, size: number): Buffer =>
    digest(hash, master, Buffer.alloc(size, 0x5c), digest(hash, ...messages, sender, master, Buffer.alloc(size, 0x36)))
  return Buffer.concat([half('md5', 48), half('sha1', 40)])
}

/** The verify_data of an older version. */
export function finishedOf(
  version: number,
  suite: Suite,
  master: Buffer,
  side: 'client' | 'server',
  messages: readonly Buffer[],
): Buffer {
  if (version === 0x0300) return ssl3Hashes(messages, Buffer.from(side === 'client' ? 'CLNT' : 'SRVR'), master)
  return prfOf(version, suite)(master, `${side} finished`, handshakeHash(version, suite, messages), 12)
}

/** Keys of one direction. */
export interface SideKeys {
  readonly mac: Buffer
  readonly key: Buffer
  readonly iv: Buffer
}

/** The key block, cut up: RFC 5246 §6.3, and for EXPORT RFC 2246 §6.3.1 and RFC 6101 §6.2.2. */
export function keysOf(
  version: number,
  suite: Suite,
  master: Buffer,
  randoms: { readonly client: Buffer; readonly server: Buffer },
): { readonly client: SideKeys; readonly server: SideKeys } {
  const { cipher } = suite
  const prf = prfOf(version, suite)
  const macSize = cipher.kind === 'aead' ? 0 : hashSize(suite.mac)
  const keySize = cipher.secret ?? cipher.key
  const ivSize = suite.exported || (cipher.kind === 'cbc' && version > 0x0301) ? 0 : cipher.iv
  const { client, server } = randoms
  const block = prf(master, 'key expansion', Buffer.concat([server, client]), 2 * (macSize + keySize + ivSize))
  let at = 0
  const take = (size: number): Buffer => {
    at += size
    return block.subarray(at - size, at)
  }
  const [clientMac, serverMac] = [take(macSize), take(macSize)]
  const [clientKey, serverKey] = [take(keySize), take(keySize)]
  const [clientIv, serverIv] = [take(ivSize), take(ivSize)]
  const plain = {
    client: { mac: clientMac, key: clientKey, iv: clientIv },
    server: { mac: serverMac, key: serverKey, iv: serverIv },
  }
  if (!suite.exported) return plain
  const forth = Buffer.concat([client, server])
  const back = Buffer.concat([server, client])
  if (version === 0x0300) {
    const final = (key: Buffer, seed: Buffer): Buffer => digest('md5', key, seed).subarray(0, cipher.key)
    const iv = (seed: Buffer): Buffer => digest('md5', seed).subarray(0, cipher.iv)
    return {
      client: { mac: clientMac, key: final(clientKey, forth), iv: iv(forth) },
      server: { mac: serverMac, key: final(serverKey, back), iv: iv(back) },
    }
  }
  const ivs = prf(nothing, 'IV block', forth, 2 * cipher.iv)
  const final = (side: string, key: Buffer): Buffer => prf(key, `${side} write key`, forth, cipher.key)
  return {
    client: { mac: clientMac, key: final('client', clientKey), iv: ivs.subarray(0, cipher.iv) },
    server: { mac: serverMac, key: final('server', serverKey), iv: ivs.subarray(cipher.iv) },
  }
}
