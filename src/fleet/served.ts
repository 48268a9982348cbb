import type { Companion } from '../scenarios/quirk-words.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import type { Mode, Protocol } from '../scenarios/vocabulary.ts'
import type { Run } from '../servers/core/run.ts'
import type { RevocationRequirement } from '../verdicts/verdict.ts'
import type { MailServer } from './mail-server.ts'

export interface WaitOptions {
  /** Milliseconds. Default 5,000. */
  readonly timeout?: number
}

export interface SettleOptions {
  /** Milliseconds without a new connection before the run is judged. Default 250. */
  readonly settle?: number
  /** Fail a client that does not look at revocation. Default: note it. */
  readonly requireRevocation?: RevocationRequirement
}

/** The connections of what is served. */
export type ServedRun = Pick<Run, 'records' | 'count' | 'onEnded' | 'settled' | 'reset' | 'forget'>

/** What a {@link MailServer} shows: an endpoint of this process, or of another one that lends it. */
export interface Served {
  readonly protocol: Protocol
  readonly mode: Mode
  readonly host: string
  readonly port: number
  readonly servername: string
  readonly run: ServedRun
  /** Connections that are open now, be they of a run before. */
  readonly open: number
  close(): Promise<void>
}

/** Makes an endpoint show another scenario; `turned` is told the roots of the run when no client meets the old one any more. */
export type Turn = (scenario: Scenario, turned: (ca: string) => void) => Promise<void>

/** A further endpoint, and what it is for. */
export interface Accompanying {
  readonly server: MailServer
  readonly role: Companion['role']
}

/** What a client is given for TLS. */
export const tlsOptions = ({ servername }: Pick<Served, 'servername'>, ca: string) => Object.freeze({ ca, servername })

/** URL of an endpoint, its name being the one to dial. */
export function urlOf({
  protocol,
  mode,
  servername,
  port,
}: Pick<Served, 'protocol' | 'mode' | 'servername' | 'port'>): string {
  // A host name has no colon, and Node's isIPv6 takes a millisecond at its second call, when its pattern is compiled.
  const host = servername.includes(':') ? `[${servername}]` : servername
  return `${protocol}${mode === 'implicit' ? 's' : ''}://${host}:${port}`
}
