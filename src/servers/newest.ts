/** Most that is kept of the messages that clients send in: so many, and so many octets together. */
export const mostMessages = { count: 1000, octets: 64 * 1024 * 1024 } as const

/** The newest messages, in order, within {@link mostMessages}. The last one is kept however large it is. */
export class Newest<T extends { readonly raw: Uint8Array }> {
  readonly #kept = new Set<T>()
  #octets = 0

  /** Oldest first. */
  get all(): readonly T[] {
    return [...this.#kept]
  }

  /** Returns those that had to go, oldest first. */
  add(message: T): readonly T[] {
    this.#kept.add(message)
    this.#octets += message.raw.length
    const gone: T[] = []
    for (const oldest of this.#kept) {
      if (oldest === message || (this.#kept.size <= mostMessages.count && this.#octets <= mostMessages.octets)) break
      this.delete(oldest)
      gone.push(oldest)
    }
    return gone
  }

  delete(message: T): void {
    if (this.#kept.delete(message)) this.#octets -= message.raw.length
  }

  clear(): void {
    this.#kept.clear()
    this.#octets = 0
  }
}
