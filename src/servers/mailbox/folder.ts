import { clock } from '../../clock.ts'
import { FlagSets } from './flag-sets.ts'
import { Account, holdOctets, releaseOctets } from './octets.ts'

/** A message at rest. `flags` and `modseq` change, the bytes never do. */
export interface StoredMessage {
  readonly uid: number
  readonly raw: Buffer
  readonly internalDate: Date
  /** `\Seen`, `\Deleted`, keywords. Change them through {@link Folder.changeFlags} only. */
  readonly flags: ReadonlySet<string>
  readonly modseq: number
  /** `removed` from its folder, as a session may not know yet; in the end `lost`, bytes and all. */
  readonly state: 'there' | 'removed' | 'lost'
}

export interface NewMessage {
  readonly raw: Buffer
  readonly flags?: Iterable<string>
  readonly internalDate?: Date
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** About what a message takes besides its octets, and a flag in a set of them. */
export const overhead = { message: 256, flag: 24 } as const

let newestUidValidity = 0

/** Begins with the time, RFC 9051 §2.3.1.1: a client's cache from an earlier run must not match. */
function nextUidValidity(): number {
  newestUidValidity ||= Math.floor(clock.date() / 1000)
  return newestUidValidity++
}

/** Messages in order of their UID, RFC 9051 §2.3.1. */
export class Folder {
  readonly name: string
  readonly uidValidity: number = nextUidValidity()
  /** RFC 6154 attribute, such as `\Sent`. */
  readonly specialUse: string | undefined
  #messages: Mutable<StoredMessage>[] = []
  #octets = 0
  #uidNext = 1
  #modseq = 1
  #recentFrom = 1
  #removals = 0
  readonly #flagSets = new FlagSets()
  readonly #account = new Account(this)
  readonly #listeners = new Set<() => void>()

  readonly #onRemoved: ((message: StoredMessage) => void) | undefined

  constructor(name: string, specialUse?: string, onRemoved?: (message: StoredMessage) => void) {
    this.name = name
    this.specialUse = specialUse
    this.#onRemoved = onRemoved
  }

  get messages(): readonly StoredMessage[] {
    return this.#messages
  }

  /** Sum of the messages' sizes. */
  get octets(): number {
    return this.#octets
  }

  get uidNext(): number {
    return this.#uidNext
  }

  get highestModseq(): number {
    return this.#modseq
  }

  /** How many messages have been removed so far. */
  get removals(): number {
    return this.#removals
  }

  /** Messages from this UID on are recent: no session has claimed them, RFC 3501 §2.3.2. */
  get recentFrom(): number {
    return this.#recentFrom
  }

  /** Flags and keywords that messages have. */
  get flags(): readonly string[] {
    return this.#flagSets.flags
  }

  /** Makes every message up to this UID recent to the caller alone. */
  claimRecent(uid: number): void {
    this.#recentFrom = Math.max(this.#recentFrom, uid + 1)
  }

  /** How the folder spells a flag. */
  spell(flag: string): string {
    return this.#flagSets.spell(flag)
  }

  /** Whether messages may have all of these, besides what they have. */
  hasRoomForFlags(flags: Iterable<string>): boolean {
    return this.#flagSets.hasRoomFor(flags)
  }

  add(message: NewMessage): StoredMessage {
    const added = this.#append(message)
    this.#tell()
    return added
  }

  /** Adds them in order, as one change. */
  addAll(messages: readonly NewMessage[]): readonly StoredMessage[] {
    // Flags that messages share where they come from are shared here too.
    const adopted = new Map<Iterable<string>, ReadonlySet<string>>()
    const added = messages.map((message) => {
      const { flags = [] } = message
      const one = this.#append({ ...message, flags: adopted.get(flags) ?? flags })
      adopted.set(flags, one.flags)
      return one
    })
    if (added.length > 0) this.#tell()
    return added
  }

  /** Removes those that are still there, as one change, and returns them. */
  remove(messages: Iterable<StoredMessage>): readonly StoredMessage[] {
    const removed: Mutable<StoredMessage>[] = []
    for (const message of messages as Iterable<Mutable<StoredMessage>>) {
      if (message.state !== 'there') continue
      message.state = 'removed'
      removed.push(message)
    }
    if (removed.length === 0) return removed
    this.#messages = this.#messages.filter(({ state }) => state === 'there')
    this.#modseq++
    this.#removals += removed.length
    for (const message of removed) {
      this.#octets -= message.raw.length
      this.#leaveFlags(message.flags)
      this.#account.add(-overhead.message)
      this.#onRemoved?.(message)
      keepForAWhile(message)
    }
    this.#tell()
    return removed
  }

  /** Does nothing to a message that is not there any more. */
  changeFlags(message: StoredMessage, flags: Iterable<string>): void {
    if (message.state !== 'there') return
    const target = message as Mutable<StoredMessage>
    const before = target.flags
    target.flags = this.#takeFlags(flags)
    this.#leaveFlags(before)
    target.modseq = ++this.#modseq
    this.#tell()
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #append({ raw, flags = [], internalDate = new Date(clock.date()) }: NewMessage): StoredMessage {
    const message: Mutable<StoredMessage> = {
      uid: this.#uidNext++,
      raw,
      internalDate,
      flags: this.#takeFlags(flags),
      modseq: ++this.#modseq,
      state: 'there',
    }
    this.#octets += raw.length
    holdOctets(raw)
    this.#account.add(overhead.message)
    this.#messages.push(message)
    return message
  }

  #takeFlags(flags: Iterable<string>): ReadonlySet<string> {
    const shared = flags instanceof Set && this.#flagSets.has(flags)
    const set = this.#flagSets.take(flags)
    if (!shared) this.#account.add(overhead.flag * set.size)
    return set
  }

  #leaveFlags(set: ReadonlySet<string>): void {
    this.#flagSets.leave(set)
    if (!this.#flagSets.has(set)) this.#account.add(-overhead.flag * set.size)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

/** What stays of removed messages, for sessions that do not know yet, RFC 2180 §4.1.1. */
const longest = { messages: 20_000, octets: 8 * 1024 * 1024 } as const
const nothing = Buffer.alloc(0)
let leaving: Mutable<StoredMessage>[] = []
/** How many at the beginning are lost already. */
let lost = 0
let leavingOctets = 0

function keepForAWhile(message: Mutable<StoredMessage>): void {
  leaving.push(message)
  leavingOctets += message.raw.length
  while (leaving.length - lost > longest.messages || leavingOctets > longest.octets) lose(leaving[lost++])
  if (lost < longest.messages) return
  leaving = leaving.slice(lost)
  lost = 0
}

function lose(message: Mutable<StoredMessage> | undefined): void {
  if (!message) return
  leavingOctets -= message.raw.length
  releaseOctets(message.raw)
  message.raw = nothing
  message.state = 'lost'
}
