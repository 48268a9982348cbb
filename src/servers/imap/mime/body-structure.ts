import { formatNstring, formatString } from '../spelling.ts'
import type { Entity } from './entity.ts'
import { formatEnvelope } from './envelope.ts'
import { type Parameterized, parseParameterized, type Range } from './headers.ts'

const LF = 0x0a

/**
 * BODYSTRUCTURE, RFC 9051 §7.5.2, or, without the extension data, BODY.
 */
export function formatStructure(raw: Buffer, entity: Entity, { extended }: { readonly extended: boolean }): string {
  const subtype = formatString(entity.subtype)
  const parameters = formatParameters(entity.parameters)
  if (entity.parts) {
    const parts = entity.parts.map((part) => formatStructure(raw, part, { extended })).join('')
    return extended ? `(${parts} ${subtype} ${parameters} ${formatExtension(entity)})` : `(${parts} ${subtype})`
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
  if (message) items.push(formatEnvelope(raw, message), formatStructure(raw, message, { extended }))
  if (message || entity.type === 'TEXT') items.push(String(countLines(raw, { start: body, end })))
  if (extended) items.push(formatNstring(fields.get('content-md5')), formatExtension(entity))
  return `(${items.join(' ')})`
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

function countLines(raw: Buffer, { start, end }: Range): number {
  let lines = 0
  for (let at = raw.indexOf(LF, start); at >= 0 && at < end; at = raw.indexOf(LF, at + 1)) lines++
  return lines
}
