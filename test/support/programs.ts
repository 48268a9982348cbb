import { execFile } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { describe, it } from 'vitest'

/** How a program ended, with what it wrote. */
export interface Finished {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** The octets of stdout. */
  readonly output: Buffer
}

export interface RunOptions {
  /** Written to stdin, which is then closed. Default nothing. */
  readonly input?: string | Uint8Array
  /** Environment besides PATH, HOME and the C locale. */
  readonly environment?: Readonly<Record<string, string>>
  /** Milliseconds. Default 15,000. */
  readonly timeout?: number
  /** Where it runs. Default: where this process does. */
  readonly cwd?: string
}

/**
 * Runs a program to its end, without a shell. Of this process's environment it has PATH and HOME only, so that no
 * setting of the machine (SSL_CERT_FILE, CURL_CA_BUNDLE, a language) changes what it trusts or says.
 */
export const run = (program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const { PATH, HOME } = process.env
    const child = execFile(
      program,
      [...args],
      {
        timeout: options.timeout ?? 15_000,
        cwd: options.cwd,
        encoding: 'buffer',
        maxBuffer: 8 << 20,
        env: { ...(PATH && { PATH }), ...(HOME && { HOME }), LC_ALL: 'C.UTF-8', ...options.environment },
      },
      (error, stdout, stderr) => {
        const ended = { stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8'), output: stdout }
        if (error === null) return resolve({ status: 0, ...ended })
        if (typeof error.code === 'number') return resolve({ status: error.code, ...ended })
        const message = `${program} did not end by itself: ${ended.stdout}${ended.stderr}`
        reject(Object.assign(new Error(message, { cause: error }), { stdout: ended.stdout }))
      },
    )
    // A program that leaves without reading its input is no failure of ours.
    child.stdin?.on('error', () => {})
    child.stdin?.end(options.input)
  })

/** A suite that needs programs; says so and skips where one is absent. */
export const describeWith = (programs: readonly string[], title: string, suite: () => void): void => {
  const absent = programs.filter((program) => !isInstalled(program))
  if (absent.length === 0) return void describe(title, suite)
  console.warn(`skipped, for ${absent.join(', ')} is not installed: ${title}`)
  describe.skip(`${title} (${absent.join(', ')} is not installed)`, suite)
}

/** What a test of this file was skipped for, said once. */
const saidAbsent = new Set<string>()

/** The `it` of a test that needs programs; it says so and skips where one is absent. */
export const itWith = (...programs: readonly string[]): typeof it.skip => {
  const absent = programs.filter((program) => !isInstalled(program)).join(', ')
  if (absent === '') return it
  if (!saidAbsent.has(absent)) console.warn(`skipped, for ${absent} is not installed: what asks it`)
  saidAbsent.add(absent)
  return it.skip
}

/** Whether PATH has the program, or an absolute path can be run or, for a file that is no program, read. */
export const isInstalled = (program: string): boolean =>
  program.startsWith('/')
    ? canAccess(program, constants.R_OK)
    : (process.env['PATH'] ?? '').split(delimiter).some((folder) => canAccess(join(folder, program), constants.X_OK))

const canAccess = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

/** A directory that is removed at the end of the block. */
export const temporaryDirectory = (): Disposable & { readonly path: string } => {
  const path = mkdtempSync(join(tmpdir(), 'mockmail-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
