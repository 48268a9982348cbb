import { clock } from '../../clock.ts'
import { type CommandResult, replyLate } from '../core/command-result.ts'
import type { Link, Session } from '../core/dialect.ts'
import type { Pieces } from '../core/pieces.ts'
import { tagged } from './spelling.ts'
import type { View } from './view.ts'

/** RFC 9051 §3. */
export type ImapState = 'not-authenticated' | 'authenticated' | 'selected' | 'logout'

/** One IMAP dialogue inside one TLS phase. */
export class ImapSession implements Session {
  readonly link: Link
  /** The client has shown that it knows mod-sequences, RFC 7162 §3.1. */
  knowsModseq = false
  #state: ImapState = 'not-authenticated'
  #view: View | undefined
  #idling = false
  #pushing = false
  #unsubscribe: (() => void) | undefined

  constructor(link: Link) {
    this.link = link
    this.#state = link.start.state ?? 'not-authenticated'
  }

  adopt(earlier: ImapSession): void {
    if (earlier.#state !== 'logout') this.#state = earlier.#state
    this.#view = earlier.#view
    this.knowsModseq = earlier.knowsModseq
  }

  get state(): ImapState {
    return this.#state
  }

  /** The selected mailbox. */
  get view(): View | undefined {
    return this.#view
  }

  authenticate(): void {
    this.#state = 'authenticated'
  }

  logout(): void {
    this.close()
    this.#state = 'logout'
  }

  select(view: View): void {
    this.#view = view
    this.#state = 'selected'
  }

  unselect(): void {
    this.#view = undefined
    this.#state = 'authenticated'
  }

  /** From now on news are pushed as they come, RFC 9051 §6.3.13. */
  startIdling(): void {
    this.#idling = true
    this.#unsubscribe = this.#view?.folder.subscribe(() => this.#pushSoon())
    this.#pushSoon()
  }

  stopIdling(): void {
    this.#idling = false
    this.#unsubscribe?.()
    this.#unsubscribe = undefined
  }

  close(): void {
    this.stopIdling()
    this.#view = undefined
  }

  /** In one piece what one change brings about, and never before the continuation that opens IDLE. */
  #pushSoon(): void {
    if (this.#pushing) return
    this.#pushing = true
    clock.queueMicrotask(() => {
      this.#pushing = false
      this.link.push(() => (this.#idling ? this.news({ expunges: true }) : []))
    })
  }

  /** What the client has to learn about its mailbox, if it has selected one. */
  news({ expunges }: { readonly expunges: boolean }): Pieces {
    return this.#view?.news({ expunges, modseq: this.knowsModseq }) ?? []
  }
}

/** How a command ends well. */
export interface Completion {
  readonly tag: string
  /** What stands behind OK; a client may stop at a bare `tag OK`. */
  readonly text: string
  readonly code?: string
  /** `keep` where EXPUNGE must wait: while FETCH, STORE or SEARCH by number is answered. */
  readonly numbers?: 'keep'
}

/** Whatever else the client has to learn about its mailbox, and tagged OK. */
export function* completion(
  session: ImapSession,
  { tag, text, code, numbers }: Completion,
): Generator<string | Buffer> {
  yield* session.news({ expunges: numbers !== 'keep' })
  yield tagged(tag, 'OK', text, code)
}

/** An answer of a few lines: what the command does, its own untagged responses, news, and tagged OK. */
export function complete(
  session: ImapSession,
  {
    untagged,
    commit,
    ...end
  }: Completion & {
    /** CRLF included. */
    readonly untagged?: string
    readonly commit?: () => void
  },
): CommandResult {
  return replyLate(function* () {
    commit?.()
    if (untagged) yield untagged
    yield* completion(session, end)
  })
}
