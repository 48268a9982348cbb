import { formatNstring } from '../spelling.ts'
import { type Address, parseAddresses } from './addresses.ts'
import type { Entity } from './entity.ts'
import { readValues } from './headers.ts'

const envelopeFields: ReadonlySet<string> = new Set([
  'date',
  'subject',
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'in-reply-to',
  'message-id',
])

/** The header of a message as IMAP takes it apart, RFC 9051 §7.5.2 ENVELOPE. */
export function formatEnvelope(raw: Buffer, { start, body }: Pick<Entity, 'start' | 'body'>): string {
  const values = readValues(raw, { start, end: body }, envelopeFields)
  const first = (name: string): string => formatNstring(values.get(name)?.[0])
  const addresses = (name: string): readonly Address[] => parseAddresses(values.get(name)?.join(', ') ?? '')
  const from = addresses('from')
  const orFrom = (list: readonly Address[]): readonly Address[] => (list.length > 0 ? list : from)
  const items = [
    first('date'),
    first('subject'),
    formatAddresses(from),
    formatAddresses(orFrom(addresses('sender'))),
    formatAddresses(orFrom(addresses('reply-to'))),
    formatAddresses(addresses('to')),
    formatAddresses(addresses('cc')),
    formatAddresses(addresses('bcc')),
    first('in-reply-to'),
    first('message-id'),
  ]
  return `(${items.join(' ')})`
}

const formatAddresses = (addresses: readonly Address[]): string =>
  addresses.length === 0 ? 'NIL' : `(${addresses.map(formatAddress).join('')})`

/** The second is RFC 3501 §7.4.2's at-domain-list. */
const formatAddress = ({ name, route, mailbox, host }: Address): string =>
  `(${formatNstring(name)} ${formatNstring(route)} ${formatNstring(mailbox)} ${formatNstring(host)})`
