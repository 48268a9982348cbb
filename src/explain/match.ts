import { type ErrorText, errorTexts } from './errors.ts'

/** Characters of fixed text below which a fragment says too little. */
const shortest = 8

/**
 * The rows that a text is about: those that say exactly this, else those of which it is a part, else those that are a
 * part of it, else those whose code it names.
 */
export function rowsFor(input: string): readonly ErrorText[] {
  const text = squeeze(input)
  if (text === '') return []
  const found = rowsSaying(text, input)
  const placeless = withoutPlace(text)
  return found.length > 0 || placeless === text ? found : rowsSaying(placeless, input)
}

/**
 * Without the place in the source that OpenSSL and Python name: it changes with every version, and some texts end there
 * that in newer versions give a reason.
 */
const withoutPlace = (text: string): string =>
  text
    .replace(/^.*?\berror:[0-9a-f]{8}:(\w[\w ]* routines):\w*:/, '$1::')
    .replace(/:[\w./-]+\.c:\d+:.*$/, '')
    .replace(/ \(_ssl\.c:\d+\)$/, '')

function rowsSaying(text: string, input: string): readonly ErrorText[] {
  const exact = errorTexts.filter((row) => bare(row.text) === bare(text) || row.code?.toLowerCase() === text)
  if (exact.length > 0) return exact
  const around = text.length < shortest ? [] : errorTexts.filter((row) => squeeze(row.text).includes(text))
  if (around.length > 0) return around
  const within = errorTexts.filter((row) => patternOf(row)?.test(text))
  const telling = within.filter((row) => !within.some((other) => isPartOf(row, other)))
  return telling.length > 0 ? telling : errorTexts.filter(({ code }) => code !== null && names(input, code))
}

const squeeze = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase()

/** Full stops, quotation marks and the class of an exception get lost where texts are copied. */
const bare = (text: string): string =>
  squeeze(text)
    .replace(/^["'“”]+/, '')
    .replace(/^(?:[\w.$+]+(?:exception|error|abort|timeout|error_proto): )+/, '')
    .replace(/ \([a-z]\w*(?:::\w+)+\)$/, '')
    .replace(/["'“”.!]+$/, '')

/** A row that says less than another one that fits as well is left out. */
const isPartOf = (row: ErrorText, other: ErrorText): boolean =>
  row !== other && row.text.length < other.text.length && squeeze(other.text).includes(bare(row.text))

const patterns = new Map<ErrorText, RegExp | null>()

function patternOf(row: ErrorText): RegExp | null {
  const known = patterns.get(row)
  if (known !== undefined) return known
  const parts = bare(row.text).split('…')
  const fixed = parts.join('').replace(/[^a-z]/g, '')
  const pattern =
    fixed.length < shortest
      ? null
      : new RegExp(parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.{0,200}?'))
  patterns.set(row, pattern)
  return pattern
}

/** Codes are words of their own, and no ordinary ones. */
const names = (input: string, code: string): boolean =>
  /[A-Z_]{3}|[a-z][A-Z]|::/.test(code) &&
  new RegExp(`(?<!\\w)${code.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?!\\w)`).test(input)
