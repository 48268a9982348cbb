import { appendFileSync, closeSync, openSync } from 'node:fs'
import { MockmailError } from './errors.ts'

/** An open NSS key log. */
export interface KeyLog {
  readonly write: (line: Buffer) => void
  close(): void
}

/**
 * Opens a key log to append to; the file is for its owner only.
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
  return {
    write(line) {
      if (descriptor !== undefined) appendFileSync(descriptor, line)
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor)
      descriptor = undefined
    },
  }
}
