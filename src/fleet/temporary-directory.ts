import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { MockmailError } from '../errors.ts'

const live = new Set<string>()

const removeAll = (): void => {
  for (const directory of live) remove(directory)
}

function remove(directory: string): void {
  live.delete(directory)
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
}

/**
 * A directory of our own under the system's temporary one, removed at exit if not before. Everybody may look into it, as
 * mail programs that drop their privileges have to: what is secret in it is so by its own mode.
 *
 * @throws {MockmailError} FILE_UNWRITABLE
 */
export function openTemporaryDirectory(): { readonly path: string; remove(): void } {
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
    const path = mkdtempSync(join(temporaryPlace(), 'mockmail-'))
    if (process.platform !== 'win32') chmodSync(path, 0o755)
    return path
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new MockmailError(
      'FILE_UNWRITABLE',
      `No temporary directory can be made in ${tmpdir()} (${code}): set TMPDIR to a directory that you may write to.`,
      { cause: error },
    )
  }
}

/** Some systems give each user a temporary directory that is closed to others; where that is so, the one for all. */
function temporaryPlace(): string {
  const usual = tmpdir()
  if (process.platform === 'win32' || isOpenToAll(usual)) return usual
  return isSticky('/tmp') && isOpenToAll('/tmp') ? '/tmp' : usual
}

/** Whether every user gets as far as into the directory. One that is not there is for the caller to stumble over. */
function isOpenToAll(directory: string): boolean {
  const path = resolve(directory)
  const mode = modeOf(path)
  if (mode === undefined) return true
  return (mode & 0o001) !== 0 && (dirname(path) === path || isOpenToAll(dirname(path)))
}

/** Everybody makes files there, and nobody removes another's. */
const isSticky = (directory: string): boolean => ((modeOf(directory) ?? 0) & 0o1003) === 0o1003

const modeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mode
