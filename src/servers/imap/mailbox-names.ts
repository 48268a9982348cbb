import type { Folder } from '../mailbox/folder.ts'
import { hierarchyDelimiter, type MailStore } from '../mailbox/mailbox.ts'

/** Octets of a mailbox name or pattern. */
const maxName = 255

/** Why a name cannot be created, or undefined. */
export function problemWithName(name: string): string | undefined {
  if (name === '') return 'A mailbox needs a name'
  if (name.length > maxName) return 'Name too long'
  if (!/^[ -~\x80-\xff]*$/.test(name)) return 'Control characters are not allowed in a name'
  if (/[%*]/.test(name)) return 'Wildcards are not allowed in a name'
  if (name.split(hierarchyDelimiter).includes('')) return 'A level of the name is empty'
  return undefined
}

/** A name that a pattern can match: a folder, or a level above one that is no folder itself. */
export interface ListedName {
  readonly name: string
  readonly folder: Folder | undefined
  readonly hasChildren: boolean
}

/** Every folder and every name above one, with what is there. */
export function listNames(names: Iterable<string>, store: MailStore): readonly ListedName[] {
  const own = new Set(names)
  const superiors = new Set<string>()
  for (const name of own) {
    for (let at = name.lastIndexOf(hierarchyDelimiter); at > 0; at = name.lastIndexOf(hierarchyDelimiter, at - 1)) {
      const superior = name.slice(0, at)
      if (superiors.has(superior)) break
      superiors.add(superior)
    }
  }
  return [...new Set([...own, ...superiors])].map((name) => ({
    name,
    folder: own.has(name) ? store.folder(name) : undefined,
    hasChildren: superiors.has(name),
  }))
}

/** Whether a pattern can be matched at all. */
export const isPattern = (pattern: string): boolean => pattern.length <= 2 * maxName

/**
 * Whether a name matches a LIST pattern: `*` stands for anything, `%` for anything within one level, and INBOX is INBOX
 * in any case, RFC 9051 §6.3.9. Takes time in proportion to both lengths, whatever the wildcards are.
 */
export function matchesPattern(name: string, pattern: string): boolean {
  const text = name
  const wanted = name === 'INBOX' ? pattern.toUpperCase() : pattern
  let reached = new Array<boolean>(text.length + 1).fill(false)
  reached[0] = true
  for (const symbol of wanted) {
    const next = new Array<boolean>(text.length + 1).fill(false)
    for (let at = 0; at <= text.length; at++) {
      if (symbol === '*' || symbol === '%') {
        const crosses = symbol === '*' || text[at - 1] !== hierarchyDelimiter
        next[at] = reached[at] === true || (at > 0 && next[at - 1] === true && crosses)
      } else {
        next[at] = at > 0 && reached[at - 1] === true && text[at - 1] === symbol
      }
    }
    reached = next
  }
  return reached[text.length] === true
}
