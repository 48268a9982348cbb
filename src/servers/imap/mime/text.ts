import { type Entity, structureOf } from './entity.ts'

/**
 * What SEARCH BODY looks at: the body as it stands and, where a transfer encoding or a charset hides it, its text parts
 * decoded, RFC 3501 §6.4.4.
 */
export function searchableBody(raw: Buffer): string {
  const root = structureOf(raw)
  const texts = [raw.toString('latin1', root.body, root.end)]
  for (const part of textParts(root)) {
    const encoding = (part.fields.get('content-transfer-encoding') ?? '').toUpperCase()
    const charset = part.parameters.find(([name]) => name.toUpperCase() === 'CHARSET')?.[1] ?? 'US-ASCII'
    const bytes = decodeTransfer(raw.subarray(part.body, part.end), encoding)
    if (encoding === 'BASE64' || encoding === 'QUOTED-PRINTABLE' || charset.toUpperCase() !== 'US-ASCII') {
      texts.push(decodeCharset(bytes, charset))
    }
  }
  return texts.join('\n')
}

function* textParts(entity: Entity): Generator<Entity> {
  if (entity.message) yield* textParts(entity.message)
  for (const part of entity.parts ?? []) yield* textParts(part)
  if (entity.type === 'TEXT') yield entity
}

function decodeTransfer(bytes: Buffer, encoding: string): Buffer {
  if (encoding === 'BASE64') return Buffer.from(bytes.toString('latin1'), 'base64')
  if (encoding !== 'QUOTED-PRINTABLE') return bytes
  const text = bytes
    .toString('latin1')
    .replace(/=[ \t]*\r?\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, octet: string) => String.fromCharCode(Number.parseInt(octet, 16)))
  return Buffer.from(text, 'latin1')
}

function decodeCharset(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    // A charset that nobody knows.
    return bytes.toString('latin1')
  }
}
