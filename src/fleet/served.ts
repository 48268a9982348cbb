import type { Companion } from '../scenarios/quirk-words.ts'
import type { Scenario } from '../scenarios/scenario.ts'
import type { Mode, Protocol } from '../scenarios/vocabulary.ts'
import type { Run } from '../servers/core/run.ts'
import type { MailServer } from './mail-server.ts'

/** The connections of what is served. */
export type ServedRun = Pick<Run, 'records' | 'count' | 'onEnded' | 'settled' | 'reset' | 'forget'>

/** What a `MailServer` shows: an endpoint of this process, or of another one that lends it. */
export interface Served {
  readonly protocol: Protocol
  readonly mode: Mode
  readonly host: string
  readonly port: number
  readonly servername: string
  readonly run: ServedRun
  /** Connections that are open now, those of a run before included. */
  readonly open: number
  close(): Promise<void>
}

/** Makes an endpoint show another scenario; `turned` is told the roots of the run when no client meets the old one any more. */
export type Turn = (scenario: Scenario, turned: (ca: string) => void) => Promise<void>

/** A companion, and what it is for. */
export interface Accompanying {
  readonly server: MailServer
  readonly role: Companion['role']
}

/** What a client gives to `tls.connect`. */
export const tlsOptions = ({ servername }: Pick<Served, 'servername'>, ca: string) => Object.freeze({ ca, servername })

/** URL of an endpoint, its name being the one to dial. */
export function urlOf({ protocol, mode, servername, port }: Omit<Served, 'host' | 'run' | 'open' | 'close'>): string {
  // A host name has no colon, and Node's isIPv6 takes a millisecond at its second call, when its pattern is compiled.
  const host = servername.includes(':') ? `[${servername}]` : servername
  return `${protocol}${mode === 'implicit' ? 's' : ''}://${host}:${port}`
}
