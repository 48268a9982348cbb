/** Octets, about, of everything of one kind that is kept. */
const most = 8 * 1024 * 1024

/** What was found out about messages, whose octets never change: the newest of it, within a few mebibytes. */
export class Kept<T> {
  readonly #found = new WeakMap<Buffer, T>()
  /** What is kept of a message must not keep the message. */
  readonly #order = new Map<WeakRef<Buffer>, number>()
  #octets = 0

  get(raw: Buffer): T | undefined {
    return this.#found.get(raw)
  }

  /** @param octets about what it takes */
  set(raw: Buffer, found: T, octets: number): void {
    if (octets > most) return
    this.#found.set(raw, found)
    this.#order.set(new WeakRef(raw), octets)
    this.#octets += octets
    for (const [oldest, size] of this.#order) {
      if (this.#octets <= most) return
      this.#order.delete(oldest)
      this.#octets -= size
      const gone = oldest.deref()
      if (gone) this.#found.delete(gone)
    }
  }
}
