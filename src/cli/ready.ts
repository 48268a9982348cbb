import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { MockmailError } from '../errors.ts'
import type { ReadyEvent } from './events.ts'

/**
 * Writes the ready event to a file, so that nobody reads half of it.
 *
 * @throws {MockmailError} FILE_UNWRITABLE
 */
export function writeReadyFile(file: string, ready: ReadyEvent): void {
  const temporary = `${file}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, `${JSON.stringify(ready)}\n`, { mode: 0o600 })
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new MockmailError('FILE_UNWRITABLE', `${file} cannot be written: ${(error as Error).message}.`, {
      cause: error,
    })
  }
}
