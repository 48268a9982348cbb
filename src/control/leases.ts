import { MockmailError } from '../errors.ts'
import type { LiveFleet } from '../fleet/live.ts'
import { EventStream } from './event-stream.ts'
import { type Group, leaseOf, Shelf, type Wish } from './shelf.ts'
import type { Lease } from './types.ts'

interface Holder {
  readonly stream: EventStream
  readonly groups: Group[]
  told: number
  over: boolean
}

/** Octets that wait for a holder: its client may keep the whole worker busy for long. */
const mostWaiting = 128 << 20

/** Lends endpoints. What a holder has goes back when its stream ends: with its word, or with its process. */
export class Leases {
  readonly #live: LiveFleet
  readonly #shelf: Shelf
  readonly #holders = new Map<string, Holder>()
  #last = 0

  constructor(live: LiveFleet) {
    this.#live = live
    this.#shelf = new Shelf(live)
  }

  /** A new holder. Its first event says how it is called. */
  hold(): EventStream {
    const id = `h${++this.#last}`
    // Nobody is there to be told of a defect; closing the servers tells.
    const stream = new EventStream(() => void this.giveBack(id).catch(() => {}), mostWaiting)
    const holder: Holder = { stream, groups: [], told: 0, over: false }
    this.#holders.set(id, holder)
    stream.tell('holder', JSON.stringify({ schema: 1, event: 'holder', holder: id }))
    return stream
  }

  /** @throws {MockmailError} INVALID_OPTION, UNKNOWN_SCENARIO, CONFLICT, NOTHING_TO_SERVE, LISTEN_FAILED, CLOSED */
  async lend(id: string, wish: Wish, { files }: { readonly files: boolean }): Promise<Lease> {
    const holder = this.#holders.get(id)
    if (!holder) {
      throw new MockmailError('INVALID_OPTION', `There is no holder '${id}': GET /api/v1/leases says who you are.`)
    }
    const group = await this.#shelf.take(wish)
    // It hung up meanwhile.
    if (holder.over) {
      await this.#shelf.giveBack(group)
      throw new MockmailError('CLOSED', `The stream of '${id}' has ended.`)
    }
    holder.groups.push(group)
    for (const slot of group.slots) {
      slot.report = (name, report) => {
        holder.told++
        holder.stream.tell(name, JSON.stringify(report))
      }
    }
    if (files) this.#live.servers.writeNew()
    return leaseOf(group, this.#live.servers.ca.pem)
  }

  /** How many reports this holder was told, heard or not. */
  toldTo(id: string): number {
    return this.#holders.get(id)?.told ?? 0
  }

  close(): void {
    for (const { stream } of this.#holders.values()) stream.end()
  }

  /** Gives back all that a holder has. Rejects with a defect of mockmail's own, if there was one. */
  async giveBack(id: string): Promise<void> {
    const holder = this.#holders.get(id)
    if (!holder) return
    holder.over = true
    this.#holders.delete(id)
    await Promise.all(holder.groups.map((group) => this.#shelf.giveBack(group)))
  }
}
