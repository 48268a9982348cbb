import type { MockmailErrorCode } from '../errors.ts'
import type { EndpointEvent } from '../fleet/events.ts'
import type { ParsedAddress } from '../fleet/message.ts'
import type { ConnectionRecord } from '../record/record.ts'
import type { Mode, Protocol } from '../scenarios/vocabulary.ts'
import type { Judgement } from '../verdicts/verdict.ts'

// What crosses the control API. schemas/openapi.json is made of these types.

/** Every refusal. */
export interface ApiError {
  /** Codes are API: they only gain members. `DEFECT` is one of mockmail's own. */
  readonly code: MockmailErrorCode | 'DEFECT'
  /** What was given, what is allowed, and how to list it. */
  readonly message: string
  /** What could have been given instead, where that is a list. */
  readonly allowed: readonly string[] | null
}

/** A certificate or quirk of your own: the data of `defineCertificate` or `defineQuirk`, with effects as constant lists. */
export type ApiPart =
  | { readonly certificate: { readonly id: string; readonly [key: string]: unknown } }
  | { readonly quirk: { readonly id: string; readonly [key: string]: unknown } }

/** An id, several joined by `+`, a part of your own, or a list of these. */
export type ApiScenario = string | ApiPart | readonly (string | ApiPart)[]

/** An endpoint to open. */
export interface NewEndpoint {
  /** Default `good`. */
  readonly scenario?: ApiScenario
  readonly protocol: Protocol
  readonly mode: Mode
  /** Default any free port. */
  readonly port?: number
}

/** What an endpoint is to show from now on. */
export interface Switch {
  readonly scenario: ApiScenario
}

/** An endpoint as it is after it was opened or switched. */
export interface ChangedEndpoint extends EndpointEvent {
  readonly schema: 1
  /** Whether a client must load ca.pem again. */
  readonly caChanged: boolean
}

export interface EndpointList {
  readonly schema: 1
  readonly endpoints: readonly EndpointEvent[]
}

/** What the client did since the start of the run: every connection, worst wins. */
export interface RunOutcome extends Judgement {
  readonly schema: 1
  /** The id of the endpoint. */
  readonly endpoint: string
  readonly scenario: string
  readonly protocol: Protocol
  readonly mode: Mode
  readonly port: number
  /** How many there were. */
  readonly connections: number
  /** The proof in lines, for people; none where there is no proof. */
  readonly evidence: readonly string[]
  /** The newest three dialogues, those with companions included. */
  readonly dialogues: readonly string[]
  /** What a strict client does, and why. */
  readonly expect: EndpointEvent['expect']
  readonly because: string
}

export interface ConnectionList {
  readonly schema: 1
  /** Newest last, open ones included; the newest 1,000 of the run. */
  readonly connections: readonly ConnectionRecord[]
}

/** A message that a client sent in. */
export interface ApiMessage {
  readonly id: string
  /** The id of the endpoint. */
  readonly endpoint: string
  readonly scenario: string
  /** The id of the connection that brought it. */
  readonly connection: string
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string | null
  /** Whether it came through TLS. */
  readonly secure: boolean
  /** Octets. */
  readonly size: number
}

export interface MessageList {
  readonly schema: 1
  /** Oldest first. */
  readonly messages: readonly ApiMessage[]
}

/** A message with its source and what it decodes to. */
export interface WholeMessage extends ApiMessage {
  readonly schema: 1
  /** The octets, in base64. */
  readonly raw: string
  /** By lower-case name, unfolded, in order of appearance. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly parsed: DecodedMessage
}

/** A decoded message; an attachment is told of without its content. */
export interface DecodedMessage {
  readonly subject: string | null
  readonly from: ParsedAddress | null
  readonly to: readonly ParsedAddress[]
  readonly cc: readonly ParsedAddress[]
  readonly text: string | null
  readonly html: string | null
  readonly attachments: readonly {
    readonly filename: string | null
    readonly mimeType: string
    /** Octets. */
    readonly size: number
  }[]
}

/** Which mailboxes a message was put into. */
export interface Delivered {
  readonly schema: 1
  readonly scenarios: readonly string[]
}

/** Which certificate is to be revoked. */
export interface Revocation {
  /** The certificate part of a scenario: `good`. */
  readonly certificate: string
}

/** Endpoints for somebody who has them alone until the stream of `holder` ends. */
export interface LeaseWish {
  /** What the first event of `GET /api/v1/leases` says. */
  readonly holder: string
  readonly scenarios: readonly string[]
  readonly protocols: readonly Protocol[]
  readonly modes: readonly Mode[]
  /** Whether what injects comes with its twin, behind the others. */
  readonly twins: boolean
  /** Whether the files of the PKI are to be on disk when it is answered. */
  readonly files: boolean
}

/** An endpoint that somebody has alone. */
export interface LentEndpoint extends EndpointEvent {
  readonly user: string
  readonly password: string
  /** How many runs it had before; counts up with each reset. */
  readonly run: number
  /** The id of the endpoint whose companion it is, and what for; it is reset and given back with that one. */
  readonly accompanies: { readonly endpoint: string; readonly role: 'canary' | 'fallback' } | null
}

export interface Lease {
  readonly schema: 1
  readonly ca: string
  /** What accompanies another one stands behind it. */
  readonly endpoints: readonly LentEndpoint[]
  readonly leftOut: readonly { readonly scenario: string; readonly where: string; readonly why: string }[]
}

/** Told to the holder of an endpoint when a connection to it has ended. */
export interface EndedReport {
  readonly endpoint: string
  readonly run: number
  readonly record: ConnectionRecord
}

/** Told to the holder of an endpoint when a message came in. */
export interface MessageReport {
  readonly endpoint: string
  readonly run: number
  /** That of the connection so far. */
  readonly record: ConnectionRecord
  readonly id: string
  /** The octets, in base64. */
  readonly raw: string
  readonly from: string
  readonly to: readonly string[]
  readonly secure: boolean
}

/** Told on a stream to whoever did not read it in time. */
export interface LostEvent {
  readonly schema: 1
  readonly event: 'lost'
  /** How many events were lost. */
  readonly count: number
}
