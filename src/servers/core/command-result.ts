import type { Pieces } from './pieces.ts'

/**
 * What a handler wants to happen. It decides; the connection does the writing, so that quirks can replace the reply and
 * a refused command has no effect.
 */
export interface CommandResult {
  /** What to write, CRLF included. A string is sent as latin1. Empty writes nothing. */
  readonly send: string | Buffer | LateReply
  readonly next: 'command' | 'upgrade' | 'close' | Continuation
  /** Takes effect only if the reply is really given: a login, a deletion. */
  readonly commit?: () => void
  /** What the client may say next all the same, although it was refused: it is understood, and changes nothing. */
  readonly unasked?: Continuation | undefined
}

/**
 * A reply that is made while it is written, piece by piece: it may be long, and what it tells is as it is when it is told.
 * What the command does is done on the way, so that nothing happens where the reply is never made.
 */
export class LateReply {
  readonly #make: () => Pieces
  #whole: Buffer | undefined

  constructor(make: () => Pieces) {
    this.#make = make
  }

  /** To be asked for once. */
  pieces(): Pieces {
    return this.#whole ? [this.#whole] : this.#make()
  }

  /** All of it in one piece, for who has to see it before it is written: from then on it has happened. */
  whole(): Buffer {
    this.#whole ??= Buffer.concat(
      Array.from(this.#make(), (piece) => (typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)),
    )
    return this.#whole
  }
}

/** What must arrive before the command is complete. Its bytes are not a command. */
export type Continuation =
  /** The next line, without CRLF. */
  | { readonly read: 'line'; readonly run: (line: Buffer) => CommandResult | Promise<CommandResult> }
  /** Exactly so many octets: an IMAP literal. */
  | {
      readonly read: 'literal'
      readonly size: number
      readonly run: (bytes: Buffer) => CommandResult | Promise<CommandResult>
    }
  /** Everything up to and including CRLF.CRLF, as it came (dot-stuffed, terminator included), in blocks: SMTP DATA. */
  | {
      readonly read: 'dotted'
      readonly limit: number
      readonly run: (blocks: readonly Buffer[] | 'too-long' | 'no-room') => CommandResult | Promise<CommandResult>
    }

type Commit = Pick<CommandResult, 'commit'>

export const reply = (send: string | Buffer, also: Pick<CommandResult, 'commit' | 'unasked'> = {}): CommandResult => ({
  send,
  next: 'command',
  ...also,
})

/** A {@link LateReply}. */
export const replyLate = (make: () => Pieces): CommandResult => ({ send: new LateReply(make), next: 'command' })

export const replyThenUpgrade = (send: string): CommandResult => ({ send, next: 'upgrade' })

export const replyThenClose = (send: string | Buffer, { commit }: Commit = {}): CommandResult =>
  commit ? { send, next: 'close', commit } : { send, next: 'close' }

export const replyThenRead = (send: string | Buffer, next: Continuation): CommandResult => ({ send, next })

/** What is written, as pieces. */
export function piecesOf(send: CommandResult['send']): Pieces {
  return send instanceof LateReply ? send.pieces() : [send]
}

/** What is written, as a whole. */
export function bytesOf(send: CommandResult['send']): Buffer {
  if (send instanceof LateReply) return send.whole()
  return typeof send === 'string' ? Buffer.from(send, 'latin1') : send
}
