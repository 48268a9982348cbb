import { posix } from 'node:path'
import ts from 'typescript'

/** The rooms of `src` and what each is for, from the bottom to the top. An import may go down, never up. */
export const purposes: Readonly<Record<string, string>> = {
  'errors.ts': 'the one error that misuse throws, and its codes',
  'version.ts': 'the version of the package',
  'clock.ts': 'time and timers that a test cannot fake, and turns for others between slices of work',
  'appended.ts': 'files and pipes that lines are appended to',
  'package-folder.ts': 'where test keys and sample messages lie',
  text: 'text for terminals and build logs: wrapped, made harmless, and the nearest name to a mistyped one',
  scenarios: 'the catalogue, as data, and its vocabulary: entries, how parts compose, what conflicts',
  record: 'the record of a connection and its transcript: what everybody above reads',
  certs: 'keys, DER, issuing, CRLs, OCSP answers, PKCS#12, the responder, files on disk',
  tls: 'TLS under one interface, the ClientHello, alerts, the key log',
  'servers/mailbox': 'messages, flags and folders, which the three protocols share, and their bounds',
  'servers/core': 'sockets, lines, commands, effects, the recorder: everything but the words of a protocol',
  'servers/smtp': "SMTP's words; the dialogue is smtp-server's",
  'servers/imap': "IMAP's words, and reading MIME",
  'servers/pop3': "POP3's words",
  servers: 'the dialect of each protocol',
  'verdicts/reasons': "one word for any ecosystem's error",
  verdicts: 'from records to an outcome, and from an outcome to a verdict',
  fleet: 'starts what was asked for: joins certificates and servers, and is what the library shows of them',
  explain: 'what an error text or a scenario means',
  check: 'runs a client against every endpoint, judges it, writes reports',
  control: 'the control API over HTTP, which also lends servers of one process to others',
  testing: 'vitest, jest and node:test',
  cli: 'the commands',
  'index.ts': 'what the library exports',
}

const rooms = Object.keys(purposes)

/** Rooms that do not know each other, although one stands above the other. */
const strangers: readonly (readonly [from: string, to: string])[] = [
  ['servers', 'certs'],
  ['tls', 'certs'],
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
