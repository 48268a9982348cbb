import { columnsOf, columnsOfOne } from './printable.ts'

/** Text in lines of at most `width` columns of a terminal; a word that is longer is cut. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).flatMap((one) => pieces(one, width))) {
    if (line !== '' && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return line === '' ? lines : [...lines, line]
}

function pieces(word: string, width: number): readonly string[] {
  if (columnsOf(word) <= width) return [word]
  const found: string[] = []
  let piece = ''
  for (const character of word) {
    if (columnsOf(piece) + columnsOfOne(character) > width) {
      found.push(piece)
      piece = ''
    }
    piece += character
  }
  return [...found, piece]
}

/** Text wrapped and set in by `indent` spaces. */
export const indented = (text: string, width: number, indent = 2): readonly string[] =>
  wrapped(text, width - indent).map((line) => `${' '.repeat(indent)}${line}`)

/** Names in one column and their values, wrapped, in the next. What has no value is left out. */
export function fields(
  rows: readonly (readonly [name: string, value: string])[],
  width: number,
  indent = 0,
): readonly string[] {
  const told = rows.filter(([, value]) => value !== '')
  const column = Math.max(0, ...told.map(([name]) => name.length)) + 2
  return told.flatMap(([name, value]) =>
    wrapped(value, width - indent - column).map(
      (line, index) => `${' '.repeat(indent)}${(index === 0 ? name : '').padEnd(column)}${line}`,
    ),
  )
}
