import { execFile } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'
import { startPki } from '../../../src/certs/pki.ts'
import type { Pki, PkiOptions } from '../../../src/certs/types.ts'

export interface Finished {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, without a shell; asynchronous, since the responder answers from this process. */
export const run = (program: string, args: readonly string[], input?: string): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const child = execFile(program, [...args], { timeout: 100_000 }, (error, stdout, stderr) => {
      if (error === null) return resolve({ status: 0, stdout, stderr })
      if (typeof error.code !== 'number') return reject(error)
      resolve({ status: error.code, stdout, stderr })
    })
    child.stdin?.end(input)
  })

/** A suite that needs programs; says so and skips where one is absent. */
export const describeWith = (programs: readonly string[], title: string, suite: () => void): void => {
  const absent = programs.filter((program) => !isInstalled(program))
  if (absent.length === 0) return void describe(title, suite)
  console.warn(`skipped, for ${absent.join(', ')} is not installed: ${title}`)
  describe.skip(`${title} (${absent.join(', ')} is not installed)`, suite)
}

const isInstalled = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** A directory that is removed at the end of the block. */
export const temporaryDirectory = (): Disposable & { readonly path: string } => {
  const path = mkdtempSync(join(tmpdir(), 'mockmail-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export const servernames = ['localhost', 'mail.mockmail.test', '127.0.0.1', '::1'] as const

/** A PKI that ends with the block. */
export const testPki = async (options: Partial<PkiOptions> = {}): Promise<Pki & AsyncDisposable> => {
  const pki = await startPki({ servernames, ...options })
  return Object.defineProperty(pki as Pki & AsyncDisposable, Symbol.asyncDispose, { value: () => pki.close() })
}
