import { type OnDemandServers, startOnDemand } from '../fleet/on-demand.ts'
import type { RunOptions } from '../fleet/options.ts'
import { type Channel, type ChannelAddress, type Guest, handlerOf, listenForChannels } from './channel.ts'
import type { Place, Reports, Requests } from './messages.ts'
import { type Group, Shelf, type Slot } from './shelf.ts'

/** Where a worker finds the fleet of its run: what a global setup hands on. */
export interface SharedFleet extends ChannelAddress {
  /** Directory with every file of the PKI. */
  readonly pki: string
}

/** The process that has the servers of all workers. */
export interface Host {
  readonly fleet: SharedFleet
  close(): Promise<void>
}

/**
 * Starts the fleet of a run: one PKI, and endpoints that are lent to one worker at a time.
 * @throws {MockmailError} INVALID_OPTION, PKI_UNUSABLE, FILE_UNWRITABLE
 */
export async function openHost(options: RunOptions): Promise<Host> {
  const servers = await startOnDemand(options)
  const shelf = new Shelf(servers)
  const channels = await listenForChannels((channel) => admit(channel, shelf, servers))
  return {
    fleet: { ...channels.address, pki: servers.directory },
    async close() {
      await channels.close()
      try {
        await shelf.close()
      } finally {
        await servers.close()
      }
    },
  }
}

/** Serves one worker's scope. What it has goes back when it says so, or when it is gone. */
function admit(channel: Channel<Reports>, shelf: Shelf, servers: OnDemandServers): Guest {
  const leases = new Map<number, Group>()
  let lastLease = 0
  let over = false

  const slotAt = ({ lease, at }: Place): Slot => {
    const slot = leases.get(lease)?.slots[at]
    if (!slot) throw new Error(`Nothing is lent as ${lease}/${at}.`)
    return slot
  }
  const leave = async (): Promise<void> => {
    over = true
    const groups = [...leases.values()]
    leases.clear()
    await Promise.all(groups.map((group) => shelf.giveBack(group)))
  }

  const handle = handlerOf<Requests>({
    hello: () => {},
    async lease(wish) {
      const group = await shelf.take(wish)
      const lease = ++lastLease
      leases.set(lease, group)
      for (const [at, slot] of group.slots.entries()) {
        slot.report = (name, report) => channel.tell(name, { lease, at, ...report } as never)
      }
      // It hung up meanwhile.
      if (over) await leave()
      return { lease, ...group.lent }
    },
    async settle({ grace, ...place }) {
      await slotAt(place).server.outcome(grace === undefined ? {} : { settle: grace })
      const slots = leases.get(place.lease)?.slots ?? []
      return slots.map(({ server, epoch }, at) => {
        return { at, epoch, records: server.connections.filter(({ end }) => end === null) }
      })
    },
    reset: (place) => slotAt(place).reset(),
    deliver: ({ raw, ...place }) => slotAt(place).server.deliver(Buffer.from(raw, 'base64')),
    close: (place) => slotAt(place).close(),
    files: () => servers.write(),
    leave,
  })
  return {
    handle,
    // Nobody is there to be told of a defect; closing the shelf tells.
    gone: () => void leave().catch(() => {}),
  }
}
