import { execFile } from 'node:child_process'
import { startPki } from '../../../src/certs/pki.ts'
import type { Pki, PkiOptions } from '../../../src/certs/types.ts'

export { describeWith, temporaryDirectory } from '../../support/programs.ts'

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

export const servernames = ['localhost', 'mail.mockmail.test', '127.0.0.1', '::1'] as const

/** A PKI that ends with the block. */
export const testPki = async (options: Partial<PkiOptions> = {}): Promise<Pki & AsyncDisposable> => {
  const pki = await startPki({ servernames, ...options })
  return Object.defineProperty(pki as Pki & AsyncDisposable, Symbol.asyncDispose, { value: () => pki.close() })
}
