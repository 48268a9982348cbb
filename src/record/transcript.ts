import type { Phase, TranscriptEntry } from './record.ts'

const headOctets = 256 * 1024
const tailOctets = 64 * 1024
const maxEntries = 4096

/** Octets that an entry takes beside its text, about. */
export const entryOctets = 100

/**
 * What crossed, in order: of each direction the first 256 KiB and the last 64 KiB, in 4,096 entries at most. Past that
 * the middle is dropped.
 */
export class Transcript {
  readonly #head: TranscriptEntry[] = []
  #tail: TranscriptEntry[] = []
  readonly #headSize = { client: 0, server: 0 }
  #tailSize = { client: 0, server: 0 }
  cut = false

  add(at: number, from: 'client' | 'server', phase: Phase, bytes: Buffer): void {
    const room = headOctets - this.#headSize[from]
    const roomy = this.#head.length < maxEntries / 2
    const start = roomy ? bytes.subarray(0, Math.max(0, room)) : bytes.subarray(0, 0)
    if (start.length > 0) {
      this.#headSize[from] += start.length
      this.#head.push({ at, from, phase, text: start.toString('latin1') })
    }
    if (start.length < bytes.length) this.#addToTail({ at, from, phase, text: bytes.toString('latin1', start.length) })
  }

  /** Octets, with what each entry takes beside its text. */
  get size(): number {
    const { client, server } = this.#headSize
    return (
      client +
      server +
      this.#tailSize.client +
      this.#tailSize.server +
      entryOctets * (this.#head.length + this.#tail.length)
    )
  }

  /** Lets go of everything. */
  clear(): void {
    this.cut ||= this.#head.length > 0
    this.#head.length = 0
    this.#tail = []
    this.#headSize.client = this.#headSize.server = 0
    this.#tailSize = { client: 0, server: 0 }
  }

  get entries(): readonly TranscriptEntry[] {
    return this.#tail.length === 0 ? this.#head : [...this.#head, ...this.#tail]
  }

  #addToTail(entry: TranscriptEntry): void {
    const text = entry.text.slice(-tailOctets)
    if (text.length < entry.text.length) this.cut = true
    this.#tail.push({ ...entry, text })
    this.#tailSize[entry.from] += text.length
    // Trimmed when twice over, so that a flood of small segments costs the same per segment as a few.
    if (this.#tailSize[entry.from] > 2 * tailOctets || this.#tail.length > maxEntries) this.#trimTail()
  }

  #trimTail(): void {
    this.cut = true
    const kept: TranscriptEntry[] = []
    const size = { client: 0, server: 0 }
    for (let index = this.#tail.length - 1; index >= 0 && kept.length < maxEntries / 2; index--) {
      const entry = this.#tail[index]
      if (!entry || size[entry.from] >= tailOctets) continue
      size[entry.from] += entry.text.length
      kept.unshift(entry)
    }
    this.#tail = kept
    this.#tailSize = size
  }
}

/** A line of a transcript, and which octets it is of those that its side sent in that phase, counted from 1. */
interface Line {
  readonly from: 'client' | 'server'
  readonly phase: Phase
  readonly text: string
  readonly first: number
  readonly last: number
  /** Octets that its side had sent before it, in both phases. */
  readonly before: number
}

/** Segment by segment; lines that are empty are left out. */
function* linesOf(entries: readonly TranscriptEntry[]): Generator<Line> {
  const sent = { client: { clear: 0, tls: 0 }, server: { clear: 0, tls: 0 } }
  for (const { from, phase, text } of entries) {
    const side = sent[from]
    for (let at = 0; at < text.length; ) {
      const end = text.indexOf('\n', at)
      const next = end < 0 ? text.length : end + 1
      const line = text.slice(at, end < 0 ? text.length : end > at && text[end - 1] === '\r' ? end - 1 : end)
      const before = side.clear + side.tls
      const first = side[phase] + 1
      side[phase] += next - at
      if (line !== '') yield { from, phase, text: line, first, last: side[phase], before }
      at = next
    }
  }
}

/** The transcript as lines: `C:` and `S:`, a `*` behind them inside TLS, and segments of one speaker joined. */
export function formatTranscript(entries: readonly TranscriptEntry[]): string {
  const lines: string[] = []
  for (const { from, phase, text } of linesOf(entries)) {
    lines.push(`${from === 'client' ? 'C' : 'S'}${phase === 'tls' ? '*' : ''}: ${printable(text)}`)
  }
  return lines.join('\n')
}

/** An octet of those that one side sent in one phase, counted from 1. */
export type Octet = Pick<TranscriptEntry, 'from' | 'phase'> & { readonly octet?: number }

/**
 * Which lines of {@link formatTranscript} have these octets, counted from 0, in ascending order. Behind a place where the
 * transcript was cut nothing can be counted.
 */
export function linesWith(
  { transcript, cut }: { readonly transcript: readonly TranscriptEntry[]; readonly cut: boolean },
  octets: readonly Octet[],
): readonly number[] {
  const found: number[] = []
  let index = 0
  for (const { from, phase, first, last, before } of linesOf(transcript)) {
    const counts = !cut || before < headOctets
    const has = (one: Octet): boolean =>
      one.from === from && one.phase === phase && one.octet !== undefined && one.octet >= first && one.octet <= last
    if (counts && octets.some(has)) found.push(index)
    index++
  }
  return found
}

const printable = (line: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is made visible
  line.replace(/[\x00-\x1f\x7f-\xff]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
