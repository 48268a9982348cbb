import type { Expect, Mode, Protocol, Reason } from '../scenarios/vocabulary.ts'
import type { Grade, OutcomeWord, Verdict } from '../verdicts/findings.ts'
import type { Detail, Flag, Qualifier } from '../verdicts/outcome.ts'
import type { Proof } from '../verdicts/proof.ts'

/** How the client's own process, or promise, ended. */
export interface ClientEnd {
  /** Exit status; null when a signal ended it, when it was not started, and in process. */
  readonly exit: number | null
  readonly signal: string | null
  /** The line that says what went wrong, in the client's own words; null when it reported success. */
  readonly error: string | null
  /** Last 4 KiB of stdout and stderr, in the order they came. */
  readonly output: string
  /** It was still running at the limit, and was ended. */
  readonly timedOut: boolean
}

/** What the client itself says of the run, beside what the server saw. */
export type ClientFlag =
  /** It reported success after it refused, or was refused. */
  | 'silent-success'
  /** It reported failure and the server saw a complete session. */
  | 'silent-failure'
  /** It refused, and the reason it gives is not the scenario's. */
  | 'wrong-reason'
  /** Processes it started were still there when it had ended; they were ended too. */
  | 'left-children'
  /** It wrote more than a mebibyte, of which the last 4 KiB are kept. */
  | 'output-flood'

/** One client on one endpoint. */
export interface CheckCell {
  readonly scenario: string
  readonly protocol: Protocol
  readonly mode: Mode
  readonly expect: Expect
  readonly because: string
  readonly outcome: OutcomeWord
  readonly detail: Detail
  /** What shows it; null where nothing could be found. */
  readonly proof: Proof | null
  readonly grade: Grade
  readonly qualifier: Qualifier | null
  readonly flags: readonly (Flag | ClientFlag)[]
  readonly verdict: Verdict
  /** Why the client refused: from an alert, else from its own words, normalised. */
  readonly reason: Reason | null
  readonly client: ClientEnd
  /** The dialogues as `C:`/`S:` lines, one string per connection, `*` behind the letter inside TLS. */
  readonly transcripts: readonly string[]
  /** Which of these decided the outcome, counted from 0; absent where none did alone. */
  readonly decidedBy?: number
  /** The lines of that one in which the proof stands, counted from 0. */
  readonly proofLines: readonly number[]
  /** What a baseline expected here, where it differs. */
  readonly baseline: { readonly verdict: Verdict; readonly outcome: string; readonly why: string } | null
  /** Why a baseline lets this be so; absent where none speaks of it, or it differs. */
  readonly known?: string
  /** Milliseconds from the start of the client to its end. */
  readonly duration: number
}

/** A judged matrix. */
export interface CheckReport {
  readonly schema: 1
  readonly mockmail: string
  /** The command line, or the name that was given. */
  readonly client: string
  readonly startedAt: string
  readonly contract: 'strict' | 'opportunistic'
  readonly cells: readonly CheckCell[]
  /** Protocols and modes that the client does not speak, as the good server told, so that nothing else was tried. */
  readonly skipped: readonly {
    readonly protocol: Protocol
    readonly mode: Mode
    readonly why: string
    readonly client: ClientEnd
  }[]
  /** What to try, as the client does not work with the good server; absent where it does. */
  readonly advice?: readonly string[]
  /** It was interrupted: endpoints that are missing were not tried. Absent otherwise. */
  readonly partial?: true
  readonly counts: Readonly<Record<Verdict, number>>
  /** `pass` when nothing failed, was inconclusive or changed against the baseline. */
  readonly verdict: 'pass' | 'fail'
}
