import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { MockmailError } from '../errors.ts'

/** Files by their path below a directory, with `/` between the parts. */
export type FileContents = Readonly<Record<string, string | Uint8Array>>

/** Who may look into a folder of ours. */
export type FolderMode = typeof everybody | typeof ownerOnly

/** Mail programs that drop their privileges must be able to read what is public. */
export const everybody = 0o755
/** A folder with nothing in it but keys and what is elsewhere too. */
export const ownerOnly = 0o700

/**
 * Writes each file under a temporary name and renames it, so that no reader sees half of one. Folders below the directory
 * get that mode, files are for everybody to read, and those with a private key are 0600, whatever the umask.
 * @throws {MockmailError} FILE_UNWRITABLE
 */
export const writeFiles = (directory: string, files: FileContents, mode: FolderMode = everybody): void => {
  // The directory that the user named keeps its mode when it was there before.
  attempt(directory, (path) => makeFolders(path, mode))
  const folders = Object.keys(files).flatMap((path) => foldersOf(path))
  for (const folder of new Set(folders)) attempt(resolve(directory, folder), (path) => makeFolder(path, mode))
  for (const [path, content] of Object.entries(files)) {
    attempt(resolve(directory, path), (file) => writeAtomically(file, content))
  }
}

/** The folders that a path leads through, the outermost first. */
export const foldersOf = (path: string): readonly string[] => {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/**
 * Makes a folder with these files appear at once, complete, for its owner only; `taken` when such a folder was there
 * first, which is left as it is.
 * @throws {MockmailError} FILE_UNWRITABLE
 */
export const createFolder = (path: string, files: FileContents): 'created' | 'taken' => {
  attempt(dirname(path), (parent) => makeFolders(parent, everybody))
  const temporary = temporaryName(path)
  try {
    writeFiles(temporary, files, ownerOnly)
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
const makeFolders = (folder: string, mode: FolderMode): void => {
  const parent = dirname(folder)
  if (!existsSync(parent) && parent !== folder) makeFolders(parent, mode)
  makeFolder(folder, mode)
}

/** What was there before keeps its mode: it may be somebody else's, with files of theirs beside ours. */
const makeFolder = (folder: string, mode: FolderMode): void => {
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    if (!existsSync(folder) || !statSync(folder).isDirectory()) throw error
    return
  }
  if (process.platform !== 'win32') chmodSync(folder, mode)
}

const writeAtomically = (file: string, content: string | Uint8Array): void => {
  const temporary = temporaryName(file)
  const mode = holdsPrivateKey(file) ? 0o600 : 0o644
  try {
    // Exclusive: it follows no link and takes no file that somebody has laid there.
    const descriptor = openSync(temporary, 'wx', mode)
    try {
      if (process.platform !== 'win32') fchmodSync(descriptor, mode)
      writeFileSync(descriptor, content)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** `ca.p12` has certificates only. */
const holdsPrivateKey = (file: string): boolean => /\.key$|(?:^|[/\\])bundle\.p12$/.test(file)

const temporaryName = (path: string): string => join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`)
const attempt = (path: string, action: (path: string) => unknown): void => {
  try {
    action(path)
  } catch (cause) {
    throw unwritable(path, cause)
  }
}

/** The error of a file that cannot be written, with the reason in words. */
export const unwritable = (path: string, cause: unknown): MockmailError =>
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
