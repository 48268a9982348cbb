import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MockmailError } from '../errors.ts'
import { packageFolder } from '../package-folder.ts'
import type { KeyType } from '../scenarios/entry.ts'
import { type Der, parseDer } from './der.ts'

/** A private key with the forms of its public key that certificates hold. */
export interface KeyPair {
  readonly type: KeyType
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

/** A new key: P-256 takes a tenth of a millisecond, RSA-2048 between 0.05 and 1 second. */
export const generateKey = (type: KeyType): KeyPair =>
  keyPair(
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 }),
  )

/** A key of a certificate authority, made ahead where that takes long. */
export interface PendingKey {
  /** Settles when `take` is quick. Never rejects. */
  readonly ready: Promise<void>
  /** The same key every time; generated at once when it is not there yet. */
  take(): KeyPair
}

/** Begins to generate a key: RSA in the thread pool, P-256 when it is taken. */
export const startKey = (type: KeyType): PendingKey => {
  let key: KeyPair | undefined
  const take = () => (key ??= generateKey(type))
  if (type === 'ec') return { ready: Promise.resolve(), take }
  const ready = promisify(generateKeyPair)('rsa', { modulusLength: 2048 }).then(
    (generated) => {
      key ??= keyPair(generated)
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
    return keyPair({ privateKey, publicKey: createPublicKey(privateKey) })
  } catch (cause) {
    throw new MockmailError('PKI_UNUSABLE', `${file} is not a private key in PEM that mockmail can use: P-256 or RSA`, {
      cause,
    })
  }
}

/** The public test keys of the package, by the part they play. */
export type TestKey = 'server' | 'client'

/**
 * An RSA-2048 key that everybody knows, so that no test waits for one. For leaves only: a certificate authority with
 * such a key would let anyone issue.
 */
export const rsaTestKey = (part: TestKey): KeyPair => {
  const known = testKeys.get(part)
  if (known !== undefined) return known
  const file = fileURLToPath(new URL(`fixtures/keys/rsa-2048-${part}.pem`, packageFolder()))
  const key = parsePrivateKey(readFileSync(file), file)
  testKeys.set(part, key)
  return key
}

const testKeys = new Map<TestKey, KeyPair>()

/**
 * Does not look at `asymmetricKeyDetails`: on a key that was just generated it can hang Node 20 for ever. It holds the
 * key's lock while it makes strings, and a garbage collection then wants that lock to clear away the generator.
 */
const keyPair = ({ privateKey, publicKey }: KeyObjects): KeyPair => {
  const type = privateKey.asymmetricKeyType === 'rsa' ? 'rsa' : 'ec'
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  // The point of P-256 is the last 65 octets; parsing for it is slow the first time, which is when a server starts.
  const octets = type === 'ec' ? spki.subarray(-65) : subjectPublicKey(spki)
  return { type, privateKey, spki, publicKey: octets, keyId: createHash('sha1').update(octets).digest() }
}

const subjectPublicKey = (spki: Der): Buffer => {
  const bits = parseDer(spki).children[1]
  if (bits === undefined) throw new TypeError('a SubjectPublicKeyInfo without a key')
  return bits.content.subarray(1)
}

interface KeyObjects {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}
