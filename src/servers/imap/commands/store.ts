import { replyLate } from '../../core/command-result.ts'
import type { Pieces } from '../../core/pieces.ts'
import type { Arguments } from '../arguments.ts'
import { defineWithUid, type ImapCommand } from '../command.ts'
import { completion, type ImapSession } from '../session.ts'
import { formatSet } from '../sets.ts'
import { bad, no, tagged } from '../spelling.ts'
import type { Numbered, View } from '../view.ts'

interface Asked {
  readonly unchangedSince: number | undefined
  readonly sign: string
  readonly silent: boolean
  readonly flags: readonly string[]
  readonly byUid: boolean
}

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
  run: (session, view, { set, ...asked }, { tag }) => {
    const named = view.pick(set, asked)
    if (!named) return bad(tag, 'No such message')
    if (view.readOnly) return no(tag, 'Mailbox is read-only', 'NOPERM')
    return replyLate(() => store(session, view, named, { ...asked, tag }))
  },
})

function* store(
  session: ImapSession,
  view: View,
  named: readonly Numbered[],
  { tag, unchangedSince, silent, byUid, ...asked }: Asked & { readonly tag: string },
): Pieces {
  const { folder } = view
  if (asked.sign !== '-' && !folder.hasRoomForFlags(asked.flags))
    return yield tagged(tag, 'NO', 'Too many flags', 'LIMIT')
  const combined = combiner(
    asked.sign,
    asked.flags.map((flag) => folder.spell(flag)),
  )
  const modseq = session.knowsModseq || unchangedSince !== undefined
  session.knowsModseq = modseq
  const modified: number[] = []
  for (const { number, message } of named) {
    yield ''
    // Removed meanwhile: the client will learn so, RFC 2180 §4.2.
    if (message.state !== 'there') continue
    if (unchangedSince !== undefined && message.modseq > unchangedSince) {
      modified.push(byUid ? message.uid : number)
      continue
    }
    // What others changed before is told even where silence was asked for, RFC 3501 §6.4.6, and once: as it is now.
    const tells = !silent || view.hasNews(message)
    const flags = combined(message.flags)
    if (!isSame(flags, message.flags)) folder.changeFlags(message, flags)
    // Before the piece is given away: others may have changed it when the next one is asked for.
    view.told(message)
    if (tells || modseq) yield formatChange(view, { number, message }, { uid: byUid, modseq, flags: tells })
  }
  const code = modified.length > 0 ? `MODIFIED ${formatSet(modified)}` : undefined
  yield* completion(session, {
    tag,
    ...(code && { code }),
    text: code ? 'STORE failed for some' : 'STORE completed',
    ...(!byUid && { numbers: 'keep' }),
  })
}

function formatChange(
  view: View,
  { number, message }: Numbered,
  told: { readonly uid: boolean; readonly modseq: boolean; readonly flags: boolean },
): string {
  const items = [
    ...(told.uid || told.modseq ? [`UID ${message.uid}`] : []),
    ...(told.modseq ? [`MODSEQ (${message.modseq})`] : []),
    ...(told.flags ? [`FLAGS ${view.flagsOf(message)}`] : []),
  ]
  return `* ${number} FETCH (${items.join(' ')})\r\n`
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

type Flags = ReadonlySet<string>

/** What becomes of a set of flags, all in the folder's spelling. Messages that shared a set share what comes of it. */
function combiner(sign: string, given: readonly string[]): (present: Flags) => Flags {
  const unique = new Map(given.map((flag) => [flag.toUpperCase(), flag]))
  const replacement = new Set(unique.values())
  if (sign === '') return () => replacement
  const known = new WeakMap<Flags, Flags>()
  return (present) => {
    const combined = known.get(present) ?? new Set(present)
    if (known.has(present)) return combined
    known.set(present, combined)
    for (const flag of replacement) {
      if (sign === '+') (combined as Set<string>).add(flag)
      else (combined as Set<string>).delete(flag)
    }
    return combined
  }
}

const isSame = (one: Flags, other: Flags): boolean => {
  if (one === other) return true
  if (one.size !== other.size) return false
  for (const flag of one) if (!other.has(flag)) return false
  return true
}
