import type { Phase } from '../record/record.ts'
import { cut, oneLine } from '../text/printable.ts'
import type { Detail } from '../verdicts/outcome.ts'
import { isStartTls, offersStartTls, readTranscript, type TranscriptLine, tellsCapabilities } from './lines.ts'
import type { CheckCell } from './report.ts'

/** Where in a cell's transcripts the proof of its outcome stands; both are counted from 0. */
export interface Proof {
  readonly connection: number
  /** In ascending order. */
  readonly lines: readonly number[]
}

/** What a proof is looked for in. */
export type Seen = Pick<CheckCell, 'detail' | 'transcripts' | 'decidedBy'>

export interface EvidenceOptions {
  /** Columns. Default 80. */
  readonly width?: number
  /** Lines, ellipses included. Default 6. */
  readonly limit?: number
}

/** The transcript lines that prove the outcome, cut to the width; none where nothing but a handshake crossed. */
export function evidence(cell: Seen, { width = 80, limit = 6 }: EvidenceOptions = {}): readonly string[] {
  const several = cell.transcripts.length > 1
  const proof = proofOf(cell, { limit: several ? limit - 1 : limit })
  if (!proof) return []
  const lines = cell.transcripts[proof.connection]?.split('\n') ?? []
  const shown = withGaps(proof.lines).map((index) => (index === 'gap' ? '…' : cut(oneLine(lines[index] ?? ''), width)))
  return several ? [`connection ${proof.connection + 1} of ${cell.transcripts.length}:`, ...shown] : shown
}

/** Finds the proof: on the first connection that has what the detail tells of, else the end of the last one that spoke. */
export function proofOf(cell: Seen, { limit = 6 }: Pick<EvidenceOptions, 'limit'> = {}): Proof | null {
  const find = finders[cell.detail as keyof typeof finders]
  const connections = cell.transcripts.map(readTranscript)
  if (find) {
    const inOrder = [...connections.entries()]
    const decisive = inOrder.filter(([connection]) => connection === cell.decidedBy)
    for (const [connection, lines] of [...decisive, ...inOrder]) {
      const core = find(lines)
      if (core.length > 0) return { connection, lines: pick([...core, ...context(lines, core)], lines.length, limit) }
    }
  }
  const connection = connections.findLastIndex((lines) => lines.length > 0)
  const last = connections[connection]
  return last ? { connection, lines: [...last.keys()].slice(-limit) } : null
}

/** Indexes of the lines without which there is no proof, the most telling first. */
type Finder = (lines: readonly TranscriptLine[]) => readonly number[]

const finders: Readonly<Partial<Record<Detail, Finder>>> = {
  'leak-credentials-clear': (lines) => credentials(lines, 'clear'),
  'leak-hash-clear': (lines) => credentials(lines, 'clear'),
  'leak-credentials-untrusted-tls': (lines) => credentials(lines, 'tls'),
  'leak-message-clear': (lines) => message(lines, 'clear'),
  'leak-message-untrusted-tls': (lines) => message(lines, 'tls'),
  'leak-identity-clear': (lines) => use(lines, 'clear'),
  'downgraded-no-tls': (lines) => use(lines, 'clear'),
  'downgraded-tls': (lines) => said(lines, 'tls', /./),
  'accepted-bad-cert': (lines) => said(lines, 'tls', /./),
  'acted-on-injected': (lines) => injection(lines),
}

/** The exchange of a login: the line with the secret, what it was answered, and how it began. */
function credentials(lines: readonly TranscriptLine[], phase: Phase): readonly number[] {
  const starts = lines.flatMap((line, index) => (line.phase === phase && isLogin(line) ? [index] : []))
  const start = starts.find((index) => /^\s*PASS\b/i.test(lines[index]?.text ?? '')) ?? starts[0]
  if (start === undefined) return []
  let secret = start
  for (;;) {
    const reply = lines.findIndex(({ from }, at) => at > secret && from === 'server')
    const told = [start, ...between(start, secret)]
    if (reply < 0) return [secret, ...told]
    if (!/^(?:334\b|\+(?: |$))/.test(lines[reply]?.text ?? '')) return [secret, reply, ...told]
    const next = lines.findIndex(({ from }, at) => at > reply && from === 'client')
    if (next < 0) return [secret, reply, ...told]
    secret = next
  }
}

/** SMTP's AUTH, IMAP's LOGIN and AUTHENTICATE, POP3's PASS, APOP and AUTH; AUTH alone asks for the mechanisms. */
const isLogin = ({ from, text }: TranscriptLine): boolean =>
  from === 'client' &&
  /^[^A-Z]*(?:AUTH[\s:=]+\S|(?:\S+\s+)?(?:LOGIN|AUTHENTICATE)\s+\S|(?:PASS|APOP)[\s:=])/i.test(text)

const between = (start: number, end: number): readonly number[] =>
  Array.from({ length: Math.max(0, end - start - 1) }, (_, offset) => end - 1 - offset)

/** The mail itself, or the envelope where it came no further. */
function message(lines: readonly TranscriptLine[], phase: Phase): readonly number[] {
  const [mail] = said(lines, phase, /^(?:DATA$|BDAT\b|\S+ APPEND\b)/i)
  if (mail === undefined) return said(lines, phase, /^(?:MAIL FROM|RCPT TO):/i)
  // The replies to a pipelined envelope stand before the one that asks for the mail.
  const wanted = lines.findIndex(({ from, text }, at) => at > mail && from === 'server' && /^(?:354\b|\+ )/.test(text))
  return wanted < 0 ? [mail] : [mail, wanted]
}

/** The first command that asks for more than what the server can do. */
const use: (lines: readonly TranscriptLine[], phase: Phase) => readonly number[] = (lines, phase) =>
  said(lines, phase, /^(?!(?:\S+ )?(?:[EL]HLO|HELO|CAPA|CAPABILITY|STARTTLS|STLS|NOOP|QUIT|LOGOUT)\b|\\x16)/i)

/** The first of the client's lines that fits, and what it was answered. */
function said(lines: readonly TranscriptLine[], phase: Phase, pattern: RegExp): readonly number[] {
  const index = lines.findIndex((line) => line.from === 'client' && line.phase === phase && pattern.test(line.text))
  if (index < 0) return []
  const reply = lines.findIndex(({ from }, at) => at > index && from === 'server')
  return reply < 0 ? [index] : [index, reply]
}

/** Two commands inside TLS without an answer between them, and what came in clear behind the answer to STARTTLS. */
function injection(lines: readonly TranscriptLine[]): readonly number[] {
  const asked = lines.findIndex(isStartTls)
  const [first, second] = lines.flatMap(({ from, phase }, at) => (from === 'client' && phase === 'tls' ? [at] : []))
  if (asked < 0 || first === undefined || second === undefined) return []
  const planted = lines.flatMap(({ from, phase }, at) =>
    at > asked + 1 && from === 'server' && phase === 'clear' ? [at] : [],
  )
  return [first, second, ...planted.slice(0, 2)]
}

/** What led there: STARTTLS and its reply, the capabilities, then whatever stands before the proof. */
function context(lines: readonly TranscriptLine[], core: readonly number[]): readonly number[] {
  const first = Math.min(...core)
  const asked = lines.findIndex(isStartTls)
  const offered = lines.findIndex(offersStartTls)
  const told = lines.findIndex(tellsCapabilities)
  const lastOfList = lines.findIndex(({ from, text }, index) => index > told && from === 'server' && /^250 /.test(text))
  return [
    ...(asked < 0 ? [] : [asked, asked + 1]),
    ...(offered < 0 ? [] : [offered]),
    ...(told < 0 ? [] : [told]),
    ...(lastOfList < 0 ? [] : [lastOfList]),
    ...Array.from({ length: first }, (_, offset) => first - 1 - offset),
  ]
}

/** As many of the ranked lines as cut, one by one, with an ellipsis for what is left out between them. */
function pick(ranked: readonly number[], count: number, limit: number): readonly number[] {
  let picked: readonly number[] = []
  for (const index of ranked) {
    if (index >= count || picked.includes(index)) continue
    const longer = filled([...picked, index].sort((a, b) => a - b))
    if (withGaps(longer).length <= limit) picked = longer
  }
  return picked
}

/** A single line that would be left out takes no more room than its ellipsis. */
const filled = (sorted: readonly number[]): readonly number[] =>
  sorted.flatMap((index, at) => (sorted[at + 1] === index + 2 ? [index, index + 1] : [index]))

const withGaps = (sorted: readonly number[]): readonly (number | 'gap')[] =>
  sorted.flatMap((index, at) => {
    const next = sorted[at + 1]
    return next !== undefined && next > index + 1 ? [index, 'gap' as const] : [index]
  })
