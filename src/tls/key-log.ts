import { type Appended, openAppended } from '../appended.ts'
import { MockmailError } from '../errors.ts'

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
  let log: Appended | undefined
  try {
    log = openAppended(file)
  } catch (error) {
    throw new MockmailError('FILE_UNWRITABLE', `The key log ${file} cannot be written: ${(error as Error).message}.`, {
      cause: error,
    })
  }
  const close = (): void => {
    log?.close()
    log = undefined
  }
  return {
    write(line) {
      try {
        log?.write(line)
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
