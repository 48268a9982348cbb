import type { Link, Session } from '../core/dialect.ts'
import { type Outcome, reply } from '../core/outcome.ts'
import { tagged } from './spelling.ts'
import type { OwnChanges, View } from './view.ts'

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

  constructor(link: Link) {
    this.link = link
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
    this.unselect()
    this.#view = view
    this.#state = 'selected'
  }

  unselect(): void {
    this.#view?.close()
    this.#view = undefined
    this.#state = 'authenticated'
  }

  /** From now on news are pushed as they come, RFC 9051 §6.3.13. */
  startIdling(): void {
    this.#idling = true
    const { view } = this
    if (!view) return
    view.onNews = () => this.#pushSoon()
    this.#pushSoon()
  }

  stopIdling(): void {
    this.#idling = false
    if (this.#view) this.#view.onNews = undefined
  }

  close(): void {
    this.stopIdling()
    this.#view?.close()
    this.#view = undefined
  }

  /** In one piece what one change brings about, and never before the continuation that opens IDLE. */
  #pushSoon(): void {
    if (this.#pushing) return
    this.#pushing = true
    queueMicrotask(() => {
      this.#pushing = false
      if (!this.#idling || !this.#view) return
      const news = this.#view.news({ expunges: true, modseq: this.knowsModseq })
      news.commit()
      if (news.text) this.link.push(news.text)
    })
  }
}

/** How a command ends well. */
export interface Completion extends OwnChanges {
  readonly tag: string
  /** What stands behind OK; a client may stop at a bare `tag OK`. */
  readonly text: string
  readonly code?: string
  /** Untagged responses of the command itself, CRLF included. */
  readonly untagged?: string | Buffer
  /** `keep` where EXPUNGE must wait: while FETCH, STORE or SEARCH by number is answered. */
  readonly numbers?: 'keep'
  readonly commit?: () => void
}

/** Tagged OK behind the command's own responses and whatever else the client has to learn about its mailbox. */
export function complete(session: ImapSession, completion: Completion): Outcome {
  const { tag, text, code, untagged = '', numbers, commit } = completion
  const news = session.view?.news({ expunges: numbers !== 'keep', modseq: session.knowsModseq }, completion)
  const end = `${news?.text ?? ''}${tagged(tag, 'OK', text, code)}`
  return reply(typeof untagged === 'string' ? untagged + end : Buffer.concat([untagged, Buffer.from(end, 'latin1')]), {
    commit: () => {
      commit?.()
      news?.commit()
    },
  })
}
