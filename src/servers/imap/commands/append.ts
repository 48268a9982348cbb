import { replyLate } from '../../core/command-result.ts'
import { defineCommand, type ImapCommand } from '../command.ts'
import { maxMessage, maxStringLiterals } from '../literals.ts'
import { completion } from '../session.ts'
import { no, tagged } from '../spelling.ts'

/** Stores a message in a folder of the client's choice. */
export const append: ImapCommand = defineCommand({
  verb: 'APPEND',
  action: 'append',
  states: ['authenticated', 'selected'],
  reference: 'RFC 9051 §6.3.12',
  maxLiterals: maxMessage + maxStringLiterals,
  read: (args) => {
    const name = args.astring()
    const flags = args.space().next === '(' ? args.flagList() : undefined
    if (flags) args.space()
    const internalDate = args.next === '"' ? args.dateTime() : undefined
    if (internalDate) args.space()
    return { name, flags: flags ?? [], internalDate, raw: args.literal() }
  },
  run: (session, { name, flags, internalDate, raw }, { tag }) => {
    const { link } = session
    // First of all: a message that is refused has crossed all the same.
    link.accept({ via: 'APPEND', raw, stored: 'by-dialect' })
    const folder = link.store.folder(name)
    if (raw.length > maxMessage) return no(tag, 'Message too large', 'TOOBIG')
    if (raw.length === 0) return no(tag, 'A message without octets cannot be stored', 'CANNOT')
    if (!folder) return no(tag, 'No such mailbox', 'TRYCREATE')
    return replyLate(function* () {
      if (!folder.hasRoomForFlags(flags)) return yield tagged(tag, 'NO', 'Too many flags', 'LIMIT')
      if (!link.store.hasRoom([{ raw }], folder)) return yield tagged(tag, 'NO', 'The store is full', 'OVERQUOTA')
      const { uid } = folder.add({ raw, flags, ...(internalDate && { internalDate }) })
      yield* completion(session, {
        tag,
        code: `APPENDUID ${folder.uidValidity} ${uid}`,
        text: 'APPEND completed',
      })
    })
  },
})
