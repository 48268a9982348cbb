/** Keywords of one folder, and octets of one keyword; system flags do not count. */
const most = { keywords: 100, octets: 100 } as const

/**
 * The sets of flags that the messages of one folder have. Messages with the same flags may share one; a keyword is
 * compared in any case and keeps the spelling that was there first, RFC 9051 §2.3.2, as long as a message has it.
 */
export class FlagSets {
  readonly #users = new Map<ReadonlySet<string>, number>()
  /** The flags of {@link spell} themselves. */
  readonly #spellings = new Set<string>()
  #keywords = 0
  readonly #spelled = new Map<string, { readonly flag: string; sets: number }>()

  /** Every flag that a message has, in the folder's spelling. */
  get flags(): readonly string[] {
    return [...this.#spelled.values()].map(({ flag }) => flag)
  }

  /** How the folder spells it. */
  spell(flag: string): string {
    return this.#spelled.get(flag.toUpperCase())?.flag ?? flag
  }

  /** Whether all of these may be used. */
  hasRoomFor(flags: Iterable<string>): boolean {
    let fresh = 0
    for (const flag of new Set([...flags].map((one) => one.toUpperCase()))) {
      if (flag.length > most.octets) return false
      if (isKeyword(flag) && !this.#spelled.has(flag)) fresh++
    }
    return fresh === 0 || this.#keywords + fresh <= most.keywords
  }

  /** The set to give to a message. A keyword for which there is no room is left out. */
  take(flags: Iterable<string>): ReadonlySet<string> {
    const set = this.#own(flags)
    const users = this.#users.get(set)
    this.#users.set(set, (users ?? 0) + 1)
    if (users !== undefined) return set
    for (const flag of set) {
      const known = this.#spelled.get(flag.toUpperCase())
      if (known) known.sets++
      else {
        this.#spelled.set(flag.toUpperCase(), { flag, sets: 1 })
        this.#spellings.add(flag)
        this.#keywords += Number(isKeyword(flag))
      }
    }
    return set
  }

  /** Takes it back from a message. */
  leave(set: ReadonlySet<string>): void {
    const users = this.#users.get(set) ?? 0
    if (users > 1) return void this.#users.set(set, users - 1)
    if (!this.#users.delete(set)) return
    for (const flag of set) {
      const known = this.#spelled.get(flag.toUpperCase())
      if (!known || --known.sets > 0) continue
      this.#spelled.delete(flag.toUpperCase())
      this.#spellings.delete(known.flag)
      this.#keywords -= Number(isKeyword(flag))
    }
  }

  /** Whether another message has this very set. */
  has(set: ReadonlySet<string>): boolean {
    return this.#users.has(set)
  }

  /** Whether every flag is spelled as the folder does: most are, and twenty thousand sets may come at once. */
  #isOurs(flags: ReadonlySet<string>): boolean {
    for (const flag of flags) {
      if (!this.#spellings.has(flag) && (this.spell(flag) !== flag || !this.hasRoomFor([flag]))) return false
    }
    return true
  }

  #own(flags: Iterable<string>): ReadonlySet<string> {
    if (flags instanceof Set && (this.#users.has(flags) || this.#isOurs(flags))) return flags
    const set = new Set<string>()
    for (const flag of flags) if (this.hasRoomFor([flag])) set.add(this.spell(flag))
    return set
  }
}

const isKeyword = (flag: string): boolean => !flag.startsWith('\\')
