import type { Channel } from '../../control/channel.ts'
import type { Place, Requests, StillOpen } from '../../control/messages.ts'
import type { ServedRun } from '../../fleet/mail-server.ts'
import type { ConnectionRecord } from '../../record/record.ts'

/** Records kept, as in the process that has the endpoint. */
const maxRecords = 1000

type Listener = (record: ConnectionRecord) => void

/** A run as the process tells of it that has the endpoint. */
export class BorrowedRun implements ServedRun {
  readonly #channel: Channel<Requests>
  readonly #place: Place
  readonly #share: (still: StillOpen) => void
  readonly #ended = new Set<Listener>()
  #records: ConnectionRecord[] = []
  #count = 0
  #epoch = 0

  /** `share` tells every run of the lease what is still open there. */
  constructor(channel: Channel<Requests>, place: Place, share: (still: StillOpen) => void) {
    this.#channel = channel
    this.#place = place
    this.#share = share
  }

  /** What has been told of: those that have ended, and, since the run was last settled, the open ones. */
  get records(): readonly ConnectionRecord[] {
    return this.#records
  }

  /** How many have been told of, kept or not. */
  get count(): number {
    return this.#count
  }

  async settled(grace?: number): Promise<void> {
    const open = await this.#channel.call('settle', {
      ...this.#place,
      ...(grace !== undefined && { grace }),
    })
    for (const still of open) this.#share(still)
  }

  /** The host has it before a client that dials after this is accepted. */
  reset(): void {
    this.#epoch++
    this.#records = []
    this.#count = 0
    this.#channel.tell('reset', this.#place)
  }

  forget(record: ConnectionRecord): void {
    this.#records = this.#records.filter((kept) => kept !== record)
  }

  onEnded(listener: Listener): () => void {
    this.#ended.add(listener)
    return () => this.#ended.delete(listener)
  }

  ended(epoch: number, record: ConnectionRecord): void {
    const ours = this.seen(epoch, record)
    if (ours) for (const listener of [...this.#ended]) listener(ours)
  }

  /** Our object for that connection, brought up to date; undefined when it was seen before a reset. */
  seen(epoch: number, record: ConnectionRecord): ConnectionRecord | undefined {
    if (epoch !== this.#epoch) return undefined
    this.#count = Math.max(this.#count, record.nth)
    const known = this.#records.find(({ id }) => id === record.id)
    if (known) return Object.assign(known, record)
    this.#records = [...this.#records, record].sort((a, b) => a.nth - b.nth).slice(-maxRecords)
    return record
  }
}
