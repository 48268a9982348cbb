import { Newest } from './newest.ts'

/** A message at rest. `flags` and `modseq` change, the bytes never do. */
export interface StoredMessage {
  readonly uid: number
  readonly raw: Buffer
  readonly internalDate: Date
  /** `\Seen`, `\Deleted`, keywords. Change them through {@link Folder.changeFlags} only. */
  readonly flags: ReadonlySet<string>
  readonly modseq: number
}

export type FolderChange =
  | { readonly kind: 'added'; readonly message: StoredMessage }
  | { readonly kind: 'removed'; readonly message: StoredMessage }
  | { readonly kind: 'flags'; readonly message: StoredMessage }

export interface NewMessage {
  readonly raw: Buffer
  readonly flags?: Iterable<string>
  readonly internalDate?: Date
  /** From {@link Folder.reserveUids}. Default: the next one, also when a later UID has been given away meanwhile. */
  readonly uid?: number
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What separates the levels of a mailbox name. */
export const hierarchyDelimiter = '/'

/** Bounds of one store, so that a hostile client cannot use up the memory. Octets count once per message. */
const most = { messages: 100_000, octets: 1 << 30, folders: 1_000 } as const

let newestUidValidity = 0

/** Begins with the time, RFC 9051 §2.3.1.1: a client's cache from an earlier run must not match. */
function nextUidValidity(): number {
  newestUidValidity ||= Math.floor(Date.now() / 1000)
  return newestUidValidity++
}

/** Messages in order of their UID, RFC 9051 §2.3.1. */
export class Folder {
  readonly name: string
  readonly uidValidity: number = nextUidValidity()
  /** RFC 6154 attribute, such as `\Sent`. */
  readonly specialUse: string | undefined
  #messages: StoredMessage[] = []
  #octets = 0
  #uidNext = 1
  #lastUid = 0
  #modseq = 1
  #recentFrom = 1
  readonly #listeners = new Set<(change: FolderChange) => void>()

  constructor(name: string, specialUse?: string) {
    this.name = name
    this.specialUse = specialUse
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

  /** Messages from this UID on are recent: no session has claimed them, RFC 3501 §2.3.2. */
  get recentFrom(): number {
    return this.#recentFrom
  }

  /** Makes every message up to this UID recent to the caller alone. */
  claimRecent(uid: number): void {
    this.#recentFrom = Math.max(this.#recentFrom, uid + 1)
  }

  /** Sets UIDs aside that a reply has to name before the messages are added. Returns the first. */
  reserveUids(count: number): number {
    const first = this.#uidNext
    this.#uidNext += count
    return first
  }

  /** Sets a mod-sequence aside that a reply has to name before the flags change. */
  reserveModseq(): number {
    return ++this.#modseq
  }

  add({ raw, flags = [], internalDate = new Date(), uid }: NewMessage): StoredMessage {
    const message: StoredMessage = {
      uid: uid !== undefined && uid > this.#lastUid ? uid : this.#uidNext++,
      raw,
      internalDate,
      flags: new Set(flags),
      modseq: ++this.#modseq,
    }
    this.#lastUid = message.uid
    this.#octets += raw.length
    this.#messages.push(message)
    this.#tell({ kind: 'added', message })
    return message
  }

  /** Removes those that are still there and returns them. */
  remove(messages: Iterable<StoredMessage>): readonly StoredMessage[] {
    const doomed = new Set(messages)
    const removed = this.#messages.filter((message) => doomed.has(message))
    if (removed.length === 0) return removed
    this.#messages = this.#messages.filter((message) => !doomed.has(message))
    this.#modseq++
    for (const message of removed) {
      this.#octets -= message.raw.length
      this.#tell({ kind: 'removed', message })
    }
    return removed
  }

  /** `modseq` is one from {@link reserveModseq}. Default: the next one. */
  changeFlags(message: StoredMessage, flags: Iterable<string>, modseq: number = this.reserveModseq()): void {
    const target = message as Mutable<StoredMessage>
    target.flags = new Set(flags)
    target.modseq = modseq
    this.#tell({ kind: 'flags', message })
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: (change: FolderChange) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #tell(change: FolderChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}

const specialFolders = [
  ['Drafts', '\\Drafts'],
  ['Sent', '\\Sent'],
  ['Trash', '\\Trash'],
] as const

/** All folders of one scenario's mailbox; what SMTP accepts, IMAP and POP3 serve. Any user sees the same. */
export class MailStore {
  readonly #folders = new Map<string, Folder>()
  readonly #subscriptions = new Set<string>()
  readonly inbox: Folder = new Folder('INBOX')
  readonly #received = new Newest<StoredMessage>()

  /** `samples` are what the INBOX starts with. */
  constructor(samples: readonly NewMessage[] = []) {
    this.inbox.subscribe(({ kind, message }) => {
      if (kind === 'removed') this.#received.delete(message)
    })
    this.reset(samples)
  }

  /** Puts everything back to how it began, with these messages in the INBOX. */
  reset(samples: readonly NewMessage[]): void {
    this.#folders.clear()
    this.#folders.set('INBOX', this.inbox)
    for (const [name, use] of specialFolders) this.#folders.set(name, new Folder(name, use))
    this.#subscriptions.clear()
    for (const name of this.#folders.keys()) this.#subscriptions.add(name)
    this.inbox.remove(this.inbox.messages)
    for (const sample of samples) this.inbox.add(sample)
  }

  /**
   * Puts what SMTP has accepted into the INBOX. Of these only the newest stay, or a server that nobody empties would grow
   * for ever; a store without room takes none.
   */
  receive(raw: Buffer): void {
    if (!this.hasRoom({ messages: 1, octets: raw.length })) return
    this.inbox.remove(this.#received.add(this.inbox.add({ raw })))
  }

  get folders(): Iterable<Folder> {
    return this.#folders.values()
  }

  /** Names that LSUB lists; they need not exist, RFC 9051 §6.3.7. */
  get subscriptions(): ReadonlySet<string> {
    return this.#subscriptions
  }

  /** INBOX is matched in any case, RFC 9051 §5.1. */
  folder(name: string): Folder | undefined {
    return this.#folders.get(canonical(name))
  }

  /** Whether so many more messages of so many octets together are within the store's bounds. */
  hasRoom({ messages, octets }: { readonly messages: number; readonly octets: number }): boolean {
    let count = messages
    let size = octets
    for (const folder of this.#folders.values()) {
      count += folder.messages.length
      size += folder.octets
    }
    return count <= most.messages && size <= most.octets
  }

  get hasRoomForFolders(): boolean {
    return this.#folders.size + this.#subscriptions.size < 2 * most.folders
  }

  /**
   * Returns undefined when the name is taken. Superior names come into being with it, RFC 9051 §6.3.4. A name is what
   * IMAP4rev1 sends: modified UTF-7 where it is not ASCII.
   */
  create(name: string): Folder | undefined {
    if (this.folder(name)) return undefined
    const folder = new Folder(name)
    this.#createSuperiors(name)
    this.#folders.set(name, folder)
    return folder
  }

  /** INBOX cannot be deleted, RFC 9051 §6.3.5. */
  delete(name: string): boolean {
    return name.toUpperCase() !== 'INBOX' && this.#folders.delete(name)
  }

  /**
   * Renames a folder and its inferiors; of INBOX only the messages move, RFC 9051 §6.3.6. Returns false when the old
   * name is not there or a new one is taken.
   */
  rename(from: string, to: string): boolean {
    const folder = this.folder(from)
    if (!folder || this.folder(to)) return false
    if (folder === this.inbox) {
      const target = this.create(to)
      for (const message of folder.remove(folder.messages)) target?.add({ ...message, uid: 0 })
      return true
    }
    const inferior = from + hierarchyDelimiter
    const moving = [...this.#folders.keys()].filter((name) => name === from || name.startsWith(inferior))
    const moved = new Map(moving.map((name) => [name, to + name.slice(from.length)]))
    if ([...moved.values()].some((name) => this.#folders.has(name) && !moved.has(name))) return false
    // All leave before any arrives: `a` may become `a/b`.
    const folders = moving.map((name) => this.#folders.get(name))
    for (const name of moving) this.#folders.delete(name)
    this.#createSuperiors(to)
    for (const [index, name] of [...moved.values()].entries()) this.#place(name, folders[index])
    return true
  }

  /** A name may be subscribed to before it exists, RFC 9051 §6.3.7. */
  subscribe(name: string): void {
    this.#subscriptions.add(canonical(name))
  }

  unsubscribe(name: string): boolean {
    return this.#subscriptions.delete(canonical(name))
  }

  #createSuperiors(name: string): void {
    const levels = name.split(hierarchyDelimiter)
    for (let depth = 1; depth < levels.length; depth++) {
      const superior = levels.slice(0, depth).join(hierarchyDelimiter)
      if (!this.folder(superior)) this.#folders.set(superior, new Folder(superior))
    }
  }

  #place(name: string, folder: Folder | undefined): void {
    if (!folder) return
    const renamed = folder as Mutable<Folder>
    renamed.name = name
    this.#folders.set(name, folder)
  }
}

const canonical = (name: string): string => (name.toUpperCase() === 'INBOX' ? 'INBOX' : name)
