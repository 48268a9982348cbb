import { hierarchyDelimiter } from '../../mailbox/mailbox.ts'
import { defineCommand, type ImapCommand } from '../command.ts'
import { problemWithName } from '../mailbox-names.ts'
import { complete } from '../session.ts'
import { no } from '../spelling.ts'
import { formatStatus, readStatusItems } from '../status.ts'

const states = ['authenticated', 'selected'] as const

const namespace = defineCommand({
  verb: 'NAMESPACE',
  action: 'list',
  states,
  reference: 'RFC 9051 §6.3.10',
  run: (session, _, { tag }) =>
    complete(session, {
      tag,
      untagged: `* NAMESPACE (("" "${hierarchyDelimiter}")) NIL NIL\r\n`,
      text: 'NAMESPACE completed',
    }),
})

const create = defineCommand({
  verb: 'CREATE',
  action: 'other',
  states,
  reference: 'RFC 9051 §6.3.4',
  // A delimiter at the end says that inferior names will follow; the name is what stands before it.
  read: (args) => withoutTrailingDelimiter(args.astring()),
  run: (session, name, { tag }) => {
    const { store } = session.link
    const problem = problemWithName(name)
    if (problem) return no(tag, problem, 'CANNOT')
    if (store.folder(name)) return no(tag, 'The mailbox exists already', 'ALREADYEXISTS')
    if (!store.hasRoomForFolders) return no(tag, 'Too many mailboxes', 'LIMIT')
    return complete(session, { tag, text: 'CREATE completed', commit: () => store.create(name) })
  },
})

const remove = defineCommand({
  verb: 'DELETE',
  action: 'other',
  states,
  reference: 'RFC 9051 §6.3.5',
  read: (args) => args.astring(),
  run: (session, name, { tag }) => {
    const { store } = session.link
    const folder = store.folder(name)
    if (!folder) return no(tag, 'No such mailbox', 'NONEXISTENT')
    if (folder === store.inbox) return no(tag, 'INBOX cannot be deleted', 'CANNOT')
    return complete(session, { tag, text: 'DELETE completed', commit: () => store.delete(name) })
  },
})

const rename = defineCommand({
  verb: 'RENAME',
  action: 'other',
  states,
  reference: 'RFC 9051 §6.3.6',
  read: (args) => ({ from: args.astring(), to: withoutTrailingDelimiter(args.space().astring()) }),
  run: (session, { from, to }, { tag }) => {
    const { store } = session.link
    const problem = problemWithName(to)
    if (!store.folder(from)) return no(tag, 'No such mailbox', 'NONEXISTENT')
    if (problem) return no(tag, problem, 'CANNOT')
    if (store.folder(to)) return no(tag, 'The mailbox exists already', 'ALREADYEXISTS')
    return complete(session, { tag, text: 'RENAME completed', commit: () => store.rename(from, to) })
  },
})

const subscribe = defineCommand({
  verb: 'SUBSCRIBE',
  action: 'other',
  states,
  reference: 'RFC 9051 §6.3.7',
  read: (args) => args.astring(),
  run: (session, name, { tag }) => {
    const { store } = session.link
    const problem = problemWithName(name)
    if (problem) return no(tag, problem, 'CANNOT')
    if (!store.hasRoomForFolders) return no(tag, 'Too many subscriptions', 'LIMIT')
    return complete(session, { tag, text: 'SUBSCRIBE completed', commit: () => store.subscribe(name) })
  },
})

const unsubscribe = defineCommand({
  verb: 'UNSUBSCRIBE',
  action: 'other',
  states,
  reference: 'RFC 9051 §6.3.8',
  read: (args) => args.astring(),
  run: (session, name, { tag }) =>
    complete(session, {
      tag,
      text: 'UNSUBSCRIBE completed',
      commit: () => {
        session.link.store.unsubscribe(name)
      },
    }),
})

const status = defineCommand({
  verb: 'STATUS',
  action: 'other',
  states,
  reference: 'RFC 9051 §6.3.11',
  read: (args) => {
    const name = args.astring()
    args.space()
    return { name, items: readStatusItems(args) }
  },
  run: (session, { name, items }, { tag }) => {
    const folder = session.link.store.folder(name)
    if (!folder) return no(tag, 'No such mailbox', 'NONEXISTENT')
    return complete(session, {
      tag,
      untagged: formatStatus(folder, name, items),
      text: 'STATUS completed',
      commit: () => {
        session.knowsModseq ||= items.includes('HIGHESTMODSEQ')
      },
    })
  },
})

const withoutTrailingDelimiter = (name: string): string =>
  name.length > 1 && name.endsWith(hierarchyDelimiter) ? name.slice(0, -1) : name

/** Commands on mailboxes as such, none of which is selected by them. */
export const mailboxCommands: readonly ImapCommand[] = [
  namespace,
  create,
  remove,
  rename,
  subscribe,
  unsubscribe,
  status,
]
