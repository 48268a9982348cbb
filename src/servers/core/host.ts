import type { TlsEngine } from '../../tls/engine.ts'
import type { Dialect } from './dialect.ts'
import type { LinkOwner } from './link.ts'
import type { Place } from './quirks.ts'

/** Milliseconds. */
export interface Limits {
  /** Without a byte from the client. Default 600,000. */
  readonly idle: number
  /** From the start of TLS to the client's Finished. Default 30,000. */
  readonly handshake: number
}

/** What a connection needs of the endpoint that accepted it. */
export interface ConnectionHost extends LinkOwner {
  readonly dialect: Dialect
  readonly limits: Limits
  /** URLs of this endpoint and of its canary. */
  readonly urls: Place['urls']
  /** Connections that are open now. */
  readonly open: number
  /** Whether a client may call the server so. */
  knows(serverName: string): boolean
  /**
   * What does TLS on this connection, made when it is first asked for; null when the client named no server.
   *
   * @param certificate the id of the certificate to show in place of the scenario's
   */
  engine(nth: number, serverName: string | null, certificate?: string): TlsEngine
}
