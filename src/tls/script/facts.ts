import type { WireAlert } from './wire.ts'

/** What the engine knows of a connection. Alive: it changes as bytes come and go. */
export interface Facts {
  /** Null until it was agreed on. */
  version: number | null
  /** The cipher suite's number. */
  suite: number | null
  group: number | null
  alpn: string | null
  /** How an earlier session was taken up again. */
  resumed: 'psk' | 'ticket' | 'id' | null
  /** Whether the Certificate message was written. */
  certificateShown: boolean
  alertsReceived: WireAlert[]
  readonly alertsSent: readonly WireAlert[]
  /** The client's. */
  closeNotify: 'seen' | 'missing'
  /** Whether the cookie of a HelloRetryRequest came back; null where none was sent. */
  cookieEchoed: boolean | null
  /** Whether the client sent 0-RTT data, which is always refused. */
  earlyData: 'none' | 'refused'
  /** The subject of the client's certificate. */
  clientCertificate: string | null
  turnedAway: 'no-certificate' | 'untrusted-certificate' | null
  /** Records that could not be read: under other keys than ours. */
  readonly undecryptable: number
  /** Why the handshake or session failed, in our own words. */
  error: string | null
  /** What went wrong with the engine itself. */
  defect: string | null
  /** Moments and members of the script that have shown. */
  readonly fired: ReadonlySet<string>
}
