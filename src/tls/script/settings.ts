import type { X509Certificate } from 'node:crypto'
import type { Script } from '../../scenarios/tls-script.ts'
import type { SessionStore } from './sessions.ts'
import type { Signer } from './signatures.ts'

/** What one server presents: any octets as a chain, any key beside it. */
export interface ScriptIdentity {
  /** DER, the leaf first; octets that are no certificate go out as they are. */
  readonly chain: readonly Buffer[]
  readonly key: Signer
  /** The OCSP answer for a client that asks. */
  readonly staple?: Buffer
}

/** What a connection of the engine is made of. */
export interface Settings {
  readonly identity: ScriptIdentity
  readonly script: Script
  /** Of the endpoint. */
  readonly sessions: SessionStore
  /** Roots of client certificates. */
  readonly clientRoots: readonly X509Certificate[]
  /** What is shown when the handshake is done again; default the same. */
  readonly renegotiated?: ScriptIdentity
  /** Takes lines of an NSS key log. */
  readonly keyLog?: (line: string) => void
  /** Milliseconds since 1970, for the dates of client certificates. */
  readonly now: () => number
}
