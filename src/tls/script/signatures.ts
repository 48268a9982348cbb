import { constants, generateKeyPairSync, type KeyObject, publicDecrypt, sign, verify } from 'node:crypto'
import { Fatal } from './bytes.ts'

interface Scheme {
  readonly id: number
  /** The kind of key, as Node calls it. */
  readonly key: 'rsa' | 'rsa-pss' | 'ec' | 'ed25519' | 'ed448' | 'dsa'
  readonly hash: string | null
  readonly padding?: 'pss'
  /** The curve that TLS 1.3 ties it to. */
  readonly curve?: string
  /** Whether a handshake of TLS 1.3 may have it. */
  readonly modern: boolean
}

/** SignatureSchemes, RFC 8446 §4.2.3, the best first. A list: an object would put the small numbers in front. */
const schemes: readonly Scheme[] = [
  { id: 0x0403, key: 'ec', hash: 'sha256', curve: 'prime256v1', modern: true },
  { id: 0x0503, key: 'ec', hash: 'sha384', curve: 'secp384r1', modern: true },
  { id: 0x0603, key: 'ec', hash: 'sha512', curve: 'secp521r1', modern: true },
  { id: 0x0807, key: 'ed25519', hash: null, modern: true },
  { id: 0x0808, key: 'ed448', hash: null, modern: true },
  { id: 0x0804, key: 'rsa', hash: 'sha256', padding: 'pss', modern: true },
  { id: 0x0805, key: 'rsa', hash: 'sha384', padding: 'pss', modern: true },
  { id: 0x0806, key: 'rsa', hash: 'sha512', padding: 'pss', modern: true },
  { id: 0x0809, key: 'rsa-pss', hash: 'sha256', padding: 'pss', modern: true },
  { id: 0x080a, key: 'rsa-pss', hash: 'sha384', padding: 'pss', modern: true },
  { id: 0x080b, key: 'rsa-pss', hash: 'sha512', padding: 'pss', modern: true },
  { id: 0x0401, key: 'rsa', hash: 'sha256', modern: false },
  { id: 0x0501, key: 'rsa', hash: 'sha384', modern: false },
  { id: 0x0601, key: 'rsa', hash: 'sha512', modern: false },
  { id: 0x0203, key: 'ec', hash: 'sha1', modern: false },
  { id: 0x0201, key: 'rsa', hash: 'sha1', modern: false },
  { id: 0x0402, key: 'dsa', hash: 'sha256', modern: false },
  { id: 0x0202, key: 'dsa', hash: 'sha1', modern: false },
  { id: 0x0101, key: 'rsa', hash: 'md5', modern: false },
]

const byId: ReadonlyMap<number, Scheme> = new Map(schemes.map((scheme) => [scheme.id, scheme]))

/** The numbers, the best first: what a correct server has, and asks of a client. */
export const usualSchemes: readonly number[] = schemes.map(({ id }) => id)

/** What makes the server's signatures: a key, or a function where no key can. */
export type Signer = KeyObject | ((input: Buffer, scheme: number) => Buffer)

/** What kind of certificate an older version takes the signer's for. */
export function authOf(signer: Signer): 'rsa' | 'ecdsa' | 'dss' {
  const type = typeof signer === 'function' ? 'rsa' : signer.asymmetricKeyType
  if (type === 'dsa') return 'dss'
  return type === 'rsa' || type === 'rsa-pss' ? 'rsa' : 'ecdsa'
}

/**
 * The scheme of a signature: the first that we have, the client takes and the key can make.
 *
 * @throws {Fatal} handshake_failure, where there is none
 */
export function chosenScheme(
  signer: Signer,
  version: number,
  ours: readonly number[],
  offered: readonly number[] | undefined,
): number {
  const found = ours.find((id) => {
    const scheme = byId.get(id)
    return scheme !== undefined && fits(scheme, signer, version) && (offered?.includes(id) ?? true)
  })
  if (found === undefined) throw new Fatal(40, 'no signature scheme in common')
  return found
}

function fits(scheme: Scheme, signer: Signer, version: number): boolean {
  if (version === 0x0304 && !scheme.modern) return false
  if (typeof signer === 'function') return true
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = signer
  if (scheme.key !== type) return false
  if (version === 0x0304 && scheme.curve !== undefined) return details?.namedCurve === scheme.curve
  // Of PSS the modulus has to hold two hashes and two octets.
  const { modulusLength } = details ?? {}
  return scheme.padding !== 'pss' || modulusLength === undefined || modulusLength >= 16 * hashOctets(scheme) + 16
}

const hashOctets = ({ hash }: Scheme): number => (hash === 'sha256' ? 32 : hash === 'sha384' ? 48 : 64)

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } as const

/** A signature of TLS 1.2 and 1.3. What the key cannot make is made with what it can, so that a lie is told to its end. */
export function signed(signer: Signer, scheme: number, input: Buffer): Buffer {
  if (typeof signer === 'function') return signer(input, scheme)
  const named = byId.get(scheme)
  const usable =
    named?.key === signer.asymmetricKeyType ? named : schemes.find(({ key }) => key === signer.asymmetricKeyType)
  return sign(usable?.hash ?? null, input, usable?.padding === 'pss' ? { key: signer, ...pss } : signer)
}

/** Until TLS 1.1: MD5 and SHA-1 with RSA, SHA-1 with anything else. RFC 4346 §7.4.3. */
export const signedOld = (signer: Signer, input: Buffer): Buffer =>
  typeof signer === 'function' ? signer(input, 0) : sign(oldHash(signer), input, signer)

const oldHash = ({ asymmetricKeyType: type }: KeyObject): string | null => {
  if (type === 'rsa') return 'md5-sha1'
  return type === 'ed25519' || type === 'ed448' ? null : 'sha1'
}

/** Whether a client's signature is right; `scheme` is undefined before TLS 1.2. */
export function isSigned(key: KeyObject, scheme: number | undefined, input: Buffer, signature: Buffer): boolean {
  try {
    if (scheme === undefined) return verify(oldHash(key), input, key, signature)
    const named = byId.get(scheme)
    if (named === undefined || named.key !== key.asymmetricKeyType) return false
    return verify(named.hash, input, named.padding === 'pss' ? { key, ...pss } : key, signature)
  } catch {
    return false
  }
}

/** What an RSA signature without DigestInfo was made of; undefined where it is none. */
export function signedDigest(key: KeyObject, signature: Buffer): Buffer | undefined {
  try {
    return publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature)
  } catch {
    return undefined
  }
}

/** Keys that belong to no certificate, by kind; made when first asked for. */
const others = new Map<string, KeyObject>()

/** Another key of the same kind. */
export function otherKey(signer: Signer): Signer {
  if (typeof signer === 'function') return (input, scheme) => Buffer.from(signer(input, scheme)).reverse()
  const { namedCurve = '', modulusLength = 0 } = signer.asymmetricKeyDetails ?? {}
  const kind = `${signer.asymmetricKeyType} ${namedCurve} ${modulusLength}`
  const made = others.get(kind) ?? freshKey(signer.asymmetricKeyType, namedCurve, modulusLength)
  others.set(kind, made)
  return made
}

function freshKey(type: KeyObject['asymmetricKeyType'], namedCurve: string, modulusLength: number): KeyObject {
  if (type === 'ec') return generateKeyPairSync('ec', { namedCurve }).privateKey
  if (type === 'rsa') return generateKeyPairSync('rsa', { modulusLength: Math.min(modulusLength, 2048) }).privateKey
  if (type === 'rsa-pss')
    return generateKeyPairSync('rsa-pss', { modulusLength: Math.min(modulusLength, 2048) }).privateKey
  if (type === 'ed448') return generateKeyPairSync('ed448').privateKey
  if (type === 'dsa') return generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).privateKey
  return generateKeyPairSync('ed25519').privateKey
}
