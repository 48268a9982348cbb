import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls'
import type { TlsProfile } from '../../scenarios/entry.ts'
import { clock } from './clock.ts'

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
}

export type HandshakeEnd =
  | { readonly kind: 'finished'; readonly socket: TLSSocket }
  | { readonly kind: 'failed'; readonly error: Error; readonly socket: TLSSocket }
  | { readonly kind: 'timeout' }

type Pending = (end: HandshakeEnd) => void

/**
 * The socket that a TLS socket was laid over. Node keeps it as `_parent` and gives no public way to it; this is the only
 * place that knows, and a test holds it on every supported Node.
 */
const underlying = (socket: TLSSocket): Socket | undefined => (socket as unknown as { _parent?: Socket })._parent

/**
 * Terminates TLS for one endpoint, with Node's own server that never listens. Its ticket keys are its own: a ticket from
 * one endpoint that was resumed on another would hide the other's certificate.
 */
export class TlsTerminator {
  readonly identity: TlsIdentity
  readonly #server: Server
  readonly #pending = new WeakMap<Socket, Pending>()

  constructor(identity: TlsIdentity, profile: TlsProfile = {}) {
    this.identity = identity
    this.#server = createServer(tlsOptions(identity, profile))
    this.#server.on('secureConnection', (socket) => this.#settle(socket, { kind: 'finished', socket }))
    this.#server.on('tlsClientError', (error, socket) => this.#settle(socket, { kind: 'failed', error, socket }))
  }

  /** For `SSLKEYLOGFILE`-style key logs. */
  onKeyLog(listener: (line: Buffer) => void): void {
    this.#server.on('keylog', listener)
  }

  /**
   * Performs the server's side of a handshake on a socket that nobody reads. Never rejects.
   *
   * @param timeout milliseconds
   */
  accept(raw: Socket, timeout: number): Promise<HandshakeEnd> {
    return new Promise((resolve) => {
      const settle: Pending = (end) => {
        clock.clearTimeout(timer)
        this.#pending.delete(raw)
        resolve(end)
      }
      const timer = clock.setTimeout(() => settle({ kind: 'timeout' }), timeout)
      timer.unref()
      this.#pending.set(raw, settle)
      this.#server.emit('connection', raw)
    })
  }

  #settle(socket: TLSSocket, end: HandshakeEnd): void {
    const raw = underlying(socket)
    if (raw) this.#pending.get(raw)?.(end)
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
