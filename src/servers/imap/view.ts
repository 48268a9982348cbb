import type { Folder, StoredMessage } from '../mailbox/folder.ts'
import { isInSet, isWithin, resolveSet, type SequenceSet } from './sets.ts'
import { formatFlags } from './spelling.ts'

/** A message and its sequence number in one session. */
export interface Numbered {
  readonly number: number
  readonly message: StoredMessage
}

/** What may be told with an answer, and what the client understands. */
export interface Telling {
  /** Whether EXPUNGE may be sent: not while FETCH, STORE or SEARCH by number is answered, RFC 3501 §7.4.1. */
  readonly expunges: boolean
  readonly modseq: boolean
}

/**
 * A selected mailbox as one session knows it. Sequence numbers change only when the client is told, RFC 3501 §7.4.1:
 * what others do is found out at the next moment at which the protocol allows to say it. Nothing waits here meanwhile,
 * so that a session that says nothing costs nothing.
 */
export class View {
  readonly folder: Folder
  readonly readOnly: boolean
  readonly #messages: StoredMessage[]
  readonly #recent = new Set<StoredMessage>()
  /** The largest UID that has, or had, a number. */
  #lastUid = 0
  /** The client knows the flags as they were at this mod-sequence, */
  #knownUpTo: number
  /** and those of these as they were at a later one. */
  readonly #known = new Map<StoredMessage, number>()
  /** The folder's count of removals when all of them were told. */
  #removals: number

  constructor(folder: Folder, { readOnly }: { readonly readOnly: boolean }) {
    this.folder = folder
    this.readOnly = readOnly
    this.#messages = []
    this.#knownUpTo = folder.highestModseq
    this.#removals = folder.removals
    this.#number(folder.messages)
  }

  /** In order of their sequence numbers, those that are gone but not yet told included. */
  get messages(): readonly StoredMessage[] {
    return this.#messages
  }

  get largestUid(): number {
    return this.#messages.at(-1)?.uid ?? 0
  }

  get recent(): number {
    return this.#recent.size
  }

  isRecent(message: StoredMessage): boolean {
    return this.#recent.has(message)
  }

  flagsOf(message: StoredMessage): string {
    return formatFlags(this.isRecent(message) ? [...message.flags, '\\Recent'] : message.flags)
  }

  /**
   * The messages that a set names. Undefined when it has a sequence number that no message has; a UID that no message
   * has is simply passed over, RFC 9051 §6.4.9.
   */
  pick(set: SequenceSet, { byUid }: { readonly byUid: boolean }): readonly Numbered[] | undefined {
    const count = this.#messages.length
    if (!byUid && !isWithin(set, count)) return undefined
    const picked: Numbered[] = []
    if (byUid) {
      const resolved = resolveSet(set, this.largestUid)
      for (const [index, message] of this.#messages.entries()) {
        if (isInSet(resolved, message.uid)) picked.push({ number: index + 1, message })
      }
      return picked
    }
    for (const { from, to } of resolveSet(set, count)) {
      for (let number = from; number <= Math.min(to, count); number++) {
        const message = this.#messages[number - 1]
        if (message) picked.push({ number, message })
      }
    }
    return picked
  }

  /** Whether the client has not been told of its newest flags. */
  hasNews(message: StoredMessage): boolean {
    const { modseq, state } = message
    return modseq > this.#knownUpTo && state === 'there' && this.#known.get(message) !== modseq
  }

  /** The client is told the flags of this message as they are now. */
  told(message: StoredMessage): void {
    if (message.modseq > this.#knownUpTo) this.#known.set(message, message.modseq)
  }

  /** What the client has to learn now, piece by piece; from then on it knows. */
  *news({ expunges, modseq }: Telling): Generator<string> {
    if (expunges) yield* this.#tellRemovals()
    yield* this.#tellFlags(modseq)
    const { length } = this.#messages
    const added = this.#folderAfter(this.#lastUid)
    if (added.length === 0) return
    this.#number(added)
    yield `* ${length + added.length} EXISTS\r\n* ${this.recent} RECENT\r\n`
  }

  /** From the end, so that the numbers of those before are still right. All is settled before the first is told. */
  *#tellRemovals(): Generator<string> {
    if (this.folder.removals === this.#removals) return
    this.#removals = this.folder.removals
    const numbers: number[] = []
    let kept = 0
    for (const [index, message] of this.#messages.entries()) {
      if (message.state === 'there') this.#messages[kept++] = message
      else {
        numbers.push(index + 1)
        this.#recent.delete(message)
        this.#known.delete(message)
      }
    }
    this.#messages.length = kept
    for (let at = numbers.length - 1; at >= 0; at--) yield `* ${numbers[at]} EXPUNGE\r\n`
  }

  /**
   * RFC 3501 §7.4.2: of those messages that are there and have a number. What changes meanwhile is told as it is when its
   * turn comes, or the next time.
   */
  *#tellFlags(modseq: boolean): Generator<string> {
    const upTo = this.folder.highestModseq
    if (upTo === this.#knownUpTo) return
    for (const [index, message] of this.#messages.entries()) {
      if (!this.hasNews(message)) continue
      this.told(message)
      yield this.#formatChange(message, index + 1, modseq)
    }
    this.#knownUpTo = upTo
    for (const [message, known] of this.#known) if (known <= upTo) this.#known.delete(message)
  }

  #number(added: readonly StoredMessage[]): void {
    for (const message of added) {
      this.#messages.push(message)
      // RFC 3501 §2.3.2: recent in the first session that is told about it, which EXAMINE does not change.
      if (message.uid >= this.folder.recentFrom) this.#recent.add(message)
      // A client asks for the flags of what it is told of: those are news only if they change later.
      this.told(message)
    }
    this.#lastUid = added.at(-1)?.uid ?? this.#lastUid
    if (!this.readOnly) this.folder.claimRecent(this.#lastUid)
  }

  #folderAfter(uid: number): readonly StoredMessage[] {
    const { messages } = this.folder
    let first = messages.length
    while ((messages[first - 1]?.uid ?? 0) > uid) first--
    return messages.slice(first)
  }

  #formatChange(message: StoredMessage, number: number, modseq: boolean): string {
    const flags = this.flagsOf(message)
    // RFC 7162 §3.2: a client that knows about mod-sequences wants UID and MODSEQ with every change.
    return modseq
      ? `* ${number} FETCH (UID ${message.uid} MODSEQ (${message.modseq}) FLAGS ${flags})\r\n`
      : `* ${number} FETCH (FLAGS ${flags})\r\n`
  }
}
