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
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

let nextUidValidity = 1

/** Messages in order of their UID, RFC 9051 §2.3.1. */
export class Folder {
  readonly name: string
  readonly uidValidity = nextUidValidity++
  /** RFC 6154 attribute, such as `\Sent`. */
  readonly specialUse: string | undefined
  #messages: StoredMessage[] = []
  #uidNext = 1
  #modseq = 1
  readonly #listeners = new Set<(change: FolderChange) => void>()

  constructor(name: string, specialUse?: string) {
    this.name = name
    this.specialUse = specialUse
  }

  get messages(): readonly StoredMessage[] {
    return this.#messages
  }

  get uidNext(): number {
    return this.#uidNext
  }

  get highestModseq(): number {
    return this.#modseq
  }

  add({ raw, flags = [], internalDate = new Date() }: NewMessage): StoredMessage {
    const message: StoredMessage = {
      uid: this.#uidNext++,
      raw,
      internalDate,
      flags: new Set(flags),
      modseq: ++this.#modseq,
    }
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
    for (const message of removed) this.#tell({ kind: 'removed', message })
    return removed
  }

  changeFlags(message: StoredMessage, flags: Iterable<string>): void {
    const target = message as Mutable<StoredMessage>
    target.flags = new Set(flags)
    target.modseq = ++this.#modseq
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
  readonly inbox = new Folder('INBOX')

  /** `samples` are what the INBOX starts with. */
  constructor(samples: readonly NewMessage[] = []) {
    this.reset(samples)
  }

  /** Puts everything back to how it began, with these messages in the INBOX. */
  reset(samples: readonly NewMessage[]): void {
    this.#folders.clear()
    this.#folders.set('INBOX', this.inbox)
    for (const [name, use] of specialFolders) this.#folders.set(name, new Folder(name, use))
    this.inbox.remove(this.inbox.messages)
    for (const sample of samples) this.inbox.add(sample)
  }

  get folders(): Iterable<Folder> {
    return this.#folders.values()
  }

  /** INBOX is matched in any case, RFC 9051 §5.1. */
  folder(name: string): Folder | undefined {
    return this.#folders.get(name.toUpperCase() === 'INBOX' ? 'INBOX' : name)
  }

  /** Returns undefined when the name is taken. */
  create(name: string): Folder | undefined {
    if (this.folder(name)) return undefined
    const folder = new Folder(name)
    this.#folders.set(name, folder)
    return folder
  }

  /** INBOX cannot be deleted, RFC 9051 §6.3.5. */
  delete(name: string): boolean {
    return name.toUpperCase() !== 'INBOX' && this.#folders.delete(name)
  }
}
