import type { Mode, Protocol } from '../../../src/index.ts'

/** Where a client is to go, and with what. */
export interface Target {
  readonly scenario: string
  readonly protocol: Protocol
  /** `implicit` or `starttls`; what it is told to use. */
  readonly mode: Mode
  readonly servername: string
  readonly port: number
  readonly user: string
  readonly password: string
}

/** What the client is told to trust, and what it sends. */
export interface Errand {
  /** Path of a PEM file with the only roots to trust. */
  readonly ca: string
  /** The message to send over SMTP, CRLF line ends. */
  readonly mail: { readonly from: string; readonly to: string; readonly raw: string }
}

/** What the client made of it, in its own words. */
export interface Said {
  /** Whether the client says that all went well. */
  readonly ok: boolean
  /** Its error, or what it says when all is well. */
  readonly said: string
  /** What a listing over IMAP or POP3 showed, one entry per mailbox or message. */
  readonly listed?: readonly string[]
  /** The octets of the first message, where the client shows them. */
  readonly fetched?: Buffer
}

/** A real client that logs in, lists and fetches, or sends. */
export interface SessionClient {
  readonly name: string
  /** Programs (or files) that it needs. */
  readonly needs: readonly string[]
  readonly protocols: readonly Protocol[]
  /** Whether the client can show the octets of a message as the server has them. Default true. */
  readonly fetchesBytes?: boolean
  /** Never rejects for what a server did. */
  play(target: Target, errand: Errand): Promise<Said>
}
