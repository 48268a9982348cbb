import type { ConnectionRecord } from '../record/record.ts'
import type { Expectation } from '../scenarios/scenario.ts'
import type { Expect, Mode, Protocol, Reason } from '../scenarios/vocabulary.ts'
import type { Judgement } from '../verdicts/verdict.ts'
import type { EndpointChange } from './live.ts'
import type { MailServer } from './mail-server.ts'
import type { ReceivedMessage } from './message.ts'
import type { MailServers } from './start.ts'

/** One listening port, as the ready event lists it. */
export interface EndpointEvent {
  /** Stable within the run. */
  readonly id: string
  readonly scenario: string
  readonly protocol: Protocol
  readonly mode: Mode
  /** The address bound. */
  readonly host: string
  readonly port: number
  /** The name to dial and to verify. */
  readonly servername: string
  readonly url: string
  /** What a strict client does. */
  readonly expect: Expect
  readonly because: string
  /** The reasons that a correct refusal may give; empty where any will do. */
  readonly reasons: readonly Reason[]
  /** Set where only such a client can see what is wrong. */
  readonly needs: Expectation['needs']
  /** Who can tell what the client did: a port where nobody listens sees nothing. */
  readonly observable: 'server' | 'client'
  /** How many connections show the fault. */
  readonly runs: number
  /** The port of the same without what is injected here: what a client does counts only if it was there too. */
  readonly twin: number | null
  /** Set where nobody asked for it, and another one is judged by what the client does here. */
  readonly role?: 'twin'
}

/** Printed once, when everything listens and every file is on disk. */
export interface ReadyEvent {
  readonly schema: 1
  readonly event: 'ready'
  readonly mockmail: string
  readonly pid: number
  readonly ca: string
  readonly pki: string
  readonly user: string
  readonly password: string
  /** Where the control API listens, with `--api`. */
  readonly api?: string
  /** What the control API wants to be sent as `Authorization: Bearer …`. */
  readonly token?: string
  readonly endpoints: readonly EndpointEvent[]
}

/** Printed when the control API has changed an endpoint. */
export interface EndpointChangedEvent extends EndpointEvent {
  readonly schema: 1
  readonly event: 'endpoint'
  readonly change: EndpointChange
}

/** Printed when a connection has ended. Outcome and verdict are of this connection alone. */
export interface ConnectionEvent extends Judgement {
  readonly schema: 1
  readonly event: 'connection'
  /** The id of the endpoint. */
  readonly endpoint: string
  readonly scenario: string
  readonly protocol: Protocol
  readonly mode: Mode
  readonly port: number
  readonly record: ConnectionRecord
  /** Set where it was too large to be told whole. */
  readonly cut?: true
}

/** Printed at the end of `exec --judge`, for each endpoint that was dialled. Outcome and verdict are of the whole run. */
export interface JudgedEvent extends Judgement {
  readonly schema: 1
  readonly event: 'judged'
  /** The id of the endpoint. */
  readonly endpoint: string
  readonly scenario: string
  readonly protocol: Protocol
  readonly mode: Mode
  readonly port: number
  /** How many there were. */
  readonly connections: number
}

/** Printed when a client has sent a message in. */
export interface MessageEvent {
  readonly schema: 1
  readonly event: 'message'
  readonly id: string
  /** The id of the endpoint. */
  readonly endpoint: string
  /** The id of the connection that brought it. */
  readonly connection: string
  readonly scenario: string
  readonly protocol: Protocol
  readonly mode: Mode
  readonly port: number
  readonly from: string
  readonly to: readonly string[]
  readonly secure: boolean
  /** Octets. */
  readonly size: number
  /** The source, read as UTF-8. */
  readonly text: string
  /** Set where it was too large to be told whole. */
  readonly cut?: true
}

export const endpointEvent = (server: MailServer): EndpointEvent => ({
  id: server.id,
  scenario: server.scenario,
  protocol: server.protocol,
  mode: server.mode,
  host: server.host,
  port: server.port,
  servername: server.servername,
  url: server.url,
  expect: server.expectation.expect,
  because: server.expectation.because,
  reasons: server.expectation.reasons,
  needs: server.expectation.needs,
  observable: server.observedBy,
  runs: server.runs,
  twin: server.twin?.port ?? null,
})

/** The same of one of a fleet, which knows whether anybody asked for it. */
export const endpointOf = (servers: Pick<MailServers, 'twins'>, server: MailServer): EndpointEvent => ({
  ...endpointEvent(server),
  ...(servers.twins.has(server) && { role: 'twin' as const }),
})

export function readyEvent(servers: MailServers, version: string): ReadyEvent {
  const [first] = servers.endpoints
  return {
    schema: 1,
    event: 'ready',
    mockmail: version,
    pid: process.pid,
    ca: servers.ca.path,
    pki: servers.pki,
    user: first?.user ?? '',
    password: first?.password ?? '',
    ...(servers.api && { api: servers.api.url, token: servers.api.token }),
    endpoints: servers.endpoints.map((server) => endpointOf(servers, server)),
  }
}

export const changedEvent = (
  servers: MailServers,
  change: EndpointChange,
  server: MailServer,
): EndpointChangedEvent => ({
  schema: 1,
  event: 'endpoint',
  change,
  ...endpointOf(servers, server),
})

export const connectionEvent = (
  server: MailServer,
  record: ConnectionRecord,
  judgement: Judgement,
): ConnectionEvent => ({
  schema: 1,
  event: 'connection',
  endpoint: server.id,
  scenario: record.scenario,
  protocol: server.protocol,
  mode: server.mode,
  port: server.port,
  ...judgement,
  record,
})

/** Octets of a message that is told whole: the line of a longer one would keep everybody waiting while it is made. */
const mostTold = 4 << 20

/** Octets that are told of one that is not. */
const beginning = 4096

export const messageEvent = (
  server: MailServer,
  { id, connection, envelope, raw, secure }: ReceivedMessage,
): MessageEvent => ({
  schema: 1,
  event: 'message',
  id,
  endpoint: server.id,
  connection: connection.id,
  scenario: connection.scenario,
  protocol: server.protocol,
  mode: server.mode,
  port: server.port,
  from: envelope.from,
  to: envelope.to,
  secure,
  size: raw.length,
  text: raw.toString('utf8', 0, raw.length > mostTold ? beginning : raw.length),
  ...(raw.length > mostTold && { cut: true as const }),
})
