import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ConnectionRecord, HandshakeRecord } from '../record/record.ts'
import type { Opening } from './client-hello.ts'

/**
 * The server's side of TLS for one endpoint, one identity and one set of parameters. Whoever has an engine knows nothing of
 * the library behind it: all that it finds out comes as {@link TlsFacts}.
 */
export interface TlsEngine {
  /**
   * Performs a handshake, and settles when it has ended in any way, the destruction of the socket from outside included.
   * Never rejects, whatever a peer does.
   *
   * @param raw the TCP socket, paused, that nobody else reads until {@link Below.release}; its owner destroys it
   * @param opening what has been read of it already: a ClientHello, which was put back, or what is none, which was not
   */
  accept(raw: Socket, opening: Opening, options: AcceptOptions): Promise<TlsSession | TlsFailure>
}

export interface AcceptOptions {
  /** Milliseconds until the client's Finished. */
  readonly timeout: number
  /**
   * Whether it must be heard what the client says in clear below TLS. Where that costs something, an engine may leave it
   * when this is false and a ClientHello has come.
   */
  readonly hearsBelow: boolean
}

/** The client's Finished was verified. */
export interface TlsSession {
  /**
   * What is inside TLS. Its end writes a close_notify. When it tells of an end or an error of the client's, this stands in
   * the facts already. It may stand there from the beginning, when what the client wrote in one breath holds both: then the
   * stream has told of it already, and nobody had to listen.
   */
  readonly stream: Duplex
  readonly facts: TlsFacts
  /** What binds a login to this session, by the name of its type, RFC 5929 and RFC 9266. */
  binding?(kind: string): Buffer | undefined
  readonly below: Below | null
}

/** There is no session. */
export interface TlsFailure {
  /** The same as `facts.handshake.result`. */
  readonly failure: HandshakeFailure
  readonly facts: TlsFacts
  readonly below: Below | null
}

/** The results of a handshake that did not finish. */
export type HandshakeFailure = Exclude<HandshakeRecord['result'], 'none' | 'started' | 'finished'>

/**
 * What an engine knows of one connection, in the record's words. Alive: what happens within the session is written into
 * the same object before the stream tells of it.
 */
export interface TlsFacts {
  /** Becomes the record's `handshake`, as the object that it is. */
  readonly handshake: HandshakeRecord
  /**
   * The id of the identity that the client has met: its certificate was written to this connection, or to the one whose
   * session was resumed. Null where neither is so.
   */
  readonly shown: string | null
  /** How TLS or the TCP connection below it ended, the first end winning; null while neither has. */
  readonly end: ConnectionEnd | null
}

export type ConnectionEnd = NonNullable<ConnectionRecord['end']>

/** The TCP connection as an engine hears it below TLS; null in its place means that it hears nothing there. */
export interface Below {
  /** Whether the client has sent something that can be no TLS. */
  readonly strayed: boolean
  /**
   * Ends TLS without a word and lets go of the socket, which stays as open as it was. Gives back what the client has sent
   * in place of TLS, from its first octet on, behind the opening.
   */
  release(): Buffer
}

/** What one TLS server presents. */
export interface TlsIdentity {
  /** The certificate part of the scenario. */
  readonly id: string
  readonly keyPem: string
  /** The chain as it goes out, the leaf first. */
  readonly servedPem: string
  readonly subject: string
  readonly fingerprint256: string
  /** Roots that client certificates are checked against: PEM. */
  readonly clientCaPem: string
  /** The OCSP response to staple now: DER. Default: none is stapled. */
  staple?(): Buffer | undefined
}
