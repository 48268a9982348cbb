import type { Row } from './recording.ts'

/** An endpoint to point a client at. */
export interface Target {
  readonly scenario: string
  readonly protocol: string
  readonly mode: string
  readonly host: string
  readonly port: number
  readonly servername: string
  readonly user: string
  readonly password: string
  /** Path of the CRLs, where the client is to have them. */
  readonly crl?: string
}

/** What a judge is asked. */
export interface Question {
  readonly targets: readonly Target[]
  /** Path of a PEM file with the roots to trust. */
  readonly ca: string
  /** Milliseconds per connection. */
  readonly limit: number
  /** The judge's own for as long as it is asked; empty. */
  readonly directory: string
}

/** One sentence of a client, with the code that one would look up. */
export interface Said {
  readonly code: string | null
  readonly text: string
}

/** What came of one client at one target. */
export interface Finding {
  readonly client: string
  readonly target: Target
  readonly outcome: Row['outcome']
  readonly said: readonly Said[]
}

/** Stands for what differs from run to run, and from one user's server to another's. */
const gap = '…'

/** Takes out names, ports, paths, times and addresses of memory. */
export const anonymous = (
  text: string,
  { port, servername }: { readonly port?: number; readonly servername: string },
): string =>
  text
    .trim()
    // Java and Ruby go on with what they quote.
    .replace(/;?\s*\n[\s\S]*$/, '')
    .replace(port === undefined ? /$^/ : new RegExp(`\\b${port}\\b`, 'g'), gap)
    .replaceAll(servername, gap)
    .replaceAll('imap.example.com', gap)
    .replaceAll('user@mockmail.test', gap)
    .replace(/\b[0-9A-F]{12,}:error:/g, `${gap}:error:`)
    .replace(/\(_ssl\.c:\d+\)/g, `(_ssl.c:${gap})`)
    .replace(/(\.c|\.cc|\.h|\.rb|\.ts):\d+/g, `$1:${gap}`)
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z?/g, gap)
    .replace(/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [A-Z0-9][\w:, ]*?(?:GMT|UTC|CET|\d{4})(?: \d{4})?/g, gap)
    .replace(/(?:\[::ffff:)?\b127\.0\.0\.1\]?(?::(?:\d+|…))?/g, gap)
    .replace(/\b\d{9,}\b/g, gap)
    .replace(/\b\d+ (ms|milliseconds|seconds)\b/g, `${gap} $1`)
    .replace(/\(errno: \d+\)/g, `(errno: ${gap})`)
    .replace(/timeout \d+$/, `timeout ${gap}`)
    .replace(/\/(?:tmp|root|home|work)\/\S*?(?=[\s'",):]|$)/g, gap)
    .replace(/\b((?:Intermediate|Root) CA) [0-9a-f]{6}\S*?(?=[,;)\s]|$)/g, `$1 ${gap}`)
    .replace(/(?:\b[0-9A-F]{2}:){8,}[0-9A-F]{2}/gi, gap)
    .replace(/\bOpenSSL\/\d[\w.]*/g, `OpenSSL/${gap}`)
    .replaceAll(/…(?:[:.]…)+/g, gap)
    .replace(/\s+/g, ' ')

/** A finding as it is recorded; a sentence is a row, and so is silence. */
export function rowsOf({ client, target, outcome, said }: Finding, series: string): readonly Row[] {
  const sentences = said.length > 0 ? said : [{ code: null, text: '' }]
  return sentences.map(({ code, text }) => ({
    ...{ scenario: target.scenario, client, outcome },
    given: target.crl === undefined ? '' : 'crl',
    code: code ?? '',
    text: anonymous(text, target),
    series: [series],
    places: [placeOf(target)],
  }))
}

/** `imap/starttls`. */
export const placeOf = ({ protocol, mode }: Pick<Target, 'protocol' | 'mode'>): string => `${protocol}/${mode}`
