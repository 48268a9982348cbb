import type { ApiClient } from '../../control/client.ts'
import type { ConnectionList, LentEndpoint } from '../../control/types.ts'
import type { ServedRun } from '../../fleet/served.ts'
import type { ConnectionRecord } from '../../record/record.ts'

/** Records kept, as in the process that has the endpoint. */
const maxRecords = 1000

type Listener = (record: ConnectionRecord) => void

/** A run as the process tells of it that has the endpoint. */
export class BorrowedRun implements ServedRun {
  readonly #client: ApiClient
  readonly #path: string
  readonly #accompanies: boolean
  readonly #partners: () => readonly BorrowedRun[]
  readonly #ended = new Set<Listener>()
  #records: ConnectionRecord[] = []
  #count = 0
  /** Counts resets, so that what was seen before one is not taken for seen after it. */
  #number: number

  /**
   * @param id of the endpoint
   * @param partners by what is still open there this one is judged too
   */
  constructor(
    client: ApiClient,
    { id, run, accompanies }: Pick<LentEndpoint, 'id' | 'run' | 'accompanies'>,
    partners: () => readonly BorrowedRun[],
  ) {
    this.#client = client
    this.#accompanies = accompanies !== null
    this.#path = `/api/v1/endpoints/${id}`
    this.#number = run
    this.#partners = partners
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
    const settle = grace === undefined ? '' : `&settle=${Math.round(grace)}`
    await this.#client.call('GET', `${this.#path}/outcome?control=off${settle}`)
    await Promise.all([this, ...this.#partners()].map((run) => run.#lookAtOpen()))
  }

  /** Those that have ended were reported. */
  async #lookAtOpen(): Promise<void> {
    const number = this.#number
    const { connections } = await this.#client.call<ConnectionList>('GET', `${this.#path}/connections?open=only`)
    for (const record of connections) this.seen(number, record)
  }

  /** The host has it before a client that dials after this is accepted. */
  reset(): void {
    this.#number++
    this.#records = []
    this.#count = 0
    // With the one that it accompanies, the host resets it as well.
    if (!this.#accompanies) this.#client.tell(`${this.#path}/reset`)
  }

  forget(record: ConnectionRecord): void {
    this.#records = this.#records.filter((kept) => kept !== record)
  }

  onEnded(listener: Listener): () => void {
    this.#ended.add(listener)
    return () => this.#ended.delete(listener)
  }

  ended(number: number, record: ConnectionRecord): void {
    const ours = this.seen(number, record)
    if (ours) for (const listener of [...this.#ended]) listener(ours)
  }

  /** Our object for that connection, brought up to date; undefined when it was seen before a reset. */
  seen(number: number, record: ConnectionRecord): ConnectionRecord | undefined {
    if (number !== this.#number) return undefined
    this.#count = Math.max(this.#count, record.nth)
    const known = this.#records.find(({ id }) => id === record.id)
    if (known) return Object.assign(known, record)
    this.#records = [...this.#records, record].sort((a, b) => a.nth - b.nth).slice(-maxRecords)
    return record
  }
}
