import { holdOctets, offerToDrop, releaseOctets } from './octets.ts'

/** Most that is kept of the messages that clients send in: so many, and so many octets together. */
export const mostMessages = { count: 1000, octets: 64 * 1024 * 1024 } as const

let arrivals = 0

/**
 * The newest messages, in order, within {@link mostMessages}. The last one is kept however large it is, as long as the
 * process has room.
 */
export class Newest<T extends { readonly raw: Uint8Array }> {
  /** With its octets, which it may lose while it is kept. */
  readonly #kept = new Map<T, { readonly arrival: number; readonly raw: Uint8Array }>()
  readonly #onDropped: (message: T) => void
  #octets = 0

  /** @param onDropped told of each that had to go */
  constructor(onDropped: (message: T) => void = () => {}) {
    this.#onDropped = onDropped
    offerToDrop(this)
  }

  /** Oldest first. */
  get all(): readonly T[] {
    return [...this.#kept.keys()]
  }

  /** Which arrival of this process the oldest one was. */
  get oldest(): number | undefined {
    return this.#kept.values().next().value?.arrival
  }

  add(message: T): void {
    const { raw } = message
    this.#kept.set(message, { arrival: ++arrivals, raw })
    this.#octets += raw.length
    holdOctets(raw)
    for (const oldest of this.#kept.keys()) {
      if (oldest === message || (this.#kept.size <= mostMessages.count && this.#octets <= mostMessages.octets)) break
      this.drop()
    }
  }

  /** Lets go of the oldest. */
  drop(): void {
    const [oldest] = this.#kept.keys()
    if (!oldest) return
    this.delete(oldest)
    this.#onDropped(oldest)
  }

  delete(message: T): void {
    const kept = this.#kept.get(message)
    if (!kept) return
    this.#kept.delete(message)
    this.#octets -= kept.raw.length
    releaseOctets(kept.raw)
  }

  clear(): void {
    for (const message of this.all) this.delete(message)
  }
}
