import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MockmailError } from './errors.ts'

const live = new Set<string>()

const removeAll = (): void => {
  for (const directory of live) remove(directory)
}

function remove(directory: string): void {
  live.delete(directory)
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
}

/**
 * A directory of our own under the system's temporary one, mode 0700, removed at exit if not before.
 *
 * @throws {MockmailError} FILE_UNWRITABLE
 */
export function openScratch(): { readonly path: string; remove(): void } {
  const path = makeTemporary()
  if (live.size === 0) process.once('exit', removeAll)
  live.add(path)
  return {
    path,
    remove() {
      remove(path)
      if (live.size === 0) process.off('exit', removeAll)
    },
  }
}

function makeTemporary(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'mockmail-'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new MockmailError(
      'FILE_UNWRITABLE',
      `No temporary directory can be made in ${tmpdir()} (${code}): set TMPDIR to a directory that you may write to.`,
      { cause: error },
    )
  }
}
