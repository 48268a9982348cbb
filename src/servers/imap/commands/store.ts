import type { Folder, StoredMessage } from '../../mailbox.ts'
import type { Arguments } from '../arguments.ts'
import { defineWithUid, type ImapCommand } from '../command.ts'
import { complete } from '../session.ts'
import { formatSet } from '../sets.ts'
import { bad, no } from '../spelling.ts'
import type { Numbered, View } from '../view.ts'

/** Flags of one message; keywords are the client's own. */
const maxFlags = 100

/** STORE, with numbers and with UIDs. */
export const storeCommands: readonly ImapCommand[] = defineWithUid({
  verb: 'STORE',
  action: 'store',
  reference: 'RFC 9051 §6.4.6',
  read: (args) => {
    const set = args.sequenceSet()
    const unchangedSince = args.space().take('(') ? readUnchangedSince(args) : undefined
    const item = /^([+-]?)FLAGS(\.SILENT)?$/.exec(args.keyword())
    if (!item) args.fail('Expected FLAGS')
    return { set, unchangedSince, sign: item?.[1] ?? '', silent: item?.[2] !== undefined, flags: readFlags(args) }
  },
  run: (session, view, { set, unchangedSince, sign, silent, flags, byUid }, { tag }) => {
    const named = view.pick(set, { byUid })
    if (!named) return bad(tag, 'No such message')
    if (view.readOnly) return no(tag, 'Mailbox is read-only', 'NOPERM')
    const present = named.filter(({ message }) => !view.isGone(message))
    const isStale = ({ message }: Numbered) => unchangedSince !== undefined && message.modseq > unchangedSince
    const planned = present
      .filter((one) => !isStale(one))
      .map((one) => ({ ...one, flags: combine(one.message.flags, sign, flags) }))
    if (planned.some((change) => change.flags.size > maxFlags)) return no(tag, 'Too many flags', 'LIMIT')
    const changes = planned.map((change) => withModseq(change, view.folder))
    const modseq = session.knowsModseq || unchangedSince !== undefined
    const modified = formatSet(present.filter(isStale).map(({ number, message }) => (byUid ? message.uid : number)))
    return complete(session, {
      tag,
      untagged: changes.map((change) => formatChange(view, change, { uid: byUid, modseq, flags: !silent })).join(''),
      ...(modified && { code: `MODIFIED ${modified}` }),
      text: modified ? 'STORE failed for some' : 'STORE completed',
      ...(!byUid && { numbers: 'keep' }),
      commit: () => {
        session.knowsModseq ||= unchangedSince !== undefined
        view.quietly(() => {
          for (const change of changes) {
            if (change.isNew) view.folder.changeFlags(change.message, change.flags, change.modseq)
          }
        })
      },
    })
  },
})

/** What a message will have. */
interface Change extends Numbered {
  readonly flags: ReadonlySet<string>
  readonly modseq: number
  /** Not what it has already. */
  readonly isNew: boolean
}

function withModseq(change: Omit<Change, 'modseq' | 'isNew'>, folder: Folder): Change {
  const { message, flags } = change
  const isNew = flags.size !== message.flags.size || ![...flags].every((flag) => message.flags.has(flag))
  return { ...change, isNew, modseq: isNew ? folder.reserveModseq() : message.modseq }
}

function formatChange(
  view: View,
  { number, message, flags, modseq }: Change,
  told: { readonly uid: boolean; readonly modseq: boolean; readonly flags: boolean },
): string {
  const items = [
    ...(told.uid || told.modseq ? [`UID ${message.uid}`] : []),
    ...(told.modseq ? [`MODSEQ (${modseq})`] : []),
    ...(told.flags ? [`FLAGS ${view.flagsOf(message, flags)}`] : []),
  ]
  return told.flags || told.modseq ? `* ${number} FETCH (${items.join(' ')})\r\n` : ''
}

function readUnchangedSince(args: Arguments): number {
  const modseq = args.expect('UNCHANGEDSINCE').space().number()
  args.expect(')').space()
  return modseq
}

function readFlags(args: Arguments): readonly string[] {
  if (args.space().next === '(') return args.flagList()
  const list = [args.flag()]
  while (args.problem === undefined && args.more()) list.push(args.flag())
  return list.filter((flag) => flag !== undefined)
}

function combine(present: StoredMessage['flags'], sign: string, given: readonly string[]): ReadonlySet<string> {
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
