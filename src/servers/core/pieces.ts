import { clock, longestTurn, turn } from '../../clock.ts'

/**
 * Something long that is made piece by piece. Between two pieces others may have their turn; an empty one is nothing but
 * such a moment.
 */
export type Pieces = Iterable<string | Buffer>

/** Octets that are gathered before they are written, and the most that is written at once. */
const chunkSize = 64 * 1024

/** The one chunk that the pieces are, where they are so few and short that nothing has to be made or waited for. */
export function oneChunk(pieces: Pieces): Buffer | undefined {
  if (!Array.isArray(pieces) || pieces.length !== 1) return undefined
  const [piece]: readonly (string | Buffer)[] = pieces
  if (piece === undefined || piece.length >= chunkSize) return undefined
  return typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece
}

/** The pieces as chunks to write, one when the one before is out. A string is sent as latin1. */
export async function* chunksOf(pieces: Pieces): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = []
  let size = 0
  let text = ''
  const add = (bytes: Buffer): void => void gathered.push(bytes)
  const addText = (): void => {
    if (text !== '') add(Buffer.from(text, 'latin1'))
    text = ''
  }
  const take = (): Buffer => {
    addText()
    const [only] = gathered
    const chunk = gathered.length === 1 && only ? only : Buffer.concat(gathered)
    gathered = []
    size = 0
    return chunk
  }
  let since = clock.now()
  for (const piece of pieces) {
    if (piece.length >= chunkSize) {
      if (size > 0) yield take()
      const bytes = typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece
      for (let at = 0; at < bytes.length; at += chunkSize) {
        // However fast they all read: of many that are sent much, one is served at a time.
        if (at > 0) await turn()
        yield bytes.subarray(at, at + chunkSize)
      }
    } else if (piece.length > 0) {
      size += piece.length
      if (typeof piece === 'string') text += piece
      else {
        addText()
        add(piece)
      }
      if (size >= chunkSize) {
        yield take()
        since = 0
      }
    }
    if (clock.now() - since <= longestTurn) continue
    await turn()
    since = clock.now()
  }
  if (size > 0) yield take()
}

/** What a generator returns in the end; wherever it yields, others may have their turn. */
export async function finished<T>(steps: Generator<unknown, T>): Promise<T> {
  for (let since = clock.now(); ; ) {
    const { done, value } = steps.next()
    if (done) return value
    if (clock.now() - since <= longestTurn) continue
    await turn()
    since = clock.now()
  }
}
