import { sign } from 'node:crypto'
import type { KeyType } from '../scenarios/entry.ts'
import { bitString, type Der, nullValue, oid, sequence } from './der.ts'
import type { KeyPair } from './keys.ts'

/** Who signs: the name and the key of a certificate authority, or of a certificate that signs itself. */
export interface Signer {
  /** Distinguished name. */
  readonly name: Der
  readonly key: KeyPair
}

/** The AlgorithmIdentifier of a signature with SHA-256 by a key of that type. */
export const signatureAlgorithm = (type: KeyType): Der =>
  type === 'ec' ? sequence(oid('1.2.840.10045.4.3.2')) : sequence(oid('1.2.840.113549.1.1.11'), nullValue())

/** The BIT STRING with the signature over these bytes. */
export const signatureValue = (bytes: Uint8Array, key: KeyPair): Der => bitString(sign('sha256', bytes, key.privateKey))
