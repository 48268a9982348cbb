import { cpSync, readFileSync } from 'node:fs'
import { ApiClient } from '../../control/client.ts'
import type { SharedFleet } from '../../control/host.ts'
import type { EndedReport, Lease, LeaseWish, MessageReport } from '../../control/types.ts'
import { MockmailError } from '../../errors.ts'
import { MailServer } from '../../fleet/mail-server.ts'
import { MailServers } from '../../fleet/mail-servers.ts'
import { receive } from '../../fleet/message.ts'
import { checkMode, checkProtocol } from '../../fleet/options.ts'
import type { Served } from '../../fleet/served.ts'
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

/** What was lent, and the way to whoever lent it. */
interface Loan {
  readonly lease: Lease
  readonly servers: readonly MailServer[]
}

interface Place {
  readonly run: BorrowedRun
  readonly server: MailServer
}

type Wish = Omit<LeaseWish, 'holder'>

/** Dials when the first server is asked for. */
export function borrowFrom(fleet: SharedFleet): Borrowed {
  const places = new Map<string, Place>()
  let dialled: Promise<ApiClient> | undefined
  let over = false

  const report = (event: string, data: unknown): void => {
    if (event === 'ended') {
      const { endpoint, run, record } = data as EndedReport
      places.get(endpoint)?.run.ended(run, record)
    } else if (event === 'message') {
      const { endpoint, run, record, id, raw, from, to, secure } = data as MessageReport
      const place = places.get(endpoint)
      const connection = place?.run.seen(run, record)
      const message = { via: 'DATA', raw: Buffer.from(raw, 'base64'), from, to } as const
      if (connection) place?.server.received(receive(message, connection, secure ? 'tls' : 'clear', id))
    }
  }

  const borrow = (client: ApiClient, lent: Lease['endpoints'][number], { ca }: Lease): MailServer => {
    const { id, protocol, mode, host, port, servername, user, password } = lent
    const run: BorrowedRun = new BorrowedRun(client, lent, () => {
      const twin = server.twin && places.get(server.twin.id)
      return twin ? [twin.run] : []
    })
    const close = async (): Promise<void> => {
      // What is given back with everything else, or with another one, is closed by nobody, or is closed already.
      if (over || lent.accompanies) return
      await client.call('DELETE', `/api/v1/endpoints/${id}`).catch(unlessGone)
    }
    const served: Served = {
      ...{ protocol, mode, host, port, servername, run, close },
      get open() {
        return run.records.filter(({ end }) => end === null).length
      },
    }
    const server = new MailServer({
      id,
      endpoint: served,
      scenario: resolveScenario(lent.scenario),
      ca,
      user,
      password,
      stock: (raw) => client.tell(`/api/v1/messages?endpoint=${id}`, raw),
      // The host does it when the run is reset.
      restock: () => {},
      turn: async () => {
        throw new Error('What is lent is not switched.')
      },
      defects: [],
    })
    places.set(id, { run, server })
    return server
  }

  /** What accompanies another one is that one's, and nobody's who asked. */
  const borrowAll = (client: ApiClient, lease: Lease): readonly MailServer[] => {
    const servers: MailServer[] = []
    for (const lent of lease.endpoints) {
      const server = borrow(client, lent, lease)
      const { accompanies } = lent
      if (accompanies) places.get(accompanies.endpoint)?.server.accompany(server, accompanies.role)
      else servers.push(server)
    }
    return servers
  }

  const lend = async (wish: Wish): Promise<Loan> => {
    dialled ??= ApiClient.dial(fleet, report)
    const client = await dialled
    const lease = await client.call<Lease>('POST', '/api/v1/leases', { holder: client.holder, ...wish })
    return { lease, servers: borrowAll(client, lease) }
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
      const where = { scenarios: [scenario], protocols: [protocol], modes: [mode] }
      const { servers, lease } = await lend(wishFor(where, { twins: true, files: false }))
      const [server, ...twins] = servers
      if (!server) throw new Error(`The host of the shared fleet lent nothing: ${JSON.stringify(lease)}`)
      server.pair(servers)
      server.onClose(async () => void (await Promise.all(twins.map((twin) => twin.close()))))
      return server
    },
    async startAll(options = {}) {
      const { scenarios, protocols, modes, ...rest } = options
      refuseOptions(rest)
      const { servers, lease } = await lend(wishFor(options, { twins: false, files: true }))
      const files = {
        caPem: lease.ca,
        write: (directory: string) => copyFiles(fleet.pki, directory),
      }
      const endpoints = servers.map(({ resolved: scenario }) => ({ scenario }))
      return new MailServers(servers, files, { endpoints, leftOut: lease.leftOut }, async () => {})
    },
    async end() {
      over = true
      const client = await dialled?.catch(() => undefined)
      await client?.call('DELETE', `/api/v1/leases/${client.holder}`).catch(unlessGone)
      client?.close()
    },
  }
}

/** To a host that is gone there is nothing to give back, and what is closed already is not closed again. */
function unlessGone(error: unknown): void {
  if (!(error instanceof MockmailError && ['CLOSED', 'NO_SUCH_ENDPOINT'].includes(error.code))) throw error
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
  { twins, files }: Pick<Wish, 'twins' | 'files'>,
): Wish {
  return {
    scenarios: scenarios.map(idOf),
    protocols: protocols.map(checkProtocol),
    modes: (modes ?? allModes.filter((mode) => mode !== 'plain')).map(checkMode),
    twins,
    files,
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
