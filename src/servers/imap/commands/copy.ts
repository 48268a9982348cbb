import { defineWithUid, type ImapCommand } from '../command.ts'
import { complete } from '../session.ts'
import { formatSet } from '../sets.ts'
import { bad, no } from '../spelling.ts'

function transfer(verb: 'COPY' | 'MOVE', reference: string): readonly ImapCommand[] {
  return defineWithUid({
    verb,
    action: 'store',
    reference,
    read: (args) => ({ set: args.sequenceSet(), name: args.space().astring() }),
    run: (session, view, { set, name, byUid }, { tag }) => {
      const moving = verb === 'MOVE'
      const { store } = session.link
      const folder = store.folder(name)
      const named = view.pick(set, { byUid })
      if (!named) return bad(tag, 'No such message')
      if (!folder) return no(tag, 'No such mailbox', 'TRYCREATE')
      if (moving && view.readOnly) return no(tag, 'Mailbox is read-only', 'NOPERM')
      const messages = named.map(({ message }) => message).filter((message) => !moving || !view.isGone(message))
      if (messages.length === 0) return complete(session, { tag, text: `${verb} of no message completed` })
      const octets = messages.reduce((sum, { raw }) => sum + raw.length, 0)
      if (!store.hasRoom({ messages: messages.length, octets })) return no(tag, 'The store is full', 'OVERQUOTA')
      const first = folder.reserveUids(messages.length)
      const uids = `${formatSet(messages.map(({ uid }) => uid))} ${formatSet(messages.map((_, index) => first + index))}`
      const code = `COPYUID ${folder.uidValidity} ${uids}`
      const add = () =>
        messages.map(({ raw, flags, internalDate }, index) =>
          folder.add({ raw, flags, internalDate, uid: first + index }),
        )
      return complete(session, {
        tag,
        text: `${verb} completed`,
        // RFC 6851 §4.3: before the EXPUNGEs, or the client could not tell what they were.
        ...(moving ? { untagged: `* OK [${code}] Moved\r\n`, leaving: messages } : { code }),
        ...(folder === view.folder ? { arriving: { count: messages.length, store: add } } : { commit: add }),
      })
    },
  })
}

/** COPY and MOVE, with numbers and with UIDs. */
export const copyCommands: readonly ImapCommand[] = [
  ...transfer('COPY', 'RFC 9051 §6.4.7'),
  ...transfer('MOVE', 'RFC 9051 §6.4.8'),
]
