import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls'
import { clock } from '../../clock.ts'
import { contextOptionsOf } from '../../scenarios/context-options.ts'
import type { TlsProfile } from '../../scenarios/quirk-words.ts'
import type { TlsFacts, TlsIdentity } from '../engine.ts'

/** What Node's server tells of a handshake when it is over. */
export type HandshakeEnd =
  | { readonly kind: 'finished'; readonly socket: TLSSocket; readonly facts: TlsFacts }
  | { readonly kind: 'failed'; readonly error: Error; readonly socket: TLSSocket }
  | { readonly kind: 'timeout' }

/** What Node's server tells, on its way to the connection that it belongs to. */
interface Listener {
  finished(socket: TLSSocket): void
  failed(error: Error, socket: TLSSocket): void
}

/** Leads to the connection that a handshake belongs to. */
const listenerKey = Symbol('listener')

/** A server as its listeners see it for one connection. */
type ServerOfOne = Server & { readonly [listenerKey]?: Listener }

/**
 * Terminates TLS for one endpoint, with Node's own server that never listens. Its ticket keys are its own: a ticket from
 * one endpoint that was resumed on another would hide the other's certificate.
 */
export class TlsTerminator {
  readonly #server: Server
  /** Whether every ticket is of keys that are gone. */
  readonly #rotates: boolean

  /** @throws {Error} OpenSSL's, where it cannot serve this certificate or profile */
  constructor(identity: TlsIdentity, profile: TlsProfile, ticketKeys?: Buffer) {
    this.#server = createServer({ ...tlsOptions(identity, profile), ...(ticketKeys && { ticketKeys }) })
    this.#rotates = profile.tickets === 'rotate'
    const { staple } = identity
    if (staple) this.#server.on('OCSPRequest', (_certificate, _issuer, done) => done(null, staple() ?? Buffer.alloc(0)))
    this.#server.on('secureConnection', function (this: ServerOfOne, socket) {
      this[listenerKey]?.finished(socket)
    })
    this.#server.on('tlsClientError', function (this: ServerOfOne, error, socket) {
      this[listenerKey]?.failed(error, socket)
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
   * @param factsOf called in the very moment of the end: an error may stand in the same segment as the client's Finished
   */
  accept(stream: Duplex, timeout: number, factsOf: (socket: TLSSocket) => TlsFacts): Promise<HandshakeEnd> {
    if (this.#rotates) this.#server.setTicketKeys(randomBytes(48))
    return new Promise((resolve) => {
      const settle = (end: HandshakeEnd): void => {
        clock.clearTimeout(timer)
        resolve(end)
      }
      const timer = clock.setTimeout(() => settle({ kind: 'timeout' }), timeout)
      timer.unref()
      // Node does not tell which stream a TLS socket was laid over. An heir of the server does: it is the server of this one
      // connection, and what is emitted on it reaches the listeners of both.
      const listener: Listener = {
        finished: (socket) => settle({ kind: 'finished', socket, facts: factsOf(socket) }),
        failed: (error, socket) => settle({ kind: 'failed', error, socket }),
      }
      const heir = Object.create(this.#server, { [listenerKey]: { value: listener } }) as ServerOfOne
      heir.emit('connection', stream)
    })
  }
}

/** Longer than the core's own limit, which is the one that decides. */
const nodeHandshakeTimeout = 2 ** 31 - 1

function tlsOptions(identity: TlsIdentity, profile: TlsProfile): TlsOptions {
  const { clientCertificate, alpn } = profile
  return {
    ...contextOptionsOf(profile),
    ...alpnOptions(alpn),
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

/** Protocols of mail, RFC 7301 and IANA's registry. */
const mailProtocols: ReadonlySet<string> = new Set(['imap', 'pop3', 'smtp', 'managesieve'])

/** Node refuses a client whose list has none of the server's, as RFC 7301 §3.2 wants; without a list it ignores the client's. */
function alpnOptions(alpn: TlsProfile['alpn']): Pick<TlsOptions, 'ALPNProtocols' | 'ALPNCallback'> {
  if (alpn === undefined || alpn === 'ignored') return {}
  if (alpn === 'refused') return { ALPNCallback: () => undefined }
  if (alpn !== 'other') return { ALPNProtocols: [...alpn] }
  return { ALPNCallback: ({ protocols }) => protocols.find((name) => !mailProtocols.has(name)) }
}
