import type { Stats } from 'node:fs'
import { constants, type FileHandle, lstat, open } from 'node:fs/promises'
import { MockmailError } from '../errors.ts'

/** What others may do to a file before it is refused: nothing at all to a key, and no writing to what is public. */
const keyIsPrivate = 0o077
const ownerWrites = 0o022

/**
 * Reads a file that is to be trusted: no link, and, where there are modes, of this user and written by nobody else; a key
 * is read by nobody else either. Nothing when it is absent.
 * @throws {MockmailError} PKI_UNUSABLE
 */
export const readKept = async (file: string): Promise<Buffer | undefined> => {
  let handle: FileHandle | undefined
  try {
    // Neither flag is known to Windows. Without the second a pipe that nobody writes to is waited for.
    handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    const status = await handle.stat()
    if (!status.isFile()) throw unusable(`${file} is no file`, 'remove it')
    refuseShared(file, status, file.endsWith('.key') ? keyIsPrivate : ownerWrites)
    return await handle.readFile()
  } catch (cause) {
    if (cause instanceof MockmailError) throw cause
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === 'ELOOP' || code === 'EMLINK') throw unusable(`${file} is a link, which is not followed`, 'remove it')
    throw unusable(`${file} cannot be read`, 'make it readable', cause)
  } finally {
    await handle?.close()
  }
}

/**
 * Refuses a folder in which somebody else can lay a key, or one that is a link.
 * @throws {MockmailError} PKI_UNUSABLE
 */
export const refuseSharedFolder = async (folder: string): Promise<void> => {
  const status = await lstat(folder).catch(() => undefined)
  if (status?.isSymbolicLink()) throw unusable(`${folder} is a link, which is not followed`, 'remove it')
  if (status?.isDirectory()) refuseShared(folder, status, ownerWrites)
}

const refuseShared = (path: string, { mode, uid }: Stats, forbidden: number): void => {
  if (process.platform === 'win32') return
  const self = process.getuid?.()
  // What root has laid there, a container's or an administrator's, nobody else has.
  if (self !== undefined && uid !== self && uid !== 0) {
    throw unusable(`${path} belongs to another user`, `run 'chown ${self} ${path}' if it is yours all the same`)
  }
  if ((mode & forbidden) === 0) return
  const [may, command] =
    forbidden === keyIsPrivate ? ['read or written', 'chmod 600'] : (['written', 'chmod go-w'] as const)
  throw unusable(
    `${path} can be ${may} by others (mode ${(mode & 0o777).toString(8)})`,
    `run '${command} ${path}' if nobody has used that`,
  )
}

const unusable = (what: string, mend: string, cause?: unknown): MockmailError =>
  new MockmailError('PKI_UNUSABLE', `${what}: ${mend}, or name another directory`, { cause })
