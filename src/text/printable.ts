/** Words of others as they may go to a terminal: no escape sequence and no control character, line ends kept. */
export const printable = (text: string): string =>
  text
    .replace(escapeSequences, '')
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '    ')
    .replace(unseen, (run) => escapedRun(run, short))

/** Characters at a time: a record may be full of them. */
function escapedRun(run: string, escaped: (code: number) => string): string {
  let seen = ''
  for (let at = 0; at < run.length; at++) seen += escaped(run.charCodeAt(at))
  return seen
}

/** Made once for each character that there is. */
const remembered = (make: (code: number) => string): ((code: number) => string) => {
  const made: string[] = []
  return (code) => (made[code] ??= make(code))
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0')
const short = remembered((code) => (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`))
const asInJson = remembered((code) => `\\u${hex(code, 4)}`)

/** CSI, OSC and two-character sequences, ECMA-48 §5.4 and §8.3.89. */
const escapeSequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])/g

/** Control characters, marks that turn the direction of text, and halves of a surrogate pair. */
const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is made visible
  /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]+|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** How a character is written that would be part of a command: as in a transcript. */
const escapes = { colon: '\\x3a', hash: '\\x23' } as const

/** The same for what is read as HTML or XML. */
export const entities = { colon: '&#58;', hash: '&#35;' } as const

/**
 * Lines as they may stand in the log of a build server, where none is a command to it: GitHub obeys a line that begins with
 * `::name::`, blanks before it or not, and a `##[name]` anywhere; Azure and TeamCity have words of their own behind the hashes.
 */
export const withoutCommands = (
  text: string,
  { colon, hash }: { readonly colon: string; readonly hash: string } = escapes,
): string => text.replace(/^([^\S\n]*):(?=:.*::)/gm, `$1${colon}`).replace(/##(?=\[|vso\[|teamcity\[)/g, `#${hash}`)

/** Whatever is printed: a line of JSON stays that value, and of any other text everything is seen and nothing obeyed. */
export function forLog(text: string): string {
  if (!text.startsWith('{')) return withoutCommands(printable(text))
  const shown = text.replace(unseen, (run) => escapedRun(run, asInJson))
  return withoutCommands(shown, { colon: ':', hash: '\\u0023' })
}

/** The same on one line. */
export const oneLine = (text: string): string =>
  printable(text)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ')

/** How many columns of a terminal it takes. */
export function columnsOf(text: string): number {
  let columns = 0
  for (const character of text) columns += columnsOfOne(character)
  return columns
}

export function columnsOfOne(character: string): number {
  if (character < '\u0300') return 1
  if (/^\p{M}$/u.test(character)) return 0
  return /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{Emoji_Presentation}\uff01-\uff60]$/u.test(
    character,
  )
    ? 2
    : 1
}

/** Cuts to a width, and says so with an ellipsis. */
export function cut(text: string, width: number): string {
  if (columnsOf(text) <= width) return text
  let kept = ''
  let columns = 1
  for (const character of text) {
    columns += columnsOfOne(character)
    if (columns > width) break
    kept += character
  }
  return `${kept}…`
}

/** Fills up to a width. */
export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - columnsOf(text)))
