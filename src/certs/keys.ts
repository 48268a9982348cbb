import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MockmailError } from '../errors.ts'
import { packageFolder } from '../package-folder.ts'
import type { KeyDetails, KeyName, KeyType } from '../scenarios/entry.ts'
import { bitString, type Der, encodeElement, integer, parseDer, sequence } from './der.ts'

/** A private key with the forms of its public key that certificates hold. */
export interface KeyPair {
  /** `ec`, `rsa`, `rsa-pss`, `ed25519` and so on, as Node calls them. */
  readonly type: string
  /** Bits, as far as the name of a key says them. */
  readonly bits: number
  readonly privateKey: KeyObject
  /** SubjectPublicKeyInfo. */
  readonly spki: Der
  /** The octets of subjectPublicKey, without the tag, the length and the count of unused bits. */
  readonly publicKey: Buffer
  /** Their SHA-1, RFC 5280 §4.2.1.2 (1). */
  readonly keyId: Buffer
}

/** PKCS#8 PEM. */
export const formatPrivateKey = (key: KeyPair): string =>
  key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** The name of the key that a run's type stands for. */
export const keyNameOf = (type: KeyType): KeyName => (type === 'ec' ? 'P-256' : 'rsa-2048')

/**
 * A new key: P-256 takes a tenth of a millisecond, RSA-2048 between 0.05 and 1 second.
 * @throws {MockmailError} INVALID_DEFINITION where this Node cannot make one
 */
export const generateKey = (wanted: KeyName | KeyDetails): KeyPair => {
  const { details, type, options, bits } = generatorOf(wanted)
  try {
    return published(keyPair(generateKeyPairSync(type as 'ec', options as { namedCurve: string }), bits), details)
  } catch (cause) {
    throw noKey(details, cause)
  }
}

const noKey = ({ type }: KeyDetails, cause: unknown): MockmailError =>
  new MockmailError(
    'INVALID_DEFINITION',
    `This Node (OpenSSL ${process.versions.openssl}) cannot make a key '${type}'.`,
    {
      cause,
    },
  )

interface Generator {
  readonly details: KeyDetails
  readonly type: string
  readonly options: object
  readonly bits: number
}

const curveBits: Readonly<Record<string, number>> = { prime192v1: 192, secp224r1: 224, 'P-384': 384, 'P-521': 521 }

/** What to tell Node's generator. */
const generatorOf = (wanted: KeyName | KeyDetails): Generator => {
  const details: KeyDetails = typeof wanted === 'string' ? { type: wanted } : wanted
  const [, type, size] = /^(rsa|rsa-pss|dsa)-(\d+)$/.exec(details.type) ?? []
  if (type !== undefined) {
    const modulusLength = Number(size)
    // An exponent that no generator makes is written over the right one.
    const publicExponent = (details.publicExponent ?? 0) > 2 ? details.publicExponent : undefined
    const options = type === 'dsa' ? { divisorLength: 256 } : publicExponent === undefined ? {} : { publicExponent }
    return { details, type, options: { modulusLength, ...options }, bits: modulusLength }
  }
  if (/^(?:ed|ml-dsa)/.test(details.type)) return { details, type: details.type, options: {}, bits: 256 }
  const paramEncoding = details.paramEncoding === undefined ? {} : { paramEncoding: details.paramEncoding }
  const options = { namedCurve: details.type, ...paramEncoding }
  return { details, type: 'ec', options, bits: curveBits[details.type] ?? 256 }
}

/** RSA with an exponent that cannot be had from a generator. */
const published = (key: KeyPair, { publicExponent }: KeyDetails): KeyPair => {
  if (publicExponent === undefined || publicExponent > 2) return key
  const [algorithm] = parseDer(key.spki).children
  const [modulus] = parseDer(key.publicKey).children
  if (algorithm === undefined || modulus === undefined) return key
  const publicKey = Buffer.from(sequence(encodeElement(modulus), integer(publicExponent)))
  return {
    ...key,
    publicKey,
    spki: sequence(encodeElement(algorithm), bitString(publicKey)),
    keyId: keyIdOf(publicKey),
  }
}

/**
 * A key for a leaf: of RSA one that everybody knows where there is one of that size, so that no test waits for it.
 * @throws {MockmailError} INVALID_DEFINITION
 */
export const leafKey = (wanted: KeyName | KeyDetails): KeyPair => {
  const size = typeof wanted === 'string' ? /^rsa-(\d+)$/.exec(wanted)?.[1] : undefined
  return (size === undefined ? undefined : rsaTestKey('server', Number(size))) ?? generateKey(wanted)
}

/** A key of a certificate authority, made ahead where that takes long. */
export interface PendingKey {
  /** Settles when `take` is quick. Never rejects. */
  readonly ready: Promise<void>
  /** The same key every time; generated at once when it is not there yet. */
  take(): KeyPair
}

/** Begins to generate a key: RSA in the thread pool, others when they are taken. */
export const startKey = (wanted: KeyName | KeyDetails): PendingKey => {
  let key: KeyPair | undefined
  const take = () => (key ??= generateKey(wanted))
  const { details, type, options, bits } = generatorOf(wanted)
  if (!type.startsWith('rsa')) return { ready: Promise.resolve(), take }
  const ready = promisify(generateKeyPair)(type as 'rsa', options as { modulusLength: number }).then(
    (generated) => {
      key ??= published(keyPair(generated, bits), details)
    },
    () => undefined,
  )
  return { ready, take }
}

/**
 * A private key in PEM with its public forms.
 * @throws {MockmailError} PKI_UNUSABLE
 */
export const parsePrivateKey = (pem: string | Buffer, file: string): KeyPair => {
  try {
    const privateKey = createPrivateKey(pem)
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = privateKey
    if (type !== 'rsa' && !(type === 'ec' && details?.namedCurve === 'prime256v1')) {
      throw new TypeError(`a key of type ${type} ${details?.namedCurve ?? ''}`)
    }
    return keyPair({ privateKey, publicKey: createPublicKey(privateKey) }, details?.modulusLength ?? 256)
  } catch (cause) {
    throw new MockmailError('PKI_UNUSABLE', `${file} is not a private key in PEM that mockmail can use: P-256 or RSA`, {
      cause,
    })
  }
}

/** The public test keys of the package, by the part they play. */
export type TestKey = 'server' | 'client'

/**
 * An RSA key that everybody knows, so that no test waits for one; nothing where the package has none of that size. For leaves
 * only: a certificate authority with such a key would let anyone issue.
 */
export const rsaTestKey = (part: TestKey, bits: number): KeyPair | undefined => {
  const name = `rsa-${bits}-${part}`
  if (testKeys.has(name)) return testKeys.get(name)
  const file = fileURLToPath(new URL(`fixtures/keys/${name}.pem`, packageFolder()))
  const key = existsSync(file) ? parsePrivateKey(readFileSync(file), file) : undefined
  testKeys.set(name, key)
  return key
}

const testKeys = new Map<string, KeyPair | undefined>()

/**
 * Does not look at `asymmetricKeyDetails`: on a key that was just generated it can hang Node 20 for ever. It holds the
 * key's lock while it makes strings, and a garbage collection then wants that lock to clear away the generator.
 */
const keyPair = ({ privateKey, publicKey }: KeyObjects, bits: number): KeyPair => {
  const type = privateKey.asymmetricKeyType ?? 'ec'
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  // The point of P-256 is the last 65 octets; parsing for it is slow the first time, which is when a server starts.
  const octets = spki.length === p256Length ? spki.subarray(-65) : subjectPublicKey(spki)
  return { type, bits, privateKey, spki, publicKey: octets, keyId: keyIdOf(octets) }
}

/** Octets of a SubjectPublicKeyInfo with P-256 by name. */
const p256Length = 91

const keyIdOf = (publicKey: Buffer): Buffer => createHash('sha1').update(publicKey).digest()

const subjectPublicKey = (spki: Der): Buffer => {
  const bits = parseDer(spki).children[1]
  if (bits === undefined) throw new TypeError('a SubjectPublicKeyInfo without a key')
  return bits.content.subarray(1)
}

interface KeyObjects {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}
