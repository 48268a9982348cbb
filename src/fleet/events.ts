import type { ConnectionRecord } from '../record/record.ts'
import type { Expect, Mode, Protocol } from '../scenarios/vocabulary.ts'
import type { Judgement } from '../verdicts/verdict.ts'
import type { MailServer } from './mail-server.ts'
import type { ReceivedMessage } from './message.ts'
import type { MailServers } from './start.ts'

/** One listening port, as the ready event lists it. */
export interface EndpointEvent {
  readonly scenario: string
  readonly protocol: Protocol
  readonly mode: Mode
  /** The address bound. */
  readonly host: string
  readonly port: number
  /** The name to dial and to verify. */
  readonly servername: string
  readonly url: string
  readonly expect: Expect
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
  readonly endpoints: readonly EndpointEvent[]
}

/** Printed when a connection has ended. Outcome and verdict are of this connection alone. */
export interface ConnectionEvent extends Judgement {
  readonly schema: 1
  readonly event: 'connection'
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
  scenario: server.scenario,
  protocol: server.protocol,
  mode: server.mode,
  host: server.host,
  port: server.port,
  servername: server.servername,
  url: server.url,
  expect: server.expectation.expect,
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
    endpoints: servers.endpoints.map((server) => ({
      ...endpointEvent(server),
      ...(servers.twins.has(server) && { role: 'twin' as const }),
    })),
  }
}

export const connectionEvent = (
  server: MailServer,
  record: ConnectionRecord,
  judgement: Judgement,
): ConnectionEvent => ({
  schema: 1,
  event: 'connection',
  scenario: server.scenario,
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

export const messageEvent = (server: MailServer, { envelope, raw, secure }: ReceivedMessage): MessageEvent => ({
  schema: 1,
  event: 'message',
  scenario: server.scenario,
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
