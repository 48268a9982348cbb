import type { CommandResult } from '../../core/command-result.ts'
import { reply, replyLate } from '../../core/command-result.ts'
import type { StoredMessage } from '../../mailbox/folder.ts'
import { systemFlags } from '../arguments.ts'
import { defineCommand, defineMailboxCommand, type ImapCommand } from '../command.ts'
import { complete, type ImapSession } from '../session.ts'
import { isInSet, resolveSet, type SequenceSet } from '../sets.ts'
import { formatFlags, no, tagged } from '../spelling.ts'
import { View } from '../view.ts'

function open(verb: 'SELECT' | 'EXAMINE', reference: string): ImapCommand {
  return defineCommand({
    verb,
    action: 'select',
    states: ['authenticated', 'selected'],
    reference,
    read: (args) => {
      const name = args.astring()
      const parameters = args.more() ? args.list(() => args.keyword()) : []
      if (parameters.some((parameter) => parameter !== 'CONDSTORE')) args.fail('Unknown parameter')
      return { name, condstore: parameters.length > 0 }
    },
    run: (session, { name, condstore }, { tag }) => {
      const folder = session.link.store.folder(name)
      // RFC 9051 §6.3.2: a failed SELECT leaves no mailbox selected.
      const closed = session.view ? '* OK [CLOSED] The other mailbox is closed now\r\n' : ''
      if (!folder) {
        return reply(closed + tagged(tag, 'NO', 'No such mailbox', 'NONEXISTENT'), { commit: () => session.unselect() })
      }
      return replyLate(function* () {
        const view = new View(folder, { readOnly: verb === 'EXAMINE' })
        session.select(view)
        session.knowsModseq ||= condstore
        yield closed + describe(view)
        yield tagged(tag, 'OK', `${verb} completed`, view.readOnly ? 'READ-ONLY' : 'READ-WRITE')
      })
    },
  })
}

function describe({ folder, messages, recent, readOnly }: View): string {
  const flags = new Set([...systemFlags, ...folder.flags])
  const unseen = messages.findIndex((message) => !message.flags.has('\\Seen')) + 1
  return [
    `FLAGS ${formatFlags(flags)}`,
    `${messages.length} EXISTS`,
    `${recent} RECENT`,
    ...(unseen > 0 ? [`OK [UNSEEN ${unseen}] First unseen message`] : []),
    `OK [PERMANENTFLAGS ${readOnly ? '()' : formatFlags([...flags, '\\*'])}] Flags that are kept`,
    `OK [UIDNEXT ${folder.uidNext}] Next UID`,
    `OK [UIDVALIDITY ${folder.uidValidity}] UIDs are valid`,
    `OK [HIGHESTMODSEQ ${folder.highestModseq}] Highest mod-sequence`,
  ]
    .map((line) => `* ${line}\r\n`)
    .join('')
}

const check = defineMailboxCommand({
  verb: 'CHECK',
  action: 'noop',
  reference: 'RFC 3501 §6.4.1',
  run: (session, _view, _, { tag }) => complete(session, { tag, text: 'CHECK completed' }),
})

const close = defineMailboxCommand({
  verb: 'CLOSE',
  action: 'select',
  reference: 'RFC 9051 §6.4.1',
  run: (session, view, _, { tag }) =>
    reply(tagged(tag, 'OK', 'CLOSE completed'), {
      commit: () => {
        const { folder, readOnly } = view
        session.unselect()
        if (!readOnly) folder.remove(doomed(view))
      },
    }),
})

const unselect = defineMailboxCommand({
  verb: 'UNSELECT',
  action: 'select',
  reference: 'RFC 9051 §6.4.2',
  run: (session, _view, _, { tag }) =>
    reply(tagged(tag, 'OK', 'UNSELECT completed'), { commit: () => session.unselect() }),
})

const expunge = defineMailboxCommand({
  verb: 'EXPUNGE',
  action: 'store',
  reference: 'RFC 9051 §6.4.3',
  run: (session, view, _, { tag }) => expungeAmong(session, view, tag),
})

const uidExpunge = defineMailboxCommand({
  verb: 'UID EXPUNGE',
  action: 'store',
  reference: 'RFC 4315 §2.1',
  read: (args) => args.sequenceSet(),
  run: (session, view, set, { tag }) => expungeAmong(session, view, tag, resolveSet(set, view.largestUid)),
})

function expungeAmong(session: ImapSession, view: View, tag: string, uids?: SequenceSet): CommandResult {
  if (view.readOnly) return no(tag, 'Mailbox is read-only', 'NOPERM')
  return complete(session, {
    tag,
    text: 'EXPUNGE completed',
    commit: () => view.folder.remove(doomed(view, uids)),
  })
}

const doomed = ({ messages }: View, uids?: SequenceSet): readonly StoredMessage[] =>
  messages.filter((message) => message.flags.has('\\Deleted') && (!uids || isInSet(uids, message.uid)))

/** Commands that open and close mailboxes and remove messages from them. */
export const selectCommands: readonly ImapCommand[] = [
  open('SELECT', 'RFC 9051 §6.3.2'),
  open('EXAMINE', 'RFC 9051 §6.3.3'),
  check,
  close,
  unselect,
  expunge,
  uidExpunge,
]
