/**
 * What a handler wants to happen. It decides; the connection does the writing, so that quirks can replace the reply and
 * a refused command has no effect.
 */
export interface Outcome {
  /** Bytes to write, CRLF included. A string is sent as latin1. Empty writes nothing. */
  readonly send: string | Buffer
  readonly next: 'command' | 'upgrade' | 'close' | Continuation
  /** Takes effect only if the reply is really given: a login, a deletion. */
  readonly commit?: () => void
  /** What the client may say next all the same, although it was refused: it is understood, and changes nothing. */
  readonly unasked?: Continuation | undefined
}

/** What must arrive before the command is complete. Its bytes are not a command. */
export type Continuation =
  /** The next line, without CRLF. */
  | { readonly read: 'line'; readonly run: (line: Buffer) => Outcome | Promise<Outcome> }
  /** Exactly so many octets: an IMAP literal. */
  | { readonly read: 'literal'; readonly size: number; readonly run: (bytes: Buffer) => Outcome | Promise<Outcome> }
  /** Everything up to and including CRLF.CRLF, as it came (dot-stuffed, terminator included): SMTP DATA. */
  | {
      readonly read: 'dotted'
      readonly limit: number
      readonly run: (bytes: Buffer | 'too-long') => Outcome | Promise<Outcome>
    }

type Commit = Pick<Outcome, 'commit'>

export const reply = (send: string | Buffer, also: Pick<Outcome, 'commit' | 'unasked'> = {}): Outcome => ({
  send,
  next: 'command',
  ...also,
})

export const replyThenUpgrade = (send: string): Outcome => ({ send, next: 'upgrade' })

export const replyThenClose = (send: string | Buffer, { commit }: Commit = {}): Outcome =>
  commit ? { send, next: 'close', commit } : { send, next: 'close' }

export const replyThenRead = (send: string | Buffer, next: Continuation): Outcome => ({ send, next })
