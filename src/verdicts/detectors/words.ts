import type { CommandRecord } from '../../record/record.ts'

/** Octets of one command that are looked through. */
const mostOctets = 8192

/** Texts that are read out of one command. */
const mostWords = 256

/**
 * Every word that a command says, in each way in which it can be meant: as it stands, quoted (RFC 9051 §4.3), as a literal,
 * in base64 with its fields (RFC 4954 §4), in modified UTF-7 (RFC 3501 §5.1.3) or in UTF-8.
 */
export function wordsOf({ line, more = '' }: Pick<CommandRecord, 'line' | 'more'>): readonly string[] {
  const text = `${line}\n${more}`.slice(0, mostOctets)
  const plain = [...text.matchAll(word)]
    .slice(0, mostWords)
    .map(([whole, quoted]) => quoted?.replace(/\\(.)/g, '$1') ?? whole)
  const read = [...plain, ...more.split('\n').slice(0, mostWords)]
  const meant = read.flatMap((one) => [one, ...fieldsIn(one), decodeUtf7(one), decodeUtf8(one)])
  return [...new Set(meant)].filter((one) => one !== '')
}

/** A quoted string, or anything between spaces and parentheses. */
const word = /"((?:[^"\\\r\n]|\\.)*)"|[^\s()"]+/g

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL and ^A are what stands between fields
const between = /[\0\x01,=]/

/** What SASL messages are made of: fields between NUL or ^A, and their values. */
function fieldsIn(text: string): readonly string[] {
  if (text.length < 4 || !base64.test(text)) return []
  const decoded = decodeUtf8(Buffer.from(text, 'base64').toString('latin1'))
  return [decoded, ...decoded.split(between)]
}

function decodeUtf8(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: anything but ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'))
  } catch {
    return text
  }
}

/** Modified UTF-7, RFC 3501 §5.1.3: `&` begins base64 of UTF-16 with a comma for the slash, `-` ends it, `&-` is an ampersand. */
export const decodeUtf7 = (text: string): string =>
  text.replace(/&([A-Za-z0-9+,]*)-/g, (whole, coded: string) => {
    if (coded === '') return '&'
    const bytes = Buffer.from(coded.replaceAll(',', '/'), 'base64')
    return bytes.length % 2 === 0 ? bytes.swap16().toString('utf16le') : whole
  })
