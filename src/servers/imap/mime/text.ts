import { Kept } from '../kept.ts'
import { decoderOf } from './decoding.ts'
import { type Entity, structureOf } from './entity.ts'

/** Octets that are decoded before others have their turn. */
const window = 16 * 1024

/** Octets of a message whose decoded text may be kept for the next key that looks at it. */
const mostKept = 256 * 1024

const texts = new Kept<readonly string[]>()

/**
 * Whether the body of a message has a text, given in lower case: the body as it stands or, where a transfer encoding or
 * a charset hides it, one of its text parts decoded, RFC 3501 §6.4.4.
 */
export function* bodyHas(raw: Buffer, wanted: string): Generator<string, boolean> {
  if (wanted === '') return true
  const known = texts.get(raw)
  const read: string[] = []
  let tail = ''
  for (const chunk of known ?? lowerCaseTexts(raw)) {
    yield ''
    const text = tail + chunk
    if (text.includes(wanted)) return true
    tail = text.slice(Math.max(0, text.length - wanted.length + 1))
    if (raw.length <= mostKept) read.push(chunk)
  }
  if (!known && raw.length <= mostKept) texts.set(raw, read, 4 * raw.length + window)
  return false
}

function* lowerCaseTexts(raw: Buffer): Generator<string> {
  const root = yield* structureOf(raw)
  for (let at = root.body; at < root.end; at += window) {
    yield raw.toString('latin1', at, Math.min(root.end, at + window)).toLowerCase()
  }
  for (const part of textParts(root)) {
    const encoding = (part.fields.get('content-transfer-encoding') ?? '').toUpperCase()
    const charset = part.parameters.find(([name]) => name.toUpperCase() === 'CHARSET')?.[1] ?? 'US-ASCII'
    const decode = decoderOf(encoding, charset)
    if (!decode) continue
    yield '\n'
    for (let at = part.body; at < part.end; at += window) {
      const end = Math.min(part.end, at + window)
      yield decode(raw.subarray(at, end), { last: end === part.end }).toLowerCase()
    }
  }
}

function* textParts(entity: Entity): Generator<Entity> {
  if (entity.message) yield* textParts(entity.message)
  for (const part of entity.parts ?? []) yield* textParts(part)
  if (entity.type === 'TEXT') yield entity
}
