import type { Outcome } from '../../core/outcome.ts'
import { reply } from '../../core/outcome.ts'
import type { StoredMessage } from '../../mailbox.ts'
import { systemFlags } from '../arguments.ts'
import { defineCommand, defineMailboxCommand, type ImapCommand } from '../command.ts'
import { complete, type ImapSession } from '../session.ts'
import { isInSet, resolveSet } from '../sets.ts'
import { formatFlags, no, tagged } from '../spelling.ts'
import { type Snapshot, takeSnapshot, View } from '../view.ts'

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
      const snapshot = takeSnapshot(folder, verb === 'EXAMINE')
      const code = snapshot.readOnly ? 'READ-ONLY' : 'READ-WRITE'
      return reply(closed + describe(snapshot) + tagged(tag, 'OK', `${verb} completed`, code), {
        commit: () => {
          session.knowsModseq ||= condstore
          session.select(new View(snapshot))
        },
      })
    },
  })
}

function describe({ folder, messages, modseq, readOnly }: Snapshot): string {
  const keywords = new Set(systemFlags)
  for (const { flags } of messages) for (const flag of flags) keywords.add(flag)
  const unseen = messages.findIndex(({ flags }) => !flags.has('\\Seen')) + 1
  const recent = messages.filter(({ uid }) => uid >= folder.recentFrom).length
  return [
    `FLAGS ${formatFlags(keywords)}`,
    `${messages.length} EXISTS`,
    `${recent} RECENT`,
    ...(unseen > 0 ? [`OK [UNSEEN ${unseen}] First unseen message`] : []),
    `OK [PERMANENTFLAGS ${readOnly ? '()' : formatFlags([...keywords, '\\*'])}] Flags that are kept`,
    `OK [UIDNEXT ${folder.uidNext}] Next UID`,
    `OK [UIDVALIDITY ${folder.uidValidity}] UIDs are valid`,
    `OK [HIGHESTMODSEQ ${modseq}] Highest mod-sequence`,
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
        const doomed = readOnly ? [] : view.messages.filter(isDeleted)
        session.unselect()
        folder.remove(doomed)
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
  run: (session, view, _, { tag }) => expungeAmong(session, view, tag, view.messages),
})

const uidExpunge = defineMailboxCommand({
  verb: 'UID EXPUNGE',
  action: 'store',
  reference: 'RFC 4315 §2.1',
  read: (args) => args.sequenceSet(),
  run: (session, view, set, { tag }) => {
    const uids = resolveSet(set, view.largestUid)
    return expungeAmong(
      session,
      view,
      tag,
      view.messages.filter(({ uid }) => isInSet(uids, uid)),
    )
  },
})

function expungeAmong(session: ImapSession, view: View, tag: string, messages: readonly StoredMessage[]): Outcome {
  if (view.readOnly) return no(tag, 'Mailbox is read-only', 'NOPERM')
  return complete(session, { tag, text: 'EXPUNGE completed', leaving: messages.filter(isDeleted) })
}

const isDeleted = ({ flags }: StoredMessage): boolean => flags.has('\\Deleted')

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
