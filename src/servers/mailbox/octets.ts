/** Octets of messages and mailboxes that this process keeps at most. */
export const mostOctets = 128 * 1024 * 1024

let kept = 0

/** How often each is held, so that its octets count once whoever holds it. */
const holders = new WeakMap<Uint8Array, number>()

/** What was never released, because whoever held it is gone too. */
const lost = new FinalizationRegistry<number>((size) => {
  kept -= size
})

/** Counts octets that stay until they are released; those that are held already cost nothing. */
export function holdOctets(bytes: Uint8Array): void {
  const count = holders.get(bytes) ?? 0
  holders.set(bytes, count + 1)
  if (count > 0) return
  kept += bytes.length
  lost.register(bytes, bytes.length, bytes)
}

/** The other half of {@link holdOctets}. */
export function releaseOctets(bytes: Uint8Array): void {
  const count = holders.get(bytes) ?? 0
  if (count > 1) return void holders.set(bytes, count - 1)
  if (!holders.delete(bytes)) return
  kept -= bytes.length
  lost.unregister(bytes)
}

/** Whether somebody holds them already. */
export const isHeld = (bytes: Uint8Array): boolean => holders.has(bytes)

/** What somebody keeps that is no message: counted until it is taken back, or its owner is gone. */
export class Account {
  readonly #sum = { octets: 0 }

  constructor(owner: object) {
    accounts.register(owner, this.#sum)
  }

  /** Negative when less is kept. */
  add(octets: number): void {
    this.#sum.octets += octets
    kept += octets
  }

  /** Takes all of it back. */
  close(): void {
    this.add(-this.#sum.octets)
  }
}

const accounts = new FinalizationRegistry<{ readonly octets: number }>(({ octets }) => {
  kept -= octets
})

/** Who can do without what it keeps, oldest first. */
export interface Dispensable {
  /** When the oldest came that it can do without; undefined where there is none. */
  readonly oldest: number | undefined
  /** Lets go of that one. */
  drop(): void
}

const dispensable = new Set<WeakRef<Dispensable>>()

const left = new FinalizationRegistry<WeakRef<Dispensable>>((reference) => {
  dispensable.delete(reference)
})

/** From now on it is asked to, when there is no room any more. It need not leave. */
export function offerToDrop(one: Dispensable): void {
  const reference = new WeakRef(one)
  dispensable.add(reference)
  left.register(one, reference)
}

/** Whether so many more octets may be kept. What clients sent in long ago makes room for them. */
export function makeRoomFor(octets: number): boolean {
  if (octets > mostOctets) return false
  while (kept + octets > mostOctets) {
    const oldest = oldestOfAll()
    if (!oldest) return false
    oldest.drop()
  }
  return true
}

function oldestOfAll(): Dispensable | undefined {
  let found: Dispensable | undefined
  for (const reference of dispensable) {
    const one = reference.deref()
    if (one?.oldest !== undefined && one.oldest < (found?.oldest ?? Number.POSITIVE_INFINITY)) found = one
  }
  return found
}
