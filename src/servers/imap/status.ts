import type { Folder, StoredMessage } from '../mailbox/folder.ts'
import type { Arguments } from './arguments.ts'
import { formatString } from './spelling.ts'

/** RFC 9051 §6.3.11 and RFC 7162 §3.1.7. */
const statusItems: Readonly<Record<string, (folder: Folder) => number>> = {
  MESSAGES: ({ messages }) => messages.length,
  RECENT: ({ messages, recentFrom }) => count(messages, ({ uid }) => uid >= recentFrom),
  UIDNEXT: ({ uidNext }) => uidNext,
  UIDVALIDITY: ({ uidValidity }) => uidValidity,
  UNSEEN: ({ messages }) => count(messages, ({ flags }) => !flags.has('\\Seen')),
  DELETED: ({ messages }) => count(messages, ({ flags }) => flags.has('\\Deleted')),
  SIZE: ({ octets }) => octets,
  HIGHESTMODSEQ: ({ highestModseq }) => highestModseq,
}

export function readStatusItems(args: Arguments): readonly string[] {
  const items = args.list(() => args.keyword())
  if (items.length === 0 || !items.every((item) => Object.hasOwn(statusItems, item))) args.fail('Unknown status item')
  return [...new Set(items)]
}

/** The untagged STATUS response, CRLF included. */
export function formatStatus(folder: Folder, name: string, items: readonly string[]): string {
  const values = items.map((item) => `${item} ${statusItems[item]?.(folder)}`)
  return `* STATUS ${formatString(name)} (${values.join(' ')})\r\n`
}

const count = (messages: readonly StoredMessage[], test: (message: StoredMessage) => boolean): number =>
  messages.reduce((sum, message) => sum + Number(test(message)), 0)
