import { endpointEvent } from '../fleet/events.ts'
import type { LiveFleet } from '../fleet/live.ts'
import type { MailServer } from '../fleet/mail-server.ts'
import { resolveScenario } from '../scenarios/scenario.ts'
import type { Mode, Protocol } from '../scenarios/vocabulary.ts'
import type { EndedReport, Lease, LentEndpoint, MessageReport } from './types.ts'

/** What somebody wants to have alone: every scenario on every protocol and mode where it can show. */
export interface Wish {
  /** Ids, aliases resolved. */
  readonly scenarios: readonly string[]
  readonly protocols: readonly Protocol[]
  readonly modes: readonly Mode[]
  /** Whether what injects comes with its twin, behind the others. */
  readonly twins: boolean
}

type Report = ['ended', EndedReport] | ['message', MessageReport]

/** One endpoint. What it sees goes to whoever has it. */
export class Slot {
  readonly server: MailServer
  readonly accompanies: LentEndpoint['accompanies']
  report: ((...report: Report) => void) | undefined
  #spoilt = false

  constructor(server: MailServer, accompanies: LentEndpoint['accompanies'] = null) {
    this.server = server
    this.accompanies = accompanies
    const endpoint = server.id
    server.onClose(async () => {
      this.#spoilt = true
    })
    server.onEnded((record) => this.report?.('ended', { endpoint, run: server.runNumber, record }))
    server.onMessage(({ id, raw, envelope, secure, connection: record }) => {
      const run = server.runNumber
      this.report?.('message', { endpoint, run, record, id, raw: raw.toString('base64'), ...envelope, secure })
    })
  }

  /** Whether the next to have it could meet a client of the one before: one that stayed, or came when nobody had it. */
  get spoilt(): boolean {
    const { busy, connections } = this.server
    return this.#spoilt || busy || (this.report === undefined && connections.length > 0)
  }

  giveBack(): void {
    this.server.reset()
    this.report = undefined
  }
}

/** Endpoints that are lent together, with one mailbox per scenario. */
export interface Group {
  readonly key: string
  readonly slots: readonly Slot[]
  readonly leftOut: Lease['leftOut']
}

/** Everything that was started to be lent, and what of it nobody has at the moment. */
export class Shelf {
  readonly #live: LiveFleet
  readonly #free = new Map<string, Group[]>()

  constructor(live: LiveFleet) {
    this.#live = live
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

  #discard({ slots }: Group): Promise<void> {
    return this.#live.discard(slots.map(({ server }) => server))
  }

  async #start(key: string, wish: Wish): Promise<Group> {
    const scenarios = wish.scenarios.map((scenario) => resolveScenario(scenario))
    const { servers, plan } = await this.#live.addApart({ ...wish, scenarios })
    return { key, slots: servers.flatMap(slotsOf), leftOut: plan.leftOut }
  }
}

/** A place, and those that belong to it. */
const slotsOf = (server: MailServer): readonly Slot[] => [
  new Slot(server),
  ...server.accompanied.map((one) => new Slot(one.server, { endpoint: server.id, role: one.role })),
]

/** A group as it is told of to whoever has it. */
export const leaseOf = ({ slots, leftOut }: Group, ca: string): Lease => ({
  schema: 1,
  ca,
  endpoints: slots.map(({ server, accompanies }) => {
    const { user, password, runNumber: run } = server
    return { ...endpointEvent(server), user, password, run, accompanies }
  }),
  leftOut,
})
