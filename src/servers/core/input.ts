import { turn } from '../../clock.ts'
import { Gathered } from '../../tls/gathered.ts'
import { strayRecordSize } from '../../tls/tls-records.ts'
import { Account, makeRoomFor } from '../mailbox/octets.ts'

const LF = 0x0a
const CR = 0x0d
const terminator = Buffer.from('\r\n.\r\n')

/** A line of more than this many octets is not skipped any more: the connection ends. */
const hopeless = 1 << 20

/** Octets of a long text that are taken before others have their turn. */
const mostAtOnce = 256 * 1024

/** An alert or a change_cipher_spec, RFC 8446 §5: what is not worth an answer. */
const isShort = (record: Buffer): boolean => record.length <= 7

type Waiting = () => void

/**
 * The bytes that a client has sent and nobody has read yet, read in the units that mail protocols have. One reader at a
 * time.
 */
export class Input {
  readonly #unread = new Gathered()
  #ended = false
  /** Octets since others last had their turn. */
  #taken = 0
  #waiting: Waiting | undefined
  /** Set by the owner to learn that more bytes are wanted. */
  onHungry: (() => void) | undefined

  push(chunk: Buffer): void {
    this.#unread.push(chunk)
    this.#wake()
  }

  /** No more bytes will come. */
  end(): void {
    this.#ended = true
    this.#wake()
  }

  get length(): number {
    return this.#unread.length
  }

  /** Nothing is left to be read, and nothing will come. */
  get over(): boolean {
    return this.#ended && this.#unread.length === 0
  }

  /** The first so many octets of what was not read, which stay. */
  head(max: number): Buffer {
    return this.#unread.all.subarray(0, max)
  }

  /** Takes everything that was not read, which is then gone from here. */
  drain(): Buffer {
    return this.#unread.take(this.#unread.length)
  }

  /** Resolves when there is something to read, or nothing will come. A reader that begins meanwhile takes its place. */
  async arrival(): Promise<void> {
    while (this.#unread.length === 0 && !this.#ended) await this.#more()
  }

  /**
   * Takes the TLS records that stand before the next line, up to a ClientHello, which is returned: a client that took clear
   * text for a handshake may send them, and say the rest in clear.
   */
  async strayHello(): Promise<Buffer | undefined> {
    while (!this.#skipping) {
      const size = strayRecordSize(this.#unread.all)
      if (size === 0) return undefined
      if (size !== undefined && size <= this.#unread.length) {
        const record = this.#take(size)
        if (!isShort(record)) return record
      } else if (!(await this.#more())) return undefined
    }
    return undefined
  }

  /**
   * The next line without its CRLF (or bare LF). `too-long` when it has more than `max` octets; the rest of that line is
   * skipped by the next call. `hopeless` when it does not end within a mebibyte. `eof` when the client has ended.
   */
  async line(max: number): Promise<Buffer | 'too-long' | 'hopeless' | 'eof'> {
    if (this.#skipping && !(await this.#skip())) return this.#ended ? 'eof' : 'hopeless'
    let searched = 0
    for (;;) {
      const at = this.#unread.all.indexOf(LF, searched)
      if (at >= 0 && at < max) return this.#takeLine(at)
      if (at >= 0 || this.#unread.length >= max) {
        this.#skipping = true
        return 'too-long'
      }
      searched = this.#unread.length
      if (!(await this.#more())) return 'eof'
    }
  }

  /** Exactly `size` octets. */
  async literal(size: number): Promise<Buffer | 'eof'> {
    // In place from the start: 64 MiB come in thousands of segments, and joining them takes longer than a turn.
    const bytes = Buffer.allocUnsafe(size)
    for (let filled = 0; filled < size; ) {
      if (this.#unread.length === 0 && !(await this.#more())) return 'eof'
      filled += this.#take(Math.min(size - filled, this.#unread.length)).copy(bytes, filled)
      await this.#pace(size - filled)
    }
    return bytes
  }

  /**
   * Everything up to and including CRLF.CRLF, in blocks; the first dot may stand at the very beginning. `no-room` where
   * the process keeps so much already that it did not fit.
   */
  async dotted(limit: number): Promise<readonly Buffer[] | 'too-long' | 'no-room' | 'eof'> {
    const kept = new Account({})
    try {
      return await this.#dotted(limit, kept)
    } finally {
      kept.close()
    }
  }

  async #dotted(limit: number, kept: Account): Promise<readonly Buffer[] | 'too-long' | 'no-room' | 'eof'> {
    const blocks = new Blocks()
    let fits = true
    let size = 0
    // The line end before the first octet belongs to the command.
    let tail = Buffer.from('\r\n')
    for (;;) {
      while (this.#unread.length === 0) {
        if (!(await this.#more())) return 'eof'
      }
      const window = Buffer.concat([tail, this.#unread.all])
      const at = window.indexOf(terminator)
      const chunk = this.#take(at < 0 ? this.#unread.length : at + terminator.length - tail.length)
      size += chunk.length
      fits &&= size <= limit && makeRoomFor(chunk.length)
      if (fits) {
        kept.add(chunk.length)
        blocks.add(chunk)
      } else blocks.clear()
      if (at >= 0) return fits ? blocks.all : size > limit ? 'too-long' : 'no-room'
      tail = window.subarray(Math.max(0, window.length - terminator.length + 1))
      await this.#pace(Number.POSITIVE_INFINITY)
    }
  }

  /** Of many that send much, one is served at a time: what waits here meanwhile is bounded, and then TCP makes it wait. */
  async #pace(left: number): Promise<void> {
    if (left === 0 || this.#taken < mostAtOnce) return
    this.#taken = 0
    await turn()
  }

  #skipping = false

  /** Drops the rest of an over-long line. False when it does not end. */
  async #skip(): Promise<boolean> {
    let skipped = 0
    for (;;) {
      const at = this.#unread.all.indexOf(LF)
      if (at >= 0) {
        this.#take(at + 1)
        this.#skipping = false
        return true
      }
      skipped += this.drain().length
      if (skipped > hopeless || !(await this.#more())) return false
    }
  }

  #takeLine(at: number): Buffer {
    const line = this.#take(at + 1)
    const end = at > 0 && line[at - 1] === CR ? at - 1 : at
    return line.subarray(0, end)
  }

  #take(size: number): Buffer {
    this.#taken += size
    return this.#unread.take(size)
  }

  /** Waits for bytes. False when none will come. */
  async #more(): Promise<boolean> {
    if (this.#ended) return false
    const before = this.#unread.length
    await new Promise<void>((resolve) => {
      this.#waiting = resolve
      this.onHungry?.()
    })
    return this.#unread.length > before || !this.#ended
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.()
  }
}

/** Octets that are kept in one piece: segments of one octet each would take a hundred times what they hold. */
const blockSize = 64 * 1024

/** What comes in segments of any size, copied together. */
class Blocks {
  #full: Buffer[] = []
  #open = Buffer.allocUnsafe(0)
  #filled = 0

  get all(): readonly Buffer[] {
    return [...this.#full, this.#open.subarray(0, this.#filled)]
  }

  add(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      if (this.#filled === this.#open.length) this.#next(bytes.length - at)
      const copied = bytes.copy(this.#open, this.#filled, at)
      this.#filled += copied
      at += copied
    }
  }

  clear(): void {
    this.#full = []
    this.#open = Buffer.allocUnsafe(0)
    this.#filled = 0
  }

  /** The first block is as large as what begins it: most messages are small, and come at once. */
  #next(size: number): void {
    if (this.#filled > 0) this.#full.push(this.#open)
    this.#open = Buffer.allocUnsafe(
      this.#full.length === 0 && this.#filled === 0 ? Math.min(size, blockSize) : blockSize,
    )
    this.#filled = 0
  }
}
