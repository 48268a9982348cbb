import { randomBytes } from 'node:crypto'

/** What is kept of a session that may be taken up again. */
export interface KeptSession {
  readonly version: number
  readonly suite: number
  /** The master secret, or the PSK of TLS 1.3. */
  readonly secret: Buffer
  readonly extendedMaster: boolean
  /** Of the client whose certificate stood in the first handshake. */
  readonly clientCertificate: string | null
}

/** Sessions kept at most; the oldest goes. */
const most = 1000

/** The sessions of one endpoint, by ticket and by session id. A ticket holds nothing but its number here. */
export class SessionStore {
  readonly #sessions = new Map<string, KeptSession>()

  /** Keeps a session under a name of its own. */
  keep(session: KeptSession): Buffer {
    const name = randomBytes(32)
    this.keepAs(name, session)
    return name
  }

  keepAs(name: Buffer, session: KeptSession): void {
    this.#sessions.set(name.toString('latin1'), session)
    if (this.#sessions.size <= most) return
    for (const oldest of this.#sessions.keys()) {
      this.#sessions.delete(oldest)
      return
    }
  }

  find(name: Buffer): KeptSession | undefined {
    return this.#sessions.get(name.toString('latin1'))
  }
}
