import { Folder, type NewMessage, overhead, type StoredMessage } from './folder.ts'
import { Newest } from './newest.ts'
import { isHeld, makeRoomFor } from './octets.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What separates the levels of a mailbox name. */
export const hierarchyDelimiter = '/'

/**
 * Bounds of one store, so that a hostile client cannot use up memory or time. Octets of a message count as often as it is
 * there; those that really take memory are bounded for all stores together.
 */
const most = { messages: 50_000, inFolder: 20_000, octets: 512 * 1024 * 1024, folders: 1_000 } as const

const specialFolders = [
  ['Drafts', '\\Drafts'],
  ['Sent', '\\Sent'],
  ['Trash', '\\Trash'],
] as const

/** All folders of one scenario's mailbox; what SMTP accepts, IMAP and POP3 serve. Any user sees the same. */
export class MailStore {
  readonly #folders = new Map<string, Folder>()
  readonly #subscriptions = new Set<string>()
  readonly inbox: Folder = new Folder('INBOX', undefined, (message) => this.#received.delete(message))
  readonly #received = new Newest<StoredMessage>((message) => this.inbox.remove([message]))

  /** `samples` are what the INBOX starts with. */
  constructor(samples: readonly NewMessage[] = []) {
    this.reset(samples)
  }

  /** Lets go of all messages: nobody will ask for them any more. */
  close(): void {
    for (const folder of this.#folders.values()) folder.remove(folder.messages)
    this.#received.clear()
  }

  /** Puts everything back to how it began, with these messages in the INBOX. */
  reset(samples: readonly NewMessage[]): void {
    this.close()
    this.#folders.clear()
    this.#folders.set('INBOX', this.inbox)
    for (const [name, use] of specialFolders) this.#folders.set(name, new Folder(name, use))
    this.#subscriptions.clear()
    for (const name of this.#folders.keys()) this.#subscriptions.add(name)
    this.inbox.addAll(samples)
  }

  /**
   * Puts what SMTP has accepted into the INBOX. Of these only the newest stay, or a server that nobody empties would grow
   * for ever; a store without room takes none.
   */
  receive(raw: Buffer): void {
    if (this.hasRoom([{ raw }])) this.#received.add(this.inbox.add({ raw }))
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

  /** Whether these messages may be added to a folder, by default the INBOX. */
  hasRoom(messages: readonly Pick<NewMessage, 'raw'>[], folder: Folder = this.inbox): boolean {
    const count = messages.length
    let size = 0
    let fresh = count * overhead.message
    for (const { raw } of messages) {
      size += raw.length
      if (!isHeld(raw)) fresh += raw.length
    }
    // What came in long ago makes room.
    while (this.#received.oldest !== undefined && !this.#holds(count, size)) this.#received.drop()
    return folder.messages.length + count <= most.inFolder && this.#holds(count, size) && makeRoomFor(fresh)
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
    const folder = this.#folders.get(name)
    if (!folder || folder === this.inbox) return false
    // Sessions that have it open learn that it is empty.
    folder.remove(folder.messages)
    return this.#folders.delete(name)
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
      const messages = [...folder.messages]
      target?.addAll(messages)
      folder.remove(messages)
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

  #holds(messages: number, octets: number): boolean {
    let count = messages
    let size = octets
    for (const folder of this.#folders.values()) {
      count += folder.messages.length
      size += folder.octets
    }
    return count <= most.messages && size <= most.octets
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
