import { reasonsOf } from '../verdicts/reasons/reasons.ts'
import { withoutClasses } from './context.ts'
import { type ErrorText, errorTexts } from './errors.ts'

/** Characters of fixed text below which a fragment says too little. */
const shortest = 8

/** Words below which a fragment that gives no reason may be of any text. */
const fewestWords = 3

/**
 * The rows that a text is about: those that say exactly this, else those of which it is a part, else those that are a
 * part of it, else those whose code it names.
 */
export function rowsFor(input: string): readonly ErrorText[] {
  const text = squeeze(input)
  if (text === '') return []
  const placeless = withoutPlace(text)
  const alike = placeless.includes(' routines::') ? errorTexts.filter((row) => ready(row).placeless === placeless) : []
  if (alike.length > 0) return alike
  const found = rowsSaying(text, input)
  return found.length > 0 || placeless === text ? found : rowsSaying(placeless, input)
}

/**
 * Without the place in the source that OpenSSL and Python name: it changes with every version, and some texts end there
 * that in newer versions give a reason.
 */
const withoutPlace = (text: string): string =>
  text
    .replace(/^.*?\berror:[0-9a-f]{8}:(\w[\w ]* routines):\w*:/, '$1::')
    .replace(/:[\w./-]+\.c:(?:\d+|…):.*$/, '')
    .replace(/ \(_ssl\.c:(?:\d+|…)\)$/, '')

function rowsSaying(text: string, input: string): readonly ErrorText[] {
  const plain = bare(text)
  const exact = errorTexts.filter((row) => ready(row).bare === plain || isCode(row, text))
  if (exact.length > 0) return exact
  const around = tellsEnough(text) ? errorTexts.filter((row) => ready(row).squeezed.includes(plain)) : []
  if (around.length > 0) return around
  const within = errorTexts.filter((row) => ready(row).pattern?.test(text))
  const telling = within.filter((row) => !within.some((other) => isPartOf(row, other)))
  return telling.length > 0 ? telling : errorTexts.filter((row) => namesCode(input, row))
}

/** OpenSSL and BoringSSL write the words of version 1 with a space. */
const squeeze = (text: string): string =>
  text.trim().replace(/\s+/g, ' ').toLowerCase().replaceAll('self signed', 'self-signed')

/** A number that is the whole input is one of OpenSSL's, or of a platform; everyone else's needs words beside it. */
const isCode = ({ code, ecosystem }: ErrorText, text: string): boolean =>
  code?.toLowerCase() === text && !isClass(code) && (!/^\d{1,3}$/.test(text) || ecosystem === 'openssl')

/** A fragment of a known text tells something when it gives a reason, or is a phrase about TLS and not a word. */
function tellsEnough(text: string): boolean {
  if (text.length < shortest) return false
  const words = withoutClasses(text)
    .split(' ')
    .filter((word) => /[a-z]{2}/.test(word))
  return (
    reasonsOf(text).length > 0 ||
    (words.length >= fewestWords && /certificate|tls|ssl|x509/.test(text) && !isOnlyClasses(text))
  )
}

const isOnlyClasses = (text: string): boolean => withoutClasses(text) === ''

/** Full stops, quotation marks and the class of an exception get lost where texts are copied. */
const bare = (text: string): string =>
  squeeze(text)
    .replace(/^["'“”]+/, '')
    .replace(/^(?:[\w.$+]+(?:exception|error|abort|timeout|error_proto): )+/, '')
    .replace(/^(?:\*+ )?(?:fatal error|tls handshake failed|gnutls_handshake\(\) failed): /, '')
    .replace(/ \([a-z]\w*(?:::\w+)+\)$/, '')
    .replace(/["'“”.!]+$/, '')

/** A row that says less than another one that fits as well is left out. */
const isPartOf = (row: ErrorText, other: ErrorText): boolean =>
  row !== other && row.text.length < other.text.length && ready(other).squeezed.includes(ready(row).bare)

/** What a row is compared by. */
interface Ready {
  readonly squeezed: string
  readonly bare: string
  readonly placeless: string
  readonly pattern: RegExp | null
  readonly code: RegExp | null
}

const readied = new Map<ErrorText, Ready>()

/** Made once for each row: every explanation compares them all. */
function ready(row: ErrorText): Ready {
  const known = readied.get(row)
  if (known) return known
  const squeezed = squeeze(row.text)
  const made = {
    squeezed,
    bare: bare(row.text),
    placeless: withoutPlace(squeezed),
    pattern: patternOf(row),
    code: codePatternOf(row),
  }
  readied.set(row, made)
  return made
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function patternOf(row: ErrorText): RegExp | null {
  const parts = bare(row.text).split('…')
  const fixed = parts.join('').replace(/[^a-z]/g, '')
  return fixed.length < shortest ? null : new RegExp(`(?<!\\w)${parts.map(escaped).join('.{0,200}?')}(?!\\w)`)
}

/** Codes are words of their own, and neither ordinary ones nor classes. */
const codePatternOf = ({ code }: ErrorText): RegExp | null =>
  code !== null && /[A-Z_]{3}|[a-z][A-Z]|^0x/.test(code) && !isClass(code)
    ? new RegExp(`(?<!\\w)${escaped(code)}(?!\\w)`)
    : null

/** Whether a text names the code of a row. */
export const namesCode = (input: string, row: ErrorText): boolean => ready(row).code?.test(input) ?? false

/** The name of an exception or of a type: where an error was thrown, which is said of many. */
const isClass = (code: string): boolean =>
  /(?:Exception|Error|Abort|Timeout|Busy|UnsupportedCommand|alert|Errno|abort|error|timeout)$|::|^\*|^error_proto$|^E(?:SOCKET|TIMEDOUT|CONNRESET|CONNREFUSED)$/.test(
    code,
  ) && reasonsOf(code).every((reason) => reason.startsWith('connection') || reason === 'timeout')

/** Whether a row's words are about TLS or mail, so that they mean the same within any text. */
export const isAboutTlsOrMail = (row: ErrorText): boolean =>
  /certificate|tls|ssl|smtp|imap|pop3|mail|privacyrequired|logindisabled/i.test(withoutClasses(row.text))

/** Whether a text is a row's and nothing else, but for the reply code before it. */
export const saysExactly = (input: string, row: ErrorText): boolean =>
  bare(input.replace(/^\d{3}[ -](?:\d\.\d\.\d+ )?/, '')) === ready(row).bare
