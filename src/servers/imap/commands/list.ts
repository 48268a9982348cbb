import { hierarchyDelimiter, type MailStore } from '../../mailbox/mailbox.ts'
import type { Arguments } from '../arguments.ts'
import { defineCommand, type ImapCommand } from '../command.ts'
import { isPattern, type ListedName, listNames, matchesPattern } from '../mailbox-names.ts'
import { complete } from '../session.ts'
import { formatString } from '../spelling.ts'
import { formatStatus, readStatusItems } from '../status.ts'

const states = ['authenticated', 'selected'] as const

interface Asked {
  readonly select: ReadonlySet<string>
  readonly patterns: readonly string[]
  readonly show: ReadonlySet<string>
  readonly status: readonly string[]
}

const list = defineCommand({
  verb: 'LIST',
  action: 'list',
  states,
  reference: 'RFC 9051 §6.3.9',
  read: (args): Asked => {
    const select = readOptions(args, ['SUBSCRIBED', 'REMOTE', 'RECURSIVEMATCH', 'SPECIAL-USE'])
    if (select) args.space()
    const reference = args.astring()
    args.space()
    const patterns = args.next === '(' ? args.list(() => args.listMailbox()) : [args.listMailbox()]
    if (patterns.length > 10 || !patterns.every((pattern) => isPattern(reference + pattern)))
      args.fail('Pattern too long')
    const returns = args.more() ? readReturns(args.expect('RETURN').space()) : { show: [], status: [] }
    return {
      select: select ?? new Set(),
      patterns: patterns.map((pattern) => (pattern === '' ? '' : reference + pattern)),
      show: new Set(returns.show),
      status: returns.status,
    }
  },
  run: (session, asked, { tag }) =>
    complete(session, {
      tag,
      // An empty pattern asks for the delimiter alone.
      untagged: asked.patterns.join('') === '' ? rootLine('LIST') : listLines(session.link.store, asked),
      text: 'LIST completed',
      commit: () => {
        session.knowsModseq ||= asked.status.includes('HIGHESTMODSEQ')
      },
    }),
})

const lsub = defineCommand({
  verb: 'LSUB',
  action: 'list',
  states,
  reference: 'RFC 3501 §6.3.9',
  read: (args) => {
    const reference = args.astring()
    const pattern = args.space().listMailbox()
    if (!isPattern(reference + pattern)) args.fail('Pattern too long')
    return pattern === '' ? '' : reference + pattern
  },
  run: (session, pattern, { tag }) => {
    const { store } = session.link
    const subscribed = store.subscriptions
    const lines = listNames(subscribed, store)
      .filter(({ name }) => matchesPattern(name, pattern))
      // A name that is not subscribed itself shows only where `%` hides the subscribed one below it.
      .filter(({ name }) => subscribed.has(name) || pattern.endsWith('%'))
      .map((listed) => formatLine('LSUB', listed, subscribed.has(listed.name) ? [] : ['\\Noselect']))
    return complete(session, {
      tag,
      untagged: pattern === '' ? rootLine('LSUB') : lines.join(''),
      text: 'LSUB completed',
    })
  },
})

function readOptions(args: Arguments, known: readonly string[]): ReadonlySet<string> | undefined {
  if (args.next !== '(') return undefined
  const options = args.list(() => args.keyword())
  if (!options.every((option) => known.includes(option))) args.fail('Unknown selection option')
  return new Set(options)
}

function readReturns(args: Arguments): { readonly show: readonly string[]; readonly status: readonly string[] } {
  const status: string[] = []
  const show = args.list(() => {
    const option = args.keyword()
    if (!['SUBSCRIBED', 'CHILDREN', 'SPECIAL-USE', 'STATUS'].includes(option)) args.fail('Unknown return option')
    if (option === 'STATUS') {
      args.space()
      status.push(...readStatusItems(args))
    }
    return option
  })
  return { show, status }
}

function listLines(store: MailStore, { select, patterns, show, status }: Asked): string {
  const subscribed = store.subscriptions
  const names = [...store.folders].map(({ name }) => name)
  const bySubscription = select.has('SUBSCRIBED')
  return listNames(bySubscription ? subscribed : names, store)
    .filter(({ name, folder }) => (bySubscription ? subscribed.has(name) : folder || !hidesSuperiors(patterns)))
    .filter(({ folder }) => !select.has('SPECIAL-USE') || folder?.specialUse !== undefined)
    .filter(({ name }) => patterns.some((pattern) => matchesPattern(name, pattern)))
    .map((listed) => {
      const { name, folder } = listed
      const attributes = [
        ...(folder ? [] : [bySubscription ? '\\NonExistent' : '\\Noselect']),
        ...(folder?.specialUse ? [folder.specialUse] : []),
        ...((bySubscription || show.has('SUBSCRIBED')) && subscribed.has(name) ? ['\\Subscribed'] : []),
      ]
      const line = formatLine('LIST', listed, attributes)
      return folder && status.length > 0 ? line + formatStatus(folder, name, status) : line
    })
    .join('')
}

/** `*` lists the inferior names themselves, so that a level that is no mailbox adds nothing, RFC 3501 §6.3.8. */
const hidesSuperiors = (patterns: readonly string[]): boolean => !patterns.some((pattern) => pattern.endsWith('%'))

function formatLine(verb: 'LIST' | 'LSUB', { name, hasChildren }: ListedName, attributes: readonly string[]): string {
  const all = [...attributes, hasChildren ? '\\HasChildren' : '\\HasNoChildren']
  return `* ${verb} (${all.join(' ')}) "${hierarchyDelimiter}" ${formatString(name)}\r\n`
}

const rootLine = (verb: 'LIST' | 'LSUB'): string => `* ${verb} (\\Noselect) "${hierarchyDelimiter}" ""\r\n`

/** Commands that list mailboxes. */
export const listCommands: readonly ImapCommand[] = [list, lsub]
