import type { Der } from './der.ts'
import type { KeyPair } from './keys.ts'

/** Who signs: the name and the key of a certificate authority, or of a certificate that signs itself. */
export interface Signer {
  /** Distinguished name. */
  readonly name: Der
  readonly key: KeyPair
}
