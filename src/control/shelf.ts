import type { MailServer } from '../fleet/mail-server.ts'
import type { OnDemandServers } from '../fleet/on-demand.ts'
import { resolveScenario } from '../scenarios/scenario.ts'
import type { Lent, Reports, Wish } from './messages.ts'

type Report = { [Name in keyof Reports]: [Name, Omit<Parameters<Reports[Name]>[0], 'lease' | 'at'>] }[keyof Reports]

/** One endpoint. What it sees goes to the worker that has it. */
export class Slot {
  readonly server: MailServer
  /** Counts the resets of this lease. */
  epoch = 0
  report: ((...report: Report) => void) | undefined
  #spoilt = false

  constructor(server: MailServer) {
    this.server = server
    server.onEnded((record) => this.report?.('ended', { epoch: this.epoch, record }))
    server.onMessage(({ raw, envelope, secure, connection: record }) =>
      this.report?.('message', { epoch: this.epoch, record, raw: raw.toString('base64'), ...envelope, secure }),
    )
  }

  /** Whether the next to have it could meet a client of the one before: one that stayed, or came when nobody had it. */
  get spoilt(): boolean {
    return this.#spoilt || (this.report === undefined && this.server.connections.length > 0)
  }

  reset(): void {
    this.#spoilt ||= this.server.connections.some(({ end }) => end === null)
    this.epoch++
    this.server.reset()
  }

  giveBack(): void {
    this.reset()
    this.report = undefined
    this.epoch = 0
  }

  close(): Promise<void> {
    this.#spoilt = true
    return this.server.close()
  }
}

/** Endpoints that are lent together, with one mailbox per scenario. */
export interface Group {
  readonly key: string
  readonly slots: readonly Slot[]
  readonly lent: Omit<Lent, 'lease'>
}

/** Everything that was started, and what of it nobody has at the moment. */
export class Shelf {
  readonly #servers: OnDemandServers
  readonly #free = new Map<string, Group[]>()
  readonly #all = new Set<Slot>()

  constructor(servers: OnDemandServers) {
    this.#servers = servers
  }

  /**
   * The group that has been free for longest, or a new one.
   * @throws {MockmailError} UNKNOWN_SCENARIO, CONFLICT, NOTHING_TO_SERVE, LISTEN_FAILED
   */
  async take(wish: Wish): Promise<Group> {
    const key = JSON.stringify(wish)
    const free = this.#free.get(key)
    for (let group = free?.shift(); group; group = free?.shift()) {
      if (!group.slots.some(({ spoilt }) => spoilt)) return group
      await this.#discard(group)
    }
    return this.#start(key, wish)
  }

  async giveBack(group: Group): Promise<void> {
    for (const slot of group.slots) slot.giveBack()
    if (group.slots.some(({ spoilt }) => spoilt)) return this.#discard(group)
    const free = this.#free.get(group.key) ?? []
    free.push(group)
    this.#free.set(group.key, free)
  }

  /** Closes everything. Rejects with a defect of mockmail's own, if there was one. */
  async close(): Promise<void> {
    await Promise.all([...this.#all].map((slot) => slot.close()))
  }

  async #discard({ slots }: Group): Promise<void> {
    await Promise.all(slots.map((slot) => slot.close()))
    for (const slot of slots) this.#all.delete(slot)
  }

  async #start(key: string, wish: Wish): Promise<Group> {
    const scenarios = wish.scenarios.map((scenario) => resolveScenario(scenario))
    const { servers, plan } = await this.#servers.add({ ...wish, scenarios })
    const slots = servers.map((server) => new Slot(server))
    for (const slot of slots) this.#all.add(slot)
    const endpoints = servers.map(({ scenario, protocol, mode, host, port, servername, user, password }) => {
      return { scenario, protocol, mode, host, port, servername, user, password }
    })
    return { key, slots, lent: { ca: this.#servers.ca, endpoints, leftOut: plan.leftOut } }
  }
}
