import { closeSync, lstatSync, openSync, readFileSync, rmSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { clock } from '../clock.ts'
import { MockmailError } from '../errors.ts'
import { foldersOf, unwritable, writeFiles } from './files.ts'

/** Of a manifest, what says which files of its directory are ours. */
interface OwnedFiles {
  readonly schema: 1
  /** Every file of ours that is, or was in a run before, in the directory. */
  readonly files?: readonly string[]
  readonly ca: { readonly file: string; readonly trustStore: string }
  readonly identities: readonly { readonly files: Readonly<Record<string, string>> }[]
  readonly clients: readonly { readonly files: Readonly<Record<string, string>> }[]
}

/** No manifest of ours is longer: the whole catalogue has a hundredth of it. */
const longestManifest = 16 << 20

/**
 * The files that a directory's manifest names as ours; none where there is no such manifest. That a path is named means
 * that we may replace it, never that anything is read or removed there.
 */
const ownedFiles = (directory: string): ReadonlySet<string> => {
  const manifest = readManifest(join(directory, 'manifest.json'))
  if (manifest === undefined) return new Set()
  const { ca, identities, clients, files = [] } = manifest
  return new Set([
    'manifest.json',
    ca.file,
    ca.trustStore,
    ...[...identities, ...clients].flatMap((one) => Object.values(one.files)),
    ...files,
  ])
}

/**
 * Makes the files of a directory ours before they are written, by a manifest that names them and those of runs before: what a
 * run leaves half written is so known to be of ours. One run at a time, or one would not know what the other has claimed.
 * @throws {MockmailError} PKI_UNUSABLE, FILE_UNWRITABLE
 */
export const claimFiles = (
  directory: string,
  paths: readonly string[],
  manifest: (earlier: ReadonlySet<string>) => string,
): void => {
  writeFiles(directory, {})
  const lock = join(directory, '.mockmail.lock')
  takeLock(lock)
  try {
    refuseForeign(directory, ['manifest.json', ...paths])
    writeFiles(directory, { 'manifest.json': manifest(ownedFiles(directory)) })
  } finally {
    rmSync(lock, { force: true })
  }
}

/** Milliseconds. A lock is held for a few; one that is older was left by a run that has ended. */
const [oldLock, betweenTries] = [5000, 10]

const takeLock = (lock: string): void => {
  const sleeper = new Int32Array(new SharedArrayBuffer(4))
  for (let tries = 0; tries <= oldLock / betweenTries + 1; tries++) {
    try {
      closeSync(openSync(lock, 'wx', 0o600))
      return
    } catch (cause) {
      if (!isThere(cause)) throw unwritable(lock, cause)
    }
    const found = statusOf(lock)
    if (found !== undefined && (!found.isFile() || found.size > 0)) throw foreign(lock, 'is no lock of mockmail')
    if (found !== undefined && clock.date() - found.mtimeMs > oldLock) rmSync(lock, { force: true })
    else Atomics.wait(sleeper, 0, 0, betweenTries)
  }
  throw foreign(lock, 'is taken again and again by other runs')
}

const isThere = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'

/**
 * Refuses paths that are somebody else's: a file that no manifest of ours names, a link, or what lies behind one.
 * @throws {MockmailError} PKI_UNUSABLE
 */
export const refuseForeign = (directory: string, paths: readonly string[]): void => {
  const problem = firstProblem(directory, paths, ownedFiles(directory))
  if (problem === undefined) return
  // A run that started together with this one says what is its own before it writes it.
  const again = firstProblem(directory, paths, ownedFiles(directory))
  if (again !== undefined) throw foreign(join(directory, again.path), again.why)
}

interface Problem {
  readonly path: string
  readonly why: string
}

const firstProblem = (directory: string, paths: readonly string[], owned: ReadonlySet<string>): Problem | undefined => {
  for (const folder of new Set(paths.flatMap(foldersOf))) {
    const found = statusOf(join(directory, folder))
    if (found?.isSymbolicLink()) return { path: folder, why: 'is a link, which is not followed' }
    if (found !== undefined && !found.isDirectory()) return { path: folder, why: 'is there already and no directory' }
  }
  for (const path of paths) {
    const found = statusOf(join(directory, path))
    if (found === undefined) continue
    if (found.isSymbolicLink()) return { path, why: 'is a link, which is not followed' }
    if (!found.isFile()) return { path, why: 'is there already and no file' }
    if (!owned.has(path)) return { path, why: 'is there already and no manifest.json of mockmail names it' }
  }
  return undefined
}

const statusOf = (path: string): Stats | undefined => {
  try {
    return lstatSync(path)
  } catch {
    // What cannot be looked at cannot be written either, and that has a message of its own.
    return undefined
  }
}

const readManifest = (file: string): OwnedFiles | undefined => {
  const status = statusOf(file)
  if (!status?.isFile() || status.size > longestManifest) return undefined
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isManifest(read) ? read : undefined
  } catch {
    return undefined
  }
}

const isManifest = (read: unknown): read is OwnedFiles => {
  if (!isRecord(read) || read['schema'] !== 1 || !isRecord(read['ca'])) return false
  const { ca, identities, clients, files = [] } = read
  const lists = [identities, clients]
  return (
    ca['file'] === 'ca.pem' &&
    ca['trustStore'] === 'ca.p12' &&
    lists.every((list) => Array.isArray(list) && list.every((one) => isRecord(one) && isRecord(one['files']))) &&
    Array.isArray(files)
  )
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const foreign = (path: string, why: string): MockmailError =>
  new MockmailError('PKI_UNUSABLE', `${path} ${why}: remove it, or name another directory`)
