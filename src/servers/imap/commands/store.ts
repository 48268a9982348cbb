import type { StoredMessage } from '../../mailbox.ts'
import { defineWithUid, type ImapCommand } from '../command.ts'
import { complete } from '../session.ts'
import { formatSet } from '../sets.ts'
import { bad, no } from '../spelling.ts'

/** Flags of one message; keywords are the client's own. */
const maxFlags = 100

/** STORE, with numbers and with UIDs. */
export const storeCommands: readonly ImapCommand[] = defineWithUid({
  verb: 'STORE',
  action: 'store',
  reference: 'RFC 9051 §6.4.6',
  read: (args) => {
    const set = args.sequenceSet()
    const unchangedSince = args.space().take('(') ? readUnchangedSince() : undefined
    const item = /^([+-]?)FLAGS(\.SILENT)?$/.exec(args.keyword())
    if (!item) args.fail('Expected FLAGS')
    return { set, unchangedSince, sign: item?.[1] ?? '', silent: item?.[2] !== undefined, flags: readFlags() }

    function readUnchangedSince(): number {
      const modseq = args.expect('UNCHANGEDSINCE').space().number()
      args.expect(')').space()
      return modseq
    }

    function readFlags(): readonly string[] {
      if (args.space().next === '(') return args.flagList()
      const list = [args.flag()]
      while (args.problem === undefined && args.more()) list.push(args.flag())
      return list.filter((flag) => flag !== undefined)
    }
  },
  run: (session, view, { set, unchangedSince, sign, silent, flags, byUid }, { tag }) => {
    const named = view.pick(set, { byUid })
    if (!named) return bad(tag, 'No such message')
    if (view.readOnly) return no(tag, 'Mailbox is read-only', 'NOPERM')
    const { folder } = view
    const present = named.filter(({ message }) => !view.isGone(message))
    const isStale = ({ modseq }: StoredMessage) => unchangedSince !== undefined && modseq > unchangedSince
    const stale = present.filter(({ message }) => isStale(message))
    const modseq = session.knowsModseq || unchangedSince !== undefined
    const changes = present
      .filter(({ message }) => !isStale(message))
      .map(({ number, message }) => ({ number, message, target: combine(message.flags, sign, flags) }))
    if (changes.some(({ target }) => target.size > maxFlags)) return no(tag, 'Too many flags', 'LIMIT')
    const steps = changes.map((change) => {
      const changed = !isSame(change.target, change.message.flags)
      return { ...change, changed, modseq: changed ? folder.reserveModseq() : change.message.modseq }
    })
    const told = steps.map(({ number, message, target, modseq: reached }) => {
      const items = [
        ...(byUid || modseq ? [`UID ${message.uid}`] : []),
        ...(modseq ? [`MODSEQ (${reached})`] : []),
        ...(silent ? [] : [`FLAGS ${view.flagsOf(message, target)}`]),
      ]
      return silent && !modseq ? '' : `* ${number} FETCH (${items.join(' ')})\r\n`
    })
    const modified = formatSet(stale.map(({ number, message }) => (byUid ? message.uid : number)))
    return complete(session, {
      tag,
      untagged: told.join(''),
      ...(modified && { code: `MODIFIED ${modified}` }),
      text: modified ? 'STORE failed for some' : 'STORE completed',
      ...(!byUid && { numbers: 'keep' }),
      commit: () => {
        session.knowsModseq ||= unchangedSince !== undefined
        view.quietly(() => {
          for (const { message, target, modseq: reached, changed } of steps) {
            if (changed) folder.changeFlags(message, target, reached)
          }
        })
      },
    })
  },
})

const isSame = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((flag) => other.has(flag))

function combine(present: ReadonlySet<string>, sign: string, given: readonly string[]): ReadonlySet<string> {
  // Keywords are compared in any case, RFC 9051 §2.3.2, and keep the spelling that was there first.
  const spelled = new Map([...present].map((flag) => [flag.toUpperCase(), flag]))
  const chosen = given.map((flag) => spelled.get(flag.toUpperCase()) ?? flag)
  if (sign === '-') {
    const dropped = new Set(chosen)
    return new Set([...present].filter((flag) => !dropped.has(flag)))
  }
  const unique = new Map((sign === '+' ? [...present, ...chosen] : chosen).map((flag) => [flag.toUpperCase(), flag]))
  return new Set(unique.values())
}
