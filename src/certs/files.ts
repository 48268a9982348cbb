import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { MockmailError } from '../errors.ts'

/** Files by their path below a directory, with `/` between the parts. */
export type FileContents = Readonly<Record<string, string | Uint8Array>>

/**
 * Writes each file under a temporary name and renames it, so that no reader sees half of one. Folders that are made are
 * 0700, files with a private key 0600.
 * @throws {MockmailError} FILE_UNWRITABLE
 */
export const writeFiles = (directory: string, files: FileContents): void => {
  attempt(directory, makeFolders)
  for (const folder of new Set(Object.keys(files).map((path) => dirname(path)))) {
    // The directory that the user named keeps its mode when it was there before.
    if (folder !== '.') attempt(resolve(directory, folder), makePrivate)
  }
  for (const [path, content] of Object.entries(files)) {
    attempt(resolve(directory, path), (file) => writeAtomically(file, content))
  }
}

/**
 * Makes a folder with these files appear at once, complete; `taken` when such a folder was there first, which is left as
 * it is.
 * @throws {MockmailError} FILE_UNWRITABLE
 */
export const createFolder = (path: string, files: FileContents): 'created' | 'taken' => {
  attempt(dirname(path), makeFolders)
  const temporary = temporaryName(path)
  try {
    writeFiles(temporary, files)
    renameSync(temporary, path)
    return 'created'
  } catch (cause) {
    rmSync(temporary, { recursive: true, force: true })
    // Nobody knows the temporary name.
    if (cause instanceof MockmailError) throw unwritable(path, cause.cause)
    // What a rename onto a folder that is not empty is called differs between Linux, macOS and Windows.
    if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(errorCode(cause))) return 'taken'
    throw unwritable(path, cause)
  }
}

/** Node's own recursive `mkdirSync` never returns where a parent takes no folders and says ENOENT, as /proc does. */
const makeFolders = (folder: string): void => {
  const parent = dirname(folder)
  if (!existsSync(parent) && parent !== folder) makeFolders(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if (!existsSync(folder) || !statSync(folder).isDirectory()) throw error
  }
}

const makePrivate = (folder: string): void => {
  makeFolders(folder)
  if (process.platform !== 'win32') chmodSync(folder, 0o700)
}

const writeAtomically = (file: string, content: string | Uint8Array): void => {
  const temporary = temporaryName(file)
  try {
    writeFileSync(temporary, content, { mode: holdsPrivateKey(file) ? 0o600 : 0o644, flag: 'wx' })
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

const holdsPrivateKey = (file: string): boolean => /\.(?:key|p12)$/.test(file)

const temporaryName = (path: string): string => join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`)

const attempt = (path: string, action: (path: string) => unknown): void => {
  try {
    action(path)
  } catch (cause) {
    throw unwritable(path, cause)
  }
}

const unwritable = (path: string, cause: unknown): MockmailError =>
  new MockmailError(
    'FILE_UNWRITABLE',
    `${path} cannot be written (${whys[errorCode(cause)] ?? errorCode(cause)}): choose a directory that you may write to`,
    { cause },
  )

const whys: Readonly<Record<string, string>> = {
  EEXIST: 'it is no directory',
  ENOTDIR: 'a part of its path is no directory',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
}

const errorCode = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
