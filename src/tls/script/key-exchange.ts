import {
  constants,
  createECDH,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  getDiffieHellman,
  type KeyObject,
  privateDecrypt,
  randomBytes,
} from 'node:crypto'
import { Fatal, fromHex } from './bytes.ts'

/** Our half of an agreement. */
export interface Share {
  readonly shown: Buffer
  /**
   * What both know then.
   *
   * @throws {Fatal} where the peer's half is none
   */
  secret(peer: Buffer): Buffer
}

/** Curves by number, RFC 8422, 7027 and 8734; those that Node's ECDH has. */
const curves: ReadonlyMap<number, string> = new Map([
  [19, 'prime192v1'],
  [21, 'secp224r1'],
  [22, 'secp256k1'],
  [23, 'prime256v1'],
  [24, 'secp384r1'],
  [25, 'secp521r1'],
  [26, 'brainpoolP256r1'],
  [27, 'brainpoolP384r1'],
  [28, 'brainpoolP512r1'],
  [31, 'brainpoolP256r1'],
  [32, 'brainpoolP384r1'],
  [33, 'brainpoolP512r1'],
])

/** RFC 7748: the curves, and the octet that their base point begins with. */
const montgomery: ReadonlyMap<
  number,
  { readonly type: 'x25519' | 'x448'; readonly name: string; readonly base: Buffer }
> = new Map([
  [29, { type: 'x25519', name: 'X25519', base: basePoint(9, 32) }],
  [30, { type: 'x448', name: 'X448', base: basePoint(5, 56) }],
])

function basePoint(first: number, size: number): Buffer {
  const point = Buffer.alloc(size)
  point[0] = first
  return point
}

const montgomeryKey = (name: string, point: Buffer): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: name, x: point.toString('base64url') }, format: 'jwk' })

/** Groups whose key agreement the engine has, by number. */
export const groups: ReadonlySet<number> = new Set([...curves.keys(), ...montgomery.keys()])

/** What a correct server of today has, the best first. */
export const usualGroups: readonly number[] = [29, 23, 24, 25]

const badShare = (): Fatal => new Fatal(47, 'a key share that is none')

/** Our half in a group. In one that nobody knows it is anything: no secret comes of it. */
export function shareOf(group: number): Share {
  const curve = curves.get(group)
  if (curve !== undefined) return curveShare(curve)
  const curved = montgomery.get(group)
  if (curved === undefined) return { shown: randomBytes(32), secret: () => randomBytes(32) }
  const { type, name, base } = curved
  // Node's types have no overload for a union.
  const { privateKey } = generateKeyPairSync(type as 'x25519')
  const secret = (peer: Buffer): Buffer =>
    agreed(() => diffieHellman({ privateKey, publicKey: montgomeryKey(name, peer) }))
  // Our half is what comes of the base point, which takes a fifth of the time that an export does.
  return { shown: secret(base), secret }
}

function curveShare(curve: string): Share {
  const own = createECDH(curve)
  return { shown: own.generateKeys(), secret: (peer) => agreed(() => own.computeSecret(peer)) }
}

function agreed(make: () => Buffer): Buffer {
  try {
    return make()
  } catch {
    throw badShare()
  }
}

/** A group of finite fields, and our half in it. */
export interface FiniteShare extends Share {
  readonly p: Buffer
  readonly g: Buffer
}

/** RFC 3526's 2048 bits, or any numbers: those that OpenSSL refuses are what this is for. */
export function finiteShare(dh: { readonly p: string; readonly g: string } | undefined): FiniteShare {
  if (dh !== undefined) return ownFiniteShare(fromHex(dh.p), fromHex(dh.g))
  const group = getDiffieHellman('modp14')
  const shown = group.generateKeys()
  // Older versions strip the leading zeros of the secret, RFC 5246 §8.1.2.
  return {
    p: group.getPrime(),
    g: group.getGenerator(),
    shown,
    secret: (peer) => stripped(agreed(() => group.computeSecret(peer))),
  }
}

function ownFiniteShare(p: Buffer, g: Buffer): FiniteShare {
  const [prime, generator] = [big(p), big(g)]
  const exponent = big(randomBytes(Math.min(32, p.length)))
  return {
    p,
    g,
    shown: octetsOf(power(generator, exponent, prime)),
    secret: (peer) => stripped(octetsOf(power(big(peer), exponent, prime))),
  }
}

const stripped = (bytes: Buffer): Buffer => {
  const first = bytes.findIndex((octet) => octet !== 0)
  return first < 0 ? bytes.subarray(0, 1) : bytes.subarray(first)
}

const big = (bytes: Buffer): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`))

const octetsOf = (value: bigint): Buffer => {
  const hex = value.toString(16)
  return fromHex(hex.length % 2 === 0 ? hex : `0${hex}`)
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  if (modulus === 0n) return 0n
  let result = 1n % modulus
  let square = base % modulus
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

/**
 * The premaster secret that a client has encrypted. Whatever is wrong with it, a random one comes out (RFC 5246 §7.4.7.1):
 * the handshake then fails at the Finished. Node has no PKCS#1 padding for this any more.
 */
export function decryptedPremaster(key: KeyObject, secret: Buffer, version: number): Buffer {
  const other = randomBytes(48)
  try {
    const size = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 2048) / 8)
    const padded = Buffer.concat([Buffer.alloc(Math.max(0, size - secret.length)), secret])
    const plain = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, padded)
    const premaster = plain.subarray(-48)
    const right =
      plain[0] === 0 && plain[1] === 2 && plain[plain.length - 49] === 0 && premaster.readUInt16BE(0) === version
    return right ? premaster : other
  } catch {
    return other
  }
}

let exportPair: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | undefined

/** The RSA key of 512 bits with which EXPORT suites agree: one for the process, made when it is first asked for. */
export function exportKey(): { readonly privateKey: KeyObject; readonly modulus: Buffer; readonly exponent: Buffer } {
  exportPair ??= generateKeyPairSync('rsa', { modulusLength: 512 })
  const der = exportPair.publicKey.export({ type: 'pkcs1', format: 'der' })
  // SEQUENCE { INTEGER modulus, INTEGER exponent }, of 65 octets (a zero in front) and three.
  return { privateKey: exportPair.privateKey, modulus: der.subarray(5, 69), exponent: der.subarray(71) }
}
