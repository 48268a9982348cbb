import type { StoredMessage } from '../../mailbox.ts'
import { defineWithUid, type ImapCommand } from '../command.ts'
import { type FetchItem, readFetchItems, simpleItem } from '../fetch-items.ts'
import { complete, type ImapSession } from '../session.ts'
import { bad, no, Writer } from '../spelling.ts'
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
    if (!named) return bad(tag, 'No such message')
    const { changedSince } = asked
    const wanted = changedSince === undefined ? named : named.filter(({ message: { modseq } }) => modseq > changedSince)
    const answer = new Answer(session, view, asked)
    for (const one of wanted) {
      answer.add(one)
      if (answer.size > maxReply) return no(tag, 'That is too much for one reply', 'LIMIT')
    }
    return complete(session, {
      tag,
      untagged: answer.done(),
      text: 'FETCH completed',
      ...(!asked.byUid && { numbers: 'keep' }),
      commit: () => answer.commit(),
    })
  },
})

/** The FETCH responses of one command, and the `\Seen` that reading leaves behind. */
class Answer {
  readonly #session: ImapSession
  readonly #view: View
  readonly #items: readonly FetchItem[]
  readonly #sees: boolean
  readonly #wantsModseq: boolean
  readonly #writer = new Writer()
  readonly #seen: { readonly message: StoredMessage; readonly flags: ReadonlySet<string>; readonly modseq: number }[] =
    []

  constructor(session: ImapSession, view: View, { items, changedSince, byUid }: Asked) {
    this.#session = session
    this.#view = view
    this.#sees = !view.readOnly && items.some(({ sees }) => sees)
    this.#wantsModseq = changedSince !== undefined || has(items, 'MODSEQ')
    this.#items = [
      ...(byUid && !has(items, 'UID') ? [simpleItem('UID')] : []),
      ...items,
      // RFC 7162 §3.1.4.2: CHANGEDSINCE wants MODSEQ without saying so.
      ...(changedSince !== undefined && !has(items, 'MODSEQ') ? [simpleItem('MODSEQ')] : []),
    ]
  }

  get size(): number {
    return this.#writer.size
  }

  add({ number, message }: Numbered): void {
    const view = this.#view
    const change = this.#sees && !message.flags.has('\\Seen') && !view.isGone(message)
    const flags = change ? new Set([...message.flags, '\\Seen']) : message.flags
    const modseq = change ? view.folder.reserveModseq() : message.modseq
    if (change) this.#seen.push({ message, flags, modseq })
    const subject = { message, flags: view.flagsOf(message, flags), modseq }
    const told = this.#session.knowsModseq || this.#wantsModseq
    const extra = change ? [simpleItem('FLAGS'), ...(told ? [simpleItem('MODSEQ')] : [])] : []
    const items = [...this.#items, ...extra.filter(({ name }) => !has(this.#items, name))]
    this.#writer.text(`* ${number} FETCH (`)
    for (const [index, item] of items.entries()) {
      if (this.size > maxReply) return
      if (index > 0) this.#writer.text(' ')
      item.write(this.#writer, subject)
    }
    this.#writer.text(')\r\n')
  }

  done(): Buffer {
    return this.#writer.done()
  }

  commit(): void {
    const { folder } = this.#view
    this.#session.knowsModseq ||= this.#wantsModseq
    this.#view.quietly(() => {
      for (const { message, flags, modseq } of this.#seen) folder.changeFlags(message, flags, modseq)
    })
  }
}

const has = (items: readonly FetchItem[], name: string): boolean => items.some((item) => item.name === name)
