import { constants, sign } from 'node:crypto'
import { MockmailError } from '../errors.ts'
import type { SignatureName } from '../scenarios/entry.ts'
import { bitString, type Der, explicit, integer, nullValue, oid, sequence } from './der.ts'
import type { KeyPair } from './keys.ts'

/** How a signature algorithm is named in a certificate, and how it is made. */
interface SignatureAlgorithm {
  readonly identifier: () => Der
  /** `null` where the algorithm hashes by itself. */
  readonly hash: string | null
  /** The kinds of keys that can make it. */
  readonly keys: readonly string[]
  readonly pss?: true
}

const sha256 = (): Der => sequence(oid('2.16.840.1.101.3.4.2.1'), nullValue())

const rsa = (arc: number, hash: string): SignatureAlgorithm => ({
  identifier: () => sequence(oid(`1.2.840.113549.1.1.${arc}`), nullValue()),
  hash,
  keys: ['rsa'],
})

const bare = (dotted: string, hash: string | null, ...keys: readonly string[]): SignatureAlgorithm => ({
  identifier: () => sequence(oid(dotted)),
  hash,
  keys,
})

const algorithms: Readonly<Record<SignatureName, SignatureAlgorithm>> = {
  md5WithRSAEncryption: rsa(4, 'md5'),
  sha1WithRSAEncryption: rsa(5, 'sha1'),
  sha224WithRSAEncryption: rsa(14, 'sha224'),
  sha256WithRSAEncryption: rsa(11, 'sha256'),
  sha384WithRSAEncryption: rsa(12, 'sha384'),
  sha512WithRSAEncryption: rsa(13, 'sha512'),
  'id-RSASSA-PSS': {
    identifier: () =>
      sequence(
        oid('1.2.840.113549.1.1.10'),
        sequence(
          explicit(0, sha256()),
          explicit(1, sequence(oid('1.2.840.113549.1.1.8'), sha256())),
          explicit(2, integer(32)),
        ),
      ),
    hash: 'sha256',
    keys: ['rsa', 'rsa-pss'],
    pss: true,
  },
  'ecdsa-with-SHA1': bare('1.2.840.10045.4.1', 'sha1', 'ec'),
  'ecdsa-with-SHA224': bare('1.2.840.10045.4.3.1', 'sha224', 'ec'),
  'ecdsa-with-SHA256': bare('1.2.840.10045.4.3.2', 'sha256', 'ec'),
  'ecdsa-with-SHA384': bare('1.2.840.10045.4.3.3', 'sha384', 'ec'),
  'ecdsa-with-SHA512': bare('1.2.840.10045.4.3.4', 'sha512', 'ec'),
  'dsa-with-sha256': bare('2.16.840.1.101.3.4.3.2', 'sha256', 'dsa'),
  'id-Ed25519': bare('1.3.101.112', null, 'ed25519'),
  'id-Ed448': bare('1.3.101.113', null, 'ed448'),
  'id-ml-dsa-44': bare('2.16.840.1.101.3.4.3.17', null, 'ml-dsa-44'),
  'id-ml-dsa-65': bare('2.16.840.1.101.3.4.3.18', null, 'ml-dsa-65'),
  'id-ml-dsa-87': bare('2.16.840.1.101.3.4.3.19', null, 'ml-dsa-87'),
}

/** What a key signs with when nothing is said, by the kind of key. */
const usual: Readonly<Record<string, SignatureName>> = {
  rsa: 'sha256WithRSAEncryption',
  'rsa-pss': 'id-RSASSA-PSS',
  ec: 'ecdsa-with-SHA256',
  dsa: 'dsa-with-sha256',
  ed25519: 'id-Ed25519',
  ed448: 'id-Ed448',
  'ml-dsa-44': 'id-ml-dsa-44',
  'ml-dsa-65': 'id-ml-dsa-65',
  'ml-dsa-87': 'id-ml-dsa-87',
}

const isName = (text: string): text is SignatureName => Object.hasOwn(algorithms, text)

/** What a key signs with when nothing else is said. */
export const usualSignature = (key: KeyPair): SignatureName => usual[key.type] ?? 'sha256WithRSAEncryption'

/** The AlgorithmIdentifier of a signature, by name or by object identifier. */
export const algorithmIdentifier = (nameOrOid: string): Der =>
  isName(nameOrOid) ? algorithms[nameOrOid].identifier() : sequence(oid(nameOrOid))

/** Whether OpenSSL wants security level 0 for a signature that is made so. */
export const isWeakSignature = (name: SignatureName): boolean => ['md5', 'sha1'].includes(algorithms[name].hash ?? '')

/**
 * The BIT STRING with the signature over these bytes.
 * @throws {MockmailError} INVALID_DEFINITION where the key cannot sign so
 */
export const signatureValue = (bytes: Uint8Array, key: KeyPair, name: SignatureName = usualSignature(key)): Der => {
  const { hash, keys, pss } = algorithms[name]
  if (!keys.includes(key.type)) {
    throw new MockmailError(
      'INVALID_DEFINITION',
      `A signature '${name}' takes a key of type ${keys.join(' or ')}, and the issuer's is ${key.type}: say the issuer's 'key' too.`,
    )
  }
  const padding = pss && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  return bitString(sign(hash, bytes, { key: key.privateKey, ...padding }))
}
