import { formatNstring, formatString } from '../spelling.ts'
import type { Entity } from './entity.ts'
import { formatEnvelope } from './envelope.ts'
import { type Parameterized, parseParameterized, type Range } from './headers.ts'

const LF = 0x0a

/**
 * BODYSTRUCTURE, RFC 9051 §7.5.2, or, without the extension data, BODY.
 */
export function* formatStructure(
  raw: Buffer,
  entity: Entity,
  { extended }: { readonly extended: boolean },
): Generator<string> {
  const subtype = formatString(entity.subtype)
  const parameters = formatParameters(entity.parameters)
  yield '('
  if (entity.parts) {
    for (const part of entity.parts) yield* formatStructure(raw, part, { extended })
    yield extended ? ` ${subtype} ${parameters} ${formatExtension(entity)})` : ` ${subtype})`
    return
  }
  const { fields, message, body, end } = entity
  const items = [
    formatString(entity.type),
    subtype,
    parameters,
    formatNstring(fields.get('content-id')),
    formatNstring(fields.get('content-description')),
    formatString((fields.get('content-transfer-encoding') || '7BIT').toUpperCase()),
    String(end - body),
  ]
  yield items.join(' ')
  if (message) {
    yield ' '
    yield* formatEnvelope(raw, message)
    yield ' '
    yield* formatStructure(raw, message, { extended })
  }
  if (message || entity.type === 'TEXT') yield ` ${yield* countLines(raw, { start: body, end })}`
  if (extended) yield ` ${formatNstring(fields.get('content-md5'))} ${formatExtension(entity)}`
  yield ')'
}

/** Disposition, language and location. */
function formatExtension({ fields }: Entity): string {
  const disposition = fields.get('content-disposition')
  return [
    disposition ? formatDisposition(parseParameterized(disposition)) : 'NIL',
    formatLanguages(fields.get('content-language')),
    formatNstring(fields.get('content-location')),
  ].join(' ')
}

const formatDisposition = ({ value, parameters }: Parameterized): string =>
  `(${formatString(value.toUpperCase())} ${formatParameters(parameters)})`

function formatLanguages(field: string | undefined): string {
  const tags = (field ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
  return tags.length === 0 ? 'NIL' : `(${tags.map(formatString).join(' ')})`
}

const formatParameters = (parameters: Parameterized['parameters']): string =>
  parameters.length === 0
    ? 'NIL'
    : `(${parameters.map(([name, value]) => `${formatString(name.toUpperCase())} ${formatString(value)}`).join(' ')})`

/** Octets that are counted before others have their turn. */
const window = 256 * 1024

function* countLines(raw: Buffer, { start, end }: Range): Generator<string, number> {
  let lines = 0
  for (let from = start; from < end; from += window) {
    const to = Math.min(end, from + window)
    for (let at = from; at < to; at++) if (raw[at] === LF) lines++
    yield ''
  }
  return lines
}
