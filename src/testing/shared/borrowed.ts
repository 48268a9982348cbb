import { cpSync, readFileSync } from 'node:fs'
import { type Channel, dialChannel, handlerOf } from '../../control/channel.ts'
import type { SharedFleet } from '../../control/host.ts'
import type { Lent, Reports, Requests, StillOpen, Wish } from '../../control/messages.ts'
import { MockmailError } from '../../errors.ts'
import { MailServer, type Served } from '../../fleet/mail-server.ts'
import { MailServers } from '../../fleet/mail-servers.ts'
import { receive } from '../../fleet/message.ts'
import { checkMode, checkProtocol } from '../../fleet/options.ts'
import type { StartOneOptions, StartOptions } from '../../fleet/start.ts'
import { resolveScenario, type ScenarioInput } from '../../scenarios/scenario.ts'
import { modes as allModes, protocols as allProtocols } from '../../scenarios/vocabulary.ts'
import { BorrowedRun } from './run.ts'

/** The servers of one scope that are lent by the process which shares its fleet. */
export interface Borrowed {
  readonly ca: { readonly pem: string; readonly path: string }
  start(options: StartOneOptions): Promise<MailServer>
  startAll(options?: StartOptions): Promise<MailServers>
  /** Gives everything back. */
  end(): Promise<void>
}

/** What was lent, and the line to whoever lent it. */
interface Loan {
  readonly line: Channel<Requests>
  readonly lent: Lent
  readonly servers: readonly MailServer[]
}

interface Place {
  readonly run: BorrowedRun
  readonly server: MailServer
}

/** Dials when the first server is asked for. */
export function borrowFrom(fleet: SharedFleet): Borrowed {
  const places = new Map<string, Place>()
  let channel: Promise<Channel<Requests>> | undefined
  let over = false

  const handle = handlerOf<Reports>({
    ended: ({ lease, at, epoch, record }) => placeAt(lease, at)?.run.ended(epoch, record),
    message({ lease, at, epoch, record, raw, from, to, secure }) {
      const { run, server } = placeAt(lease, at) ?? {}
      const connection = run?.seen(epoch, record)
      const message = { via: 'DATA', raw: Buffer.from(raw, 'base64'), from, to } as const
      if (connection) server?.received(receive(message, connection, secure ? 'tls' : 'clear'))
    },
  })
  const stillOpen = (lease: number, { at, epoch, records }: StillOpen): void => {
    for (const record of records) placeAt(lease, at)?.run.seen(epoch, record)
  }
  const placeAt = (lease: number, at: number): Place | undefined => places.get(`${lease}/${at}`)

  const lend = async (wish: Wish): Promise<Loan> => {
    channel ??= dialChannel(fleet, handle)
    const line = await channel
    const lent = await line.call('lease', wish)
    const servers = lent.endpoints.map((endpoint, at) => {
      const place = { lease: lent.lease, at }
      const run = new BorrowedRun(line, place, (still) => stillOpen(lent.lease, still))
      const { protocol, mode, host, port, servername, user, password } = endpoint
      const close = async (): Promise<void> => (over ? undefined : line.call('close', place))
      const served: Served = { protocol, mode, host, port, servername, run, close }
      const server = new MailServer({
        endpoint: served,
        scenario: resolveScenario(endpoint.scenario),
        ca: lent.ca,
        user,
        password,
        stock: (raw) => line.tell('deliver', { ...place, raw: raw.toString('base64') }),
        // The host does it when the run is reset.
        restock: () => {},
        defects: [],
      })
      places.set(`${place.lease}/${at}`, { run, server })
      return server
    })
    return { line, lent, servers }
  }

  const path = `${fleet.pki}/ca.pem`
  return {
    ca: {
      path,
      get pem() {
        return readFileSync(path, 'utf8')
      },
    },
    async start({ protocol, mode, scenario = 'good', ...rest }) {
      refuseOptions(rest)
      const wish = wishFor({ scenarios: [scenario], protocols: [protocol], modes: [mode] }, { twins: true })
      const { servers, lent } = await lend(wish)
      const [server, ...twins] = servers
      if (!server) throw new Error(`The host of the shared fleet lent nothing: ${JSON.stringify(lent)}`)
      server.pair(servers)
      server.onClose(async () => void (await Promise.all(twins.map((twin) => twin.close()))))
      return server
    },
    async startAll(options = {}) {
      const { scenarios, protocols, modes, ...rest } = options
      refuseOptions(rest)
      const { line, servers, lent } = await lend(wishFor(options, { twins: false }))
      await line.call('files', {})
      const files = {
        caPem: lent.ca,
        write: (directory: string) => copyFiles(fleet.pki, directory),
      }
      const endpoints = servers.map(({ resolved: scenario }) => ({ scenario }))
      return new MailServers(servers, files, { endpoints, leftOut: lent.leftOut }, async () => {})
    },
    async end() {
      over = true
      const line = await channel?.catch(() => undefined)
      try {
        await line?.call('leave', {})
      } catch (error) {
        // To a host that is gone there is nothing to give back.
        if (!(error instanceof MockmailError && error.code === 'CLOSED')) throw error
      } finally {
        line?.close()
      }
    },
  }
}

/** @throws {MockmailError} FILE_UNWRITABLE */
function copyFiles(from: string, to: string): void {
  try {
    cpSync(from, to, { recursive: true })
  } catch (error) {
    throw new MockmailError('FILE_UNWRITABLE', `The PKI cannot be written to ${to}: ${(error as Error).message}.`, {
      cause: error,
    })
  }
}

/** @throws {MockmailError} UNKNOWN_SCENARIO, UNKNOWN_PROTOCOL, UNKNOWN_MODE, CONFLICT, INVALID_OPTION */
function wishFor(
  { scenarios = ['good'], protocols = allProtocols, modes }: StartOptions,
  { twins }: { readonly twins: boolean },
): Wish {
  return {
    scenarios: scenarios.map(idOf),
    protocols: protocols.map(checkProtocol),
    modes: (modes ?? allModes.filter((mode) => mode !== 'plain')).map(checkMode),
    twins,
  }
}

function idOf(input: ScenarioInput): string {
  const own = [input].flat().find((part) => typeof part !== 'string')
  if (own === undefined) return resolveScenario(input).id
  throw new MockmailError(
    'INVALID_OPTION',
    `'${own.id}' is a part of your own, and those cannot be sent to the process of the shared fleet: useMockMail() without shared serves it.`,
  )
}

/** @throws {MockmailError} INVALID_OPTION */
function refuseOptions(rest: object): void {
  const [option] = Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  if (option === undefined) return
  throw new MockmailError(
    'INVALID_OPTION',
    `${option} is no option of a server of the shared fleet. Allowed: scenario, protocol, mode; what all servers have in common is given to sharedFleet() in the global setup.`,
  )
}
