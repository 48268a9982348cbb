import type { KeyDetails, KeyName } from '../scenarios/entry.ts'
import { kindOf, type Recipe } from '../scenarios/recipe/recipe.ts'
import { type KeyPair, type PendingKey, startKey } from './keys.ts'

/** Keys of authorities that have one of their own. */
export interface AuthorityKeys {
  /** Begins to make those that a graph will take, where that takes long. */
  announce(recipe: Recipe, usual: KeyName): void
  /** Settles when all that were announced are there. */
  ready(): Promise<void>
  /** A root and what stands below it never have the same one. */
  take(wanted: KeyName | KeyDetails, as: Role): KeyPair
}

type Role = 'root' | 'intermediate'

/** An RSA key takes a sixth of a second: beyond so many of a kind they are used again, under other names. */
const mostOfKind = 4

export const createAuthorityKeys = (): AuthorityKeys => {
  const pools = new Map<string, { readonly keys: PendingKey[]; taken: number }>()
  const pool = (wanted: KeyName | KeyDetails, as: Role) => {
    const kind = JSON.stringify([wanted, as])
    const known = pools.get(kind) ?? { keys: [], taken: 0 }
    pools.set(kind, known)
    return known
  }
  const isSlow = (wanted: KeyName | KeyDetails): boolean =>
    (typeof wanted === 'string' ? wanted : wanted.type).startsWith('rsa')
  const announce = (wanted: KeyName | KeyDetails, as: Role): void => {
    const { keys } = pool(wanted, as)
    if (isSlow(wanted) && keys.length < mostOfKind) keys.push(startKey(wanted))
  }
  return {
    announce({ members }, usual) {
      for (const [name, member] of Object.entries(members)) {
        const kind = kindOf(name, member)
        const isAuthority = kind === 'root' || kind === 'intermediate'
        if (isAuthority && Object.keys(member).length > 0) announce(member.key ?? usual, kind)
        // Its issuer is its own, and so is what stands below a root that is.
        if (member.revoked !== undefined || (name === 'root' && isAuthority)) announce(usual, 'intermediate')
      }
    },
    async ready() {
      await Promise.all([...pools.values()].flatMap(({ keys }) => keys.map(({ ready }) => ready)))
    },
    take(wanted, as) {
      if (!isSlow(wanted)) return startKey(wanted).take()
      const own = pool(wanted, as)
      const index = own.taken++ % mostOfKind
      own.keys[index] ??= startKey(wanted)
      return own.keys[index].take()
    },
  }
}
