import { clock, pause } from '../../clock.ts'
import type { ConnectionRecord } from '../../record/record.ts'

/** Records kept per endpoint; the counter goes on. */
const maxRecords = 1000

/** Milliseconds without a new connection before a run is taken to be over. */
const defaultGrace = 250

/** Milliseconds after which a run is judged although connections are still open. */
const longestSettling = 2000

type Listener = (record: ConnectionRecord) => void

/** Told of records that are not kept any more. */
type Dropped = (record: ConnectionRecord) => void

/** Every connection to one endpoint since it started or was reset. */
export class Run {
  readonly #onDropped: Dropped
  #records: ConnectionRecord[] = []
  #count = 0
  #generation = 0
  #lastActivity = clock.now()
  readonly #open = new Set<ConnectionRecord>()
  readonly #ended = new Set<Listener>()
  readonly #wakers = new Set<() => void>()

  constructor(onDropped: Dropped = () => {}) {
    this.#onDropped = onDropped
  }

  /** Newest last, open ones included; the newest 1,000. */
  get records(): readonly ConnectionRecord[] {
    return this.#records
  }

  /** How many there were, kept or not. */
  get count(): number {
    return this.#count
  }

  /** The number of the next connection, from 1. */
  next(): number {
    return this.#count + 1
  }

  begin(record: ConnectionRecord): void {
    this.#count++
    this.#records.push(record)
    if (this.#records.length > maxRecords) this.#drop(this.#records.shift())
    this.#open.add(record)
    this.#active()
  }

  end(record: ConnectionRecord): void {
    // One that was reset away is not told of; one that is only too old to be kept is.
    const counted = this.#open.delete(record)
    this.#active()
    if (counted) for (const listener of [...this.#ended]) listener(record)
  }

  /** Forgets one that has ended; it still counts. */
  forget(record: ConnectionRecord): void {
    this.#records = this.#records.filter((kept) => kept !== record)
    this.#drop(record)
  }

  /** Forgets every connection. Open ones go on and are not counted any more. */
  reset(): void {
    this.#generation++
    for (const record of this.#records) this.#drop(record)
    this.#records = []
    this.#count = 0
    this.#open.clear()
    this.#active()
  }

  onEnded(listener: Listener): () => void {
    this.#ended.add(listener)
    return () => this.#ended.delete(listener)
  }

  /**
   * Resolves when every connection has ended and for `grace` milliseconds no new one came, or, while one stays open,
   * after two seconds (or the grace, if that is longer).
   */
  async settled(grace: number = defaultGrace): Promise<void> {
    const limit = clock.now() + Math.max(longestSettling, grace)
    const generation = this.#generation
    while (clock.now() < limit && generation === this.#generation) {
      const quietFor = clock.now() - this.#lastActivity
      if (this.#open.size === 0 && quietFor >= grace) return
      const wait = this.#open.size === 0 ? grace - quietFor : limit - clock.now()
      await this.#activityOr(Math.max(1, Math.min(wait, limit - clock.now())))
    }
  }

  async #activityOr(ms: number): Promise<void> {
    let wake: () => void = () => {}
    const active = new Promise<void>((resolve) => {
      wake = resolve
    })
    this.#wakers.add(wake)
    await Promise.race([active, pause(ms)])
    this.#wakers.delete(wake)
  }

  #drop(record: ConnectionRecord | undefined): void {
    if (record) this.#onDropped(record)
  }

  #active(): void {
    this.#lastActivity = clock.now()
    for (const wake of this.#wakers) wake()
  }
}
