import { posix } from 'node:path'
import ts from 'typescript'

/** The rooms of `src`, from the bottom to the top. An import may go down, never up. */
export const rooms: readonly string[] = [
  'errors.ts',
  'version.ts',
  'clock.ts',
  'appended.ts',
  'package-folder.ts',
  'text',
  'scenarios',
  'record',
  'certs',
  'tls',
  'servers/mailbox',
  'servers/core',
  'servers/smtp',
  'servers/imap',
  'servers/pop3',
  'servers',
  'verdicts/reasons',
  'verdicts',
  'fleet',
  'explain',
  'check',
  'control',
  'testing',
  'cli',
  'index.ts',
]

/** Rooms that do not know each other, although one stands above the other. */
const strangers: readonly (readonly [from: string, to: string])[] = [
  ['servers', 'certs'],
  ['tls', 'certs'],
  ['verdicts', 'servers'],
  ['verdicts', 'tls'],
  ['servers/imap', 'servers/smtp'],
  ['servers/pop3', 'servers/smtp'],
  ['servers/pop3', 'servers/imap'],
  ['explain', 'fleet'],
  ['cli', 'testing'],
  ['cli', 'servers'],
]

/** Lines of a file, at most. */
const mostLines = 350

/** What is wrong with the house, a sentence each. */
export function problemsOf(files: ReadonlyMap<string, string>): readonly string[] {
  return [...files].flatMap(([path, text]) => [
    ...tooLong(path, text),
    ...(path.startsWith('src/') && /\.ts$/.test(path)
      ? arrowsOf(path, text).flatMap((to) => wrongArrow(path, to))
      : []),
  ])
}

function tooLong(path: string, text: string): readonly string[] {
  const lines = text.split('\n').length - 1
  return lines > mostLines ? [`${path} has ${lines} lines, more than ${mostLines}.`] : []
}

/** The files of `src` that one imports, types and `import()` included. */
function arrowsOf(path: string, text: string): readonly string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(path), name))
    .filter((to) => to.startsWith('src/'))
}

function wrongArrow(path: string, to: string): readonly string[] {
  const [from, into] = [roomOf(path), roomOf(to)]
  if (from === undefined) return [`${path} stands in no room of scripts/house.ts.`]
  if (into === undefined) return [`${path} imports ${to}, which stands in no room of scripts/house.ts.`]
  if (rooms.indexOf(into) > rooms.indexOf(from)) return [`${path} imports ${to}: '${into}' stands above '${from}'.`]
  const strange = strangers.some(([a, b]) => isIn(from, a) && isIn(into, b) && !isIn(from, b))
  return strange ? [`${path} imports ${to}: '${from}' and '${into}' do not know each other.`] : []
}

const isIn = (room: string, wanted: string): boolean => room === wanted || room.startsWith(`${wanted}/`)

/** The narrowest room that a file stands in. */
function roomOf(path: string): string | undefined {
  const inside = path.slice('src/'.length)
  return rooms
    .filter((room) => isIn(inside, room))
    .sort((a, b) => b.length - a.length)
    .at(0)
}
