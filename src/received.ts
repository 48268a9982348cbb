import type { ReceivedMessage } from './server.ts'
import type { AcceptedMessage } from './servers/core/dialect.ts'
import type { ConnectionRecord, Phase } from './servers/core/record.ts'

/** A message as the library shows it. */
export function receive(
  { raw, from, to }: AcceptedMessage,
  connection: ConnectionRecord,
  phase: Phase,
): ReceivedMessage {
  let headers: ReadonlyMap<string, readonly string[]> | undefined
  return {
    raw,
    envelope: { from: from ?? '', to: to ?? [] },
    secure: phase === 'tls',
    connection,
    get text() {
      return raw.toString('utf8')
    },
    get headers() {
      headers ??= parseHeaders(raw)
      return headers
    },
    async parsed() {
      const { default: PostalMime } = await import('postal-mime')
      return PostalMime.parse(raw)
    },
  }
}

/** RFC 5322 §2.2: names in lower case, values unfolded. */
function parseHeaders(raw: Buffer): ReadonlyMap<string, readonly string[]> {
  const end = raw.indexOf('\r\n\r\n')
  const source = raw.toString('utf8', 0, end < 0 ? raw.length : end)
  const headers = new Map<string, string[]>()
  for (const line of source.replace(/\r\n(?=[ \t])/g, '').split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    const name = line.slice(0, colon).trim().toLowerCase()
    const values = headers.get(name) ?? []
    headers.set(name, [...values, line.slice(colon + 1).trim()])
  }
  return headers
}
