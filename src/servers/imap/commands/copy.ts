import { replyLate } from '../../core/command-result.ts'
import type { Pieces } from '../../core/pieces.ts'
import type { Folder } from '../../mailbox/folder.ts'
import { defineWithUid, type ImapCommand } from '../command.ts'
import { completion, type ImapSession } from '../session.ts'
import { formatSet } from '../sets.ts'
import { bad, no, tagged } from '../spelling.ts'
import type { Numbered } from '../view.ts'

interface Asked {
  readonly verb: 'COPY' | 'MOVE'
  readonly tag: string
}

function transfer(verb: Asked['verb'], reference: string): readonly ImapCommand[] {
  return defineWithUid({
    verb,
    action: 'store',
    reference,
    read: (args) => ({ set: args.sequenceSet(), name: args.space().astring() }),
    run: (session, view, { set, name, byUid }, { tag }) => {
      const folder = session.link.store.folder(name)
      const named = view.pick(set, { byUid })
      if (!named) return bad(tag, 'No such message')
      if (!folder) return no(tag, 'No such mailbox', 'TRYCREATE')
      if (verb === 'MOVE' && view.readOnly) return no(tag, 'Mailbox is read-only', 'NOPERM')
      return replyLate(() => copy(session, named, folder, { verb, tag }))
    },
  })
}

/** All of them or none, RFC 9051 §6.4.7: in one step, before anything is told. */
function* copy(session: ImapSession, named: readonly Numbered[], folder: Folder, { verb, tag }: Asked): Pieces {
  const moving = verb === 'MOVE'
  const { store } = session.link
  // One that another session removed can still be copied, RFC 2180 §4.4.1, but not be moved.
  const messages = named.map(({ message }) => message).filter(({ state }) => !moving || state === 'there')
  if (messages.length === 0) return yield* completion(session, { tag, text: `${verb} of no message completed` })
  if (messages.some(({ state }) => state === 'lost')) {
    return yield tagged(tag, 'NO', 'Some messages are not there any more', 'EXPUNGEISSUED')
  }
  if (!store.hasRoom(messages, folder)) return yield tagged(tag, 'NO', 'The store is full', 'OVERQUOTA')
  const copies = folder.addAll(messages)
  const uids = [messages, copies].map((list) => formatSet(list.map(({ uid }) => uid)))
  const code = `COPYUID ${folder.uidValidity} ${uids.join(' ')}`
  // RFC 6851 §4.3: before the EXPUNGEs, or the client could not tell what they were.
  if (moving) {
    session.view?.folder.remove(messages)
    yield `* OK [${code}] Moved\r\n`
  }
  yield* completion(session, { tag, text: `${verb} completed`, ...(!moving && { code }) })
}

/** COPY and MOVE, with numbers and with UIDs. */
export const copyCommands: readonly ImapCommand[] = [
  ...transfer('COPY', 'RFC 9051 §6.4.7'),
  ...transfer('MOVE', 'RFC 9051 §6.4.8'),
]
