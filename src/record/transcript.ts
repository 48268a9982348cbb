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

/** The transcript as lines: `C:` and `S:`, a `*` behind them inside TLS, and segments of one speaker joined. */
export function formatTranscript(entries: readonly TranscriptEntry[]): string {
  const lines: string[] = []
  for (const { from, phase, text } of entries) {
    const who = `${from === 'client' ? 'C' : 'S'}${phase === 'tls' ? '*' : ''}:`
    for (const line of text.split(/\r?\n/)) {
      if (line !== '') lines.push(`${who} ${printable(line)}`)
    }
  }
  return lines.join('\n')
}

const printable = (line: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is made visible
  line.replace(/[\x00-\x1f\x7f-\xff]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
