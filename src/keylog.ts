import { closeSync, openSync, writeSync } from 'node:fs'
import { MockmailError } from './errors.ts'

/** An open NSS key log. */
export interface KeyLog {
  readonly write: (line: Buffer) => void
  close(): void
}

/**
 * Opens a key log to append to; the file is for its owner only. When it cannot be written any more, as on a full disk, that
 * is told once, as a warning of the process: a run is worth more than its key log.
 *
 * @throws {MockmailError} FILE_UNWRITABLE
 */
export function openKeyLog(file: string | undefined): KeyLog | undefined {
  if (file === undefined) return undefined
  let descriptor: number | undefined
  try {
    descriptor = openSync(file, 'a', 0o600)
  } catch (error) {
    throw new MockmailError('FILE_UNWRITABLE', `The key log ${file} cannot be written: ${(error as Error).message}.`, {
      cause: error,
    })
  }
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor)
    descriptor = undefined
  }
  return {
    write(line) {
      if (descriptor === undefined) return
      try {
        writeWhole(descriptor, line)
      } catch (error) {
        // With a gap it would be taken for whole.
        close()
        process.emitWarning(`The key log ${file} ends here, and the run goes on: ${(error as Error).message}.`, {
          type: 'MockmailWarning',
          code: 'FILE_UNWRITABLE',
        })
      }
    },
    close,
  }
}

/** A disk that is nearly full takes a part and says so, and refuses only the next. */
function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
}
