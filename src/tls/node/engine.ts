import type { Socket } from 'node:net'
import type { TlsProfile } from '../../scenarios/quirk-words.ts'
import type { Opening } from '../client-hello.ts'
import type { AcceptOptions, TlsEngine, TlsFailure, TlsIdentity, TlsSession } from '../engine.ts'
import { bindingOf, firstOfPem } from './binding.ts'
import { errorFacts, type Failed, sessionFacts, timeoutFacts } from './facts.ts'
import { Tap } from './tap.ts'
import { TlsTerminator } from './terminator.ts'

export interface NodeEngineOptions {
  readonly identity: TlsIdentity
  readonly profile?: TlsProfile
  /** Keys of tickets that others have as well. Default: keys of its own. */
  readonly ticketKeys?: Buffer | undefined
  /** Takes the lines of an NSS key log. */
  readonly keyLog?: ((line: Buffer) => void) | undefined
}

/** TLS as Node and its OpenSSL do it. */
export class NodeEngine implements TlsEngine {
  readonly #identity: TlsIdentity
  readonly #asks: boolean
  readonly #terminator: TlsTerminator
  #leafSize: number | undefined

  /** @throws {Error} OpenSSL's, where it cannot serve this certificate or profile */
  constructor({ identity, profile = {}, ticketKeys, keyLog }: NodeEngineOptions) {
    this.#identity = identity
    this.#asks = profile.clientCertificate !== undefined
    this.#terminator = new TlsTerminator(identity, profile, ticketKeys)
    if (keyLog) this.#terminator.onKeyLog(keyLog)
  }

  async accept(
    raw: Socket,
    opening: Opening,
    { timeout, hearsBelow }: AcceptOptions,
  ): Promise<TlsSession | TlsFailure> {
    const below = tapOf(raw, opening, hearsBelow)
    const before = raw.bytesWritten
    const end = await this.#terminator.accept(below ?? raw, timeout, (socket) =>
      sessionFacts(socket, { identity: this.#identity, asks: this.#asks }),
    )
    if (end.kind === 'finished') {
      const { socket, facts } = end
      return { stream: socket, facts, below, binding: (kind) => bindingOf(socket, this.#identity, kind) }
    }
    const shown = below ? below.flight.carriesCertificate : this.#isLongerThanLeaf(raw.bytesWritten - before)
    const failed: Failed = {
      shown: shown ? this.#identity : null,
      asked: opening.kind === 'client-hello',
      below,
    }
    const facts = end.kind === 'timeout' ? timeoutFacts(failed) : errorFacts(end.error, end.socket, failed)
    return { failure: facts.handshake.result, facts, below }
  }

  /**
   * Without a tap, whether the certificate was shown is told by the size of what was written. When the client goes away,
   * or stays silent, Node's TLS socket has forgotten the handshake or is not to be had, and its key log knows of a flight
   * in TLS 1.3 only. A bare alert has seven octets, and a HelloRetryRequest a hundred. What has more and carries no
   * certificate is a session that was resumed, with a post-quantum key share or a large ticket, and not finished.
   */
  #isLongerThanLeaf(octets: number): boolean {
    this.#leafSize ??= firstOfPem(this.#identity.servedPem).length
    return octets > this.#leafSize
  }
}

function tapOf(raw: Socket, opening: Opening, hearsBelow: boolean): Tap | null {
  if (opening.kind === 'other') return new Tap(raw, opening.bytes)
  return hearsBelow ? new Tap(raw) : null
}
