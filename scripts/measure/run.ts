import { spawn, spawnSync } from 'node:child_process'
import type { VersionQuery } from './judge.ts'

/** How a process ended, and what it printed. */
export interface Ended {
  /** stdout, then stderr. */
  readonly output: string
  readonly errors: string
  readonly status: number | null
  /** It was still there at the limit, and was ended. */
  readonly late: boolean
}

/** Of this process's environment, what would change what a program trusts or says. */
const misleading =
  /^(?:SSL_CERT_|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|NODE_|_?JAVA_(?:TOOL_)?OPTIONS|VITEST|LC_|LANG|MOCKMAIL_)/

const inherited = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !misleading.test(name)))

/** Runs one process, for at most `limit` milliseconds. */
export function run(
  [file, ...rest]: readonly [string, ...string[]],
  { input, limit, environment = {} }: { input: string; limit: number; environment?: Readonly<Record<string, string>> },
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(file, rest, { env: { ...inherited(), LC_ALL: 'C.UTF-8', ...environment } })
    let output = ''
    let errors = ''
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, limit)
    child.stdout.on('data', (bytes) => {
      output += bytes
    })
    child.stderr.on('data', (bytes) => {
      errors += bytes
    })
    // A client that ends early reads nothing more.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ output: '', errors: error.message, status: null, late })
    })
    child.on('close', (status) => {
      clearTimeout(timer)
      resolve({ output: `${output}\n${errors}`, errors, status, late })
    })
  })
}

/** The version that a program tells of itself, or undefined where it is not on this machine. */
export function versionOf({ command: [file, ...rest], pattern }: VersionQuery): string | undefined {
  const { stdout, stderr, error } = spawnSync(file, rest, {
    encoding: 'utf8',
    // cargo tells of all its packages.
    maxBuffer: 64 << 20,
    env: { ...inherited(), LC_ALL: 'C.UTF-8' },
  })
  if (error) return undefined
  return pattern.exec(`${stdout}\n${stderr}`)?.slice(1).join(' ')
}
