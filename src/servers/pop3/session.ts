import type { Link, Session } from '../core/dialect.ts'
import type { StoredMessage } from '../mailbox/folder.ts'

/** RFC 1939 §3. UPDATE is the moment of QUIT, in which nothing more is read. */
export type Pop3State = 'authorization' | 'transaction'

/** A message of the maildrop under the number it keeps for the session. */
export interface Numbered {
  readonly number: number
  /** RFC 1939 §7: stays the same in every session. */
  readonly id: string
  readonly message: StoredMessage
}

/** One TLS phase of a POP3 session, on a snapshot of the INBOX: there is no lock. */
export class Pop3Session implements Session {
  readonly link: Link
  /** What APOP hashes the password with; only where the greeting has shown it. */
  timestamp: string | undefined
  /** The newest name that crossed with USER, taken or not. */
  named = ''
  /** Whether that name was taken, so that PASS may follow. */
  awaitsPassword = false
  #maildrop: readonly StoredMessage[] | undefined
  readonly #deleted = new Set<number>()

  constructor(link: Link) {
    this.link = link
  }

  adopt(earlier: Pop3Session): void {
    this.named = earlier.named
    this.awaitsPassword = earlier.awaitsPassword
    if (earlier.state === 'transaction') this.openMaildrop()
  }

  get state(): Pop3State {
    return this.#maildrop ? 'transaction' : 'authorization'
  }

  /** Enters the TRANSACTION state. */
  openMaildrop(): void {
    this.#maildrop = [...this.link.store.inbox.messages]
  }

  /** Every message that is not marked as deleted. */
  get messages(): readonly Numbered[] {
    const list = this.#maildrop ?? []
    return list.map((message, at) => this.#number(message, at)).filter((message) => !this.#deleted.has(message.number))
  }

  find(wanted: number): Numbered | undefined {
    const message = this.#maildrop?.[wanted - 1]
    // One that another session removed long ago has no octets any more.
    const isThere = message && message.state !== 'lost' && !this.#deleted.has(wanted)
    return isThere ? this.#number(message, wanted - 1) : undefined
  }

  markDeleted({ number }: Numbered): void {
    this.#deleted.add(number)
  }

  unmarkAll(): void {
    this.#deleted.clear()
  }

  /** The UPDATE state: removes what is marked. A connection that just ends removes nothing. */
  update(): void {
    const list = this.#maildrop ?? []
    this.link.store.inbox.remove(list.filter((_, at) => this.#deleted.has(at + 1)))
  }

  #number(message: StoredMessage, at: number): Numbered {
    const id = `${this.link.store.inbox.uidValidity}.${message.uid}`
    return { number: at + 1, id, message }
  }
}
