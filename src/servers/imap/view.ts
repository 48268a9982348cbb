import type { Folder, FolderChange, StoredMessage } from '../mailbox.ts'
import { isInSet, isWithin, resolveSet, type SequenceSet } from './sets.ts'
import { formatFlags } from './spelling.ts'

/** A message and its sequence number in one session. */
export interface Numbered {
  readonly number: number
  readonly message: StoredMessage
}

/** Untagged responses that bring a client up to date, and what makes them true once they are really sent. */
export interface News {
  readonly text: string
  readonly commit: () => void
}

/** What the command that the news go with does itself, so that it is told at once. */
export interface OwnChanges {
  /** Messages that it removes. */
  readonly leaving?: readonly StoredMessage[]
  /** Messages that it adds to the selected mailbox. */
  readonly arriving?: { readonly count: number; readonly store: () => readonly StoredMessage[] }
}

/** What a folder looked like when SELECT was answered. */
export interface Snapshot {
  readonly folder: Folder
  readonly messages: readonly StoredMessage[]
  readonly modseq: number
  readonly readOnly: boolean
}

export function takeSnapshot(folder: Folder, readOnly: boolean): Snapshot {
  return { folder, messages: [...folder.messages], modseq: folder.highestModseq, readOnly }
}

/**
 * A selected mailbox as one session knows it. Sequence numbers change only when the client is told, RFC 9051 §5.5: what
 * others do waits here until the next moment at which the protocol allows to say it.
 */
export class View {
  readonly folder: Folder
  readonly readOnly: boolean
  /** Called when there are news that were not there before. */
  onNews: (() => void) | undefined
  #messages: readonly StoredMessage[]
  readonly #added = new Set<StoredMessage>()
  readonly #removed = new Set<StoredMessage>()
  readonly #changed = new Set<StoredMessage>()
  readonly #recent = new Set<StoredMessage>()
  #quiet = false
  readonly #unsubscribe: () => void

  constructor({ folder, messages, modseq, readOnly }: Snapshot) {
    this.folder = folder
    this.readOnly = readOnly
    this.#messages = messages
    this.#claimRecent(messages)
    this.#unsubscribe = folder.subscribe((change) => this.#note(change))
    if (folder.highestModseq !== modseq) this.#catchUp(modseq)
  }

  close(): void {
    this.onNews = undefined
    this.#unsubscribe()
  }

  /** In order of their sequence numbers, those that are gone but not yet told included. */
  get messages(): readonly StoredMessage[] {
    return this.#messages
  }

  get largestUid(): number {
    return this.#messages.at(-1)?.uid ?? 0
  }

  isRecent(message: StoredMessage): boolean {
    return this.#recent.has(message)
  }

  /** Whether it was removed by another session, and the client does not know yet. */
  isGone(message: StoredMessage): boolean {
    return this.#removed.has(message)
  }

  flagsOf(message: StoredMessage, flags: Iterable<string> = message.flags): string {
    return formatFlags(this.isRecent(message) ? [...flags, '\\Recent'] : flags)
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

  /**
   * What the client has to learn now.
   *
   * @param expunges whether EXPUNGE may be sent: not while FETCH, STORE or SEARCH by number is answered, RFC 9051 §7.5.1
   */
  news(
    { expunges, modseq }: { readonly expunges: boolean; readonly modseq: boolean },
    { leaving = [], arriving }: OwnChanges = {},
  ): News {
    const gone = new Set(expunges ? [...this.#removed, ...leaving] : [])
    const told: string[] = []
    for (let number = this.#messages.length; number > 0 && gone.size > 0; number--) {
      const message = this.#messages[number - 1]
      if (message && gone.has(message)) told.push(`* ${number} EXPUNGE\r\n`)
    }
    const remaining = gone.size > 0 ? this.#messages.filter((message) => !gone.has(message)) : this.#messages
    const changed = [...this.#changed].filter((message) => !gone.has(message) && !this.#removed.has(message))
    for (const message of changed) told.push(this.#formatChange(message, numberOf(remaining, message), modseq))
    const added = [...this.#added]
    const count = added.length + (arriving?.count ?? 0)
    if (count > 0) {
      const recent = this.#recentAmong(remaining) + this.#unclaimed(added) + (arriving?.count ?? 0)
      told.push(`* ${remaining.length + count} EXISTS\r\n* ${recent} RECENT\r\n`)
    }
    const modseqs = new Map(changed.map((message) => [message, message.modseq]))
    return {
      text: told.join(''),
      commit: () => {
        if (leaving.length > 0) this.quietly(() => this.folder.remove(leaving))
        for (const message of gone) this.#forget(message)
        for (const [message, known] of modseqs) if (message.modseq === known) this.#changed.delete(message)
        this.#messages = remaining
        if (count > 0) this.#number(count, added, arriving ? this.quietly(() => arriving.store()) : [])
      },
    }
  }

  /** Changes the folder without that being news to this session. */
  quietly<T>(change: () => T): T {
    this.#quiet = true
    try {
      return change()
    } finally {
      this.#quiet = false
    }
  }

  #forget(message: StoredMessage): void {
    this.#removed.delete(message)
    this.#recent.delete(message)
  }

  /**
   * Gives the new messages their numbers, in order of their UIDs. The client knows only how many they are: it is as well
   * served with one that came meanwhile. One that was counted and is gone again still has its number.
   */
  #number(count: number, counted: readonly StoredMessage[], arrived: readonly StoredMessage[]): void {
    const vanished = counted.filter((message) => !this.#added.has(message))
    const waiting = [...vanished, ...this.#added, ...arrived].sort((a, b) => a.uid - b.uid)
    const numbered = waiting.slice(0, count)
    this.#messages = [...this.#messages, ...numbered]
    this.#added.clear()
    for (const message of waiting.slice(count)) this.#added.add(message)
    for (const message of vanished) this.#removed.add(message)
    this.#claimRecent(numbered)
  }

  #note({ kind, message }: FolderChange): void {
    if (this.#quiet) return
    if (kind === 'added') this.#added.add(message)
    else if (kind === 'removed') {
      if (!this.#added.delete(message)) this.#removed.add(message)
      this.#changed.delete(message)
    } else if (!this.#added.has(message)) this.#changed.add(message)
    this.onNews?.()
  }

  #catchUp(modseq: number): void {
    const known = new Set(this.#messages)
    const present = new Set(this.folder.messages)
    for (const message of present) if (!known.has(message)) this.#added.add(message)
    for (const message of known) {
      if (!present.has(message)) this.#removed.add(message)
      else if (message.modseq > modseq) this.#changed.add(message)
    }
  }

  #formatChange(message: StoredMessage, number: number, modseq: boolean): string {
    const flags = this.flagsOf(message)
    // RFC 7162 §3.2: a client that knows about mod-sequences wants UID and MODSEQ with every change.
    return modseq
      ? `* ${number} FETCH (UID ${message.uid} MODSEQ (${message.modseq}) FLAGS ${flags})\r\n`
      : `* ${number} FETCH (FLAGS ${flags})\r\n`
  }

  /** RFC 3501 §2.3.2: recent in the first session that is told about it, which EXAMINE does not change. */
  #claimRecent(messages: readonly StoredMessage[]): void {
    for (const message of messages) if (message.uid >= this.folder.recentFrom) this.#recent.add(message)
    if (!this.readOnly) this.folder.claimRecent(messages.at(-1)?.uid ?? 0)
  }

  #recentAmong(messages: readonly StoredMessage[]): number {
    return this.#recent.size === 0 ? 0 : messages.filter((message) => this.#recent.has(message)).length
  }

  #unclaimed(messages: readonly StoredMessage[]): number {
    return messages.filter(({ uid }) => uid >= this.folder.recentFrom).length
  }
}

/** By binary search: messages are in order of their UIDs. */
function numberOf(messages: readonly StoredMessage[], { uid }: StoredMessage): number {
  let low = 0
  let high = messages.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((messages[middle]?.uid ?? 0) < uid) low = middle + 1
    else high = middle
  }
  return low + 1
}
