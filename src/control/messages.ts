import type { Plan } from '../fleet/plan.ts'
import type { ConnectionRecord } from '../record/record.ts'
import type { Mode, Protocol } from '../scenarios/vocabulary.ts'

/** What a worker wants to have for itself: every scenario on every protocol and mode where it can show. */
export interface Wish {
  /** Ids, aliases resolved. */
  readonly scenarios: readonly string[]
  readonly protocols: readonly Protocol[]
  readonly modes: readonly Mode[]
  /** Whether what injects comes with its twin, behind the others. */
  readonly twins: boolean
}

/** One endpoint of what was lent. */
export interface LentEndpoint {
  readonly scenario: string
  readonly protocol: Protocol
  readonly mode: Mode
  readonly host: string
  readonly port: number
  readonly servername: string
  readonly user: string
  readonly password: string
}

export interface Lent {
  readonly lease: number
  readonly ca: string
  readonly endpoints: readonly LentEndpoint[]
  readonly leftOut: Plan['leftOut']
}

/** Which endpoint of which lease. */
export interface Place {
  readonly lease: number
  readonly at: number
}

/** Counts resets, so that what was seen before one is not taken for seen after it. */
interface Dated {
  readonly epoch: number
}

/** The open connections of one endpoint. */
export interface StillOpen extends Dated {
  readonly at: number
  readonly records: readonly ConnectionRecord[]
}

/** What a worker asks of the host. */
export interface Requests {
  hello(params: { readonly token: string }): void
  lease(wish: Wish): Lent
  /**
   * Answers when the run has settled, with the connections that are still open on each endpoint of the lease: a twin's count
   * too. The others were reported as they ended.
   */
  settle(params: Place & { readonly grace?: number }): readonly StillOpen[]
  reset(place: Place): void
  /** `raw` is base64. */
  deliver(params: Place & { readonly raw: string }): void
  close(place: Place): void
  /** Writes the files of the PKI that are not written yet. */
  files(params: object): void
  /** Gives everything back. */
  leave(params: object): void
}

/** What the host reports to the worker that has the endpoint. */
export interface Reports {
  ended(params: Place & Dated & { readonly record: ConnectionRecord }): void
  /** `raw` is base64; `record` is that of the connection so far. */
  message(
    params: Place &
      Dated & {
        readonly record: ConnectionRecord
        readonly raw: string
        readonly from: string
        readonly to: readonly string[]
        readonly secure: boolean
      },
  ): void
}
