import { Kept } from '../kept.ts'
import { formatNstring } from '../spelling.ts'
import { type Address, parseAddresses } from './addresses.ts'
import type { Entity } from './entity.ts'
import { bodyOf, readValues } from './headers.ts'

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

const envelopes = new Kept<string>()

/** The header of a whole message as IMAP takes it apart; its octets never change, so it is seldom found out twice. */
export function* envelopeOf(raw: Buffer): Generator<string, string> {
  const known = envelopes.get(raw)
  if (known !== undefined) return known
  let envelope = ''
  for (const piece of formatEnvelope(raw, { start: 0, body: bodyOf(raw) })) {
    envelope += piece
    yield ''
  }
  envelopes.set(raw, envelope, envelope.length)
  return envelope
}

/** The header of a message as IMAP takes it apart, RFC 9051 §7.5.2 ENVELOPE. */
export function* formatEnvelope(raw: Buffer, { start, body }: Pick<Entity, 'start' | 'body'>): Generator<string> {
  const values = readValues(raw, { start, end: body }, envelopeFields)
  const first = (name: string): string => formatNstring(values.get(name)?.[0])
  const addresses = (name: string): Generator<string, readonly Address[]> =>
    parseAddresses(values.get(name)?.join(', ') ?? '')
  yield `(${first('date')} ${first('subject')} `
  const from = yield* addresses('from')
  yield* formatAddresses(from)
  for (const name of ['sender', 'reply-to']) {
    const list = yield* addresses(name)
    yield* formatAddresses(list.length > 0 ? list : from)
  }
  for (const name of ['to', 'cc', 'bcc']) yield* formatAddresses(yield* addresses(name))
  yield `${first('in-reply-to')} ${first('message-id')})`
}

function* formatAddresses(addresses: readonly Address[]): Generator<string> {
  if (addresses.length === 0) return yield 'NIL '
  yield '('
  for (const address of addresses) yield formatAddress(address)
  yield ') '
}

/** The second is RFC 3501 §7.4.2's at-domain-list. */
const formatAddress = ({ name, route, mailbox, host }: Address): string =>
  `(${formatNstring(name)} ${formatNstring(route)} ${formatNstring(mailbox)} ${formatNstring(host)})`
