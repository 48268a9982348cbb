import { replyLate } from '../../core/command-result.ts'
import type { Pieces } from '../../core/pieces.ts'
import { holdOctets, releaseOctets } from '../../mailbox/octets.ts'
import { defineWithUid, type ImapCommand } from '../command.ts'
import { type FetchItem, readFetchItems, simpleItem } from '../fetch-items.ts'
import { completion, type ImapSession } from '../session.ts'
import { bad, tagged } from '../spelling.ts'
import type { Numbered, View } from '../view.ts'

/** Octets of one reply. */
const maxReply = 256 * 1024 * 1024

interface Asked {
  readonly items: readonly FetchItem[]
  readonly changedSince: number | undefined
  readonly byUid: boolean
}

/** FETCH, with numbers and with UIDs. */
export const fetchCommands: readonly ImapCommand[] = defineWithUid({
  verb: 'FETCH',
  action: 'fetch',
  reference: 'RFC 9051 §6.4.5',
  read: (args) => {
    const set = args.sequenceSet()
    args.space()
    const items = readFetchItems(args)
    if (!args.more()) return { set, items, changedSince: undefined }
    const changedSince = args.expect('(').expect('CHANGEDSINCE').space().number()
    args.expect(')')
    return { set, items, changedSince }
  },
  run: (session, view, { set, ...asked }, { tag }) => {
    const named = view.pick(set, asked)
    return named ? replyLate(() => fetch(session, view, named, { ...asked, tag })) : bad(tag, 'No such message')
  },
})

function* fetch(
  session: ImapSession,
  view: View,
  named: readonly Numbered[],
  { tag, items, changedSince, byUid }: Asked & { readonly tag: string },
): Pieces {
  const sees = !view.readOnly && items.some((item) => item.sees)
  session.knowsModseq ||= changedSince !== undefined || has(items, 'MODSEQ')
  const asked = [
    ...(byUid && !has(items, 'UID') ? [simpleItem('UID')] : []),
    ...items,
    // RFC 7162 §3.1.4.2: CHANGEDSINCE wants MODSEQ without saying so.
    ...(changedSince !== undefined && !has(items, 'MODSEQ') ? [simpleItem('MODSEQ')] : []),
  ]
  const seen = [...asked, ...missing(asked, ['FLAGS', ...(session.knowsModseq ? ['MODSEQ'] : [])])]
  const flagsAsked = has(asked, 'FLAGS')
  let lost = 0
  let size = 0
  for (const one of named) {
    const { message } = one
    if (changedSince !== undefined && message.modseq <= changedSince) continue
    if (message.state === 'lost') {
      lost++
      continue
    }
    const change = sees && message.state === 'there' && !message.flags.has('\\Seen')
    if (change) view.folder.changeFlags(message, [...message.flags, '\\Seen'])
    // RFC 3501 §6.4.5: new flags are told here, with all that a client wants to know of them, and not once more behind it.
    const tells = change || (flagsAsked && view.hasNews(message))
    if (tells) view.told(message)
    for (const piece of describe(view, one, tells ? seen : asked, () => size > maxReply)) {
      size += piece.length
      yield piece
    }
    if (size > maxReply) return yield tagged(tag, 'NO', 'That is too much for one reply', 'LIMIT')
  }
  // RFC 5530 §3: another session has removed them, so long ago that nothing is left.
  if (lost > 0) return yield tagged(tag, 'NO', 'Some messages are not there any more', 'EXPUNGEISSUED')
  yield* completion(session, { tag, text: 'FETCH completed', ...(!byUid && { numbers: 'keep' }) })
}

/** One FETCH response, which ends early but well where it is enough. */
function* describe(
  view: View,
  { number, message }: Numbered,
  items: readonly FetchItem[],
  isEnough: () => boolean,
): Generator<string | Buffer> {
  // Flags may change while a long item is on its way: they are told as they were when the response began.
  const { raw, modseq } = message
  const subject = { message, raw, modseq, flags: view.flagsOf(message) }
  holdOctets(raw)
  try {
    yield `* ${number} FETCH (`
    for (const [index, item] of items.entries()) {
      if (isEnough()) break
      if (index > 0) yield ' '
      yield* item.pieces(subject)
    }
    yield ')\r\n'
  } finally {
    releaseOctets(raw)
  }
}

const has = (items: readonly FetchItem[], name: string): boolean => items.some((item) => item.name === name)

const missing = (items: readonly FetchItem[], names: readonly string[]): readonly FetchItem[] =>
  names.filter((name) => !has(items, name)).map(simpleItem)
