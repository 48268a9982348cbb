import type { Duplex } from 'node:stream'
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls'
import { clock } from '../clock.ts'
import type { TlsProfile } from '../scenarios/entry.ts'

/** What one TLS server presents. */
export interface TlsIdentity {
  /** The certificate part of the scenario. */
  readonly id: string
  readonly keyPem: string
  readonly servedPem: string
  readonly subject: string
  readonly fingerprint256: string
  /** Octets of the leaf, by which a flight that carries it is told from a bare alert. */
  readonly leafSize: number
  /** Roots that client certificates are checked against: PEM. */
  readonly clientCaPem: string
  /** The OCSP response to staple now: DER. Default: none is stapled. */
  staple?(): Buffer | undefined
}

export type HandshakeEnd =
  | { readonly kind: 'finished'; readonly socket: TLSSocket }
  | { readonly kind: 'failed'; readonly error: Error; readonly socket: TLSSocket }
  | { readonly kind: 'timeout' }

/** Tells the connection that a handshake belongs to how it ended. */
const settleKey = Symbol('settle')

/** A server as its listeners see it for one connection. */
type ServerOfOne = Server & { [settleKey]?(end: HandshakeEnd): void }

/**
 * Terminates TLS for one endpoint, with Node's own server that never listens. Its ticket keys are its own: a ticket from
 * one endpoint that was resumed on another would hide the other's certificate.
 */
export class TlsTerminator {
  readonly identity: TlsIdentity
  readonly #server: Server

  /** @throws {Error} OpenSSL's, where it cannot serve this certificate or profile */
  constructor(identity: TlsIdentity, profile: TlsProfile = {}) {
    this.identity = identity
    this.#server = createServer(tlsOptions(identity, profile))
    const { staple } = identity
    if (staple) this.#server.on('OCSPRequest', (_certificate, _issuer, done) => done(null, staple() ?? Buffer.alloc(0)))
    this.#server.on('secureConnection', function (this: ServerOfOne, socket) {
      this[settleKey]?.({ kind: 'finished', socket })
    })
    this.#server.on('tlsClientError', function (this: ServerOfOne, error, socket) {
      this[settleKey]?.({ kind: 'failed', error, socket })
    })
  }

  /** For `SSLKEYLOGFILE`-style key logs. */
  onKeyLog(listener: (line: Buffer) => void): void {
    this.#server.on('keylog', listener)
  }

  /**
   * Performs the server's side of a handshake on a stream that nobody reads. Never rejects.
   *
   * @param timeout milliseconds
   */
  accept(stream: Duplex, timeout: number): Promise<HandshakeEnd> {
    return new Promise((resolve) => {
      const settle = (end: HandshakeEnd): void => {
        clock.clearTimeout(timer)
        resolve(end)
      }
      const timer = clock.setTimeout(() => settle({ kind: 'timeout' }), timeout)
      timer.unref()
      // Node does not tell which stream a TLS socket was laid over. An heir of the server does: it is the server of this one
      // connection, and what is emitted on it reaches the listeners of both.
      const heir = Object.create(this.#server, { [settleKey]: { value: settle } }) as ServerOfOne
      heir.emit('connection', stream)
    })
  }
}

/** Longer than the core's own limit, which is the one that decides. */
const nodeHandshakeTimeout = 2 ** 31 - 1

function tlsOptions(identity: TlsIdentity, profile: TlsProfile): TlsOptions {
  const { clientCertificate, ...parameters } = profile
  return {
    ...parameters,
    key: identity.keyPem,
    cert: identity.servedPem,
    handshakeTimeout: nodeHandshakeTimeout,
    ...(clientCertificate && {
      requestCert: true,
      rejectUnauthorized: clientCertificate === 'required',
      ca: identity.clientCaPem,
    }),
  }
}
