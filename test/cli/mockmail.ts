import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import type { ReadyEvent } from '../../src/fleet/events.ts'

const root = resolve(import.meta.dirname, '../..')

/** The built command line, which is what users run. */
export const bin = join(root, 'dist/bin.mjs')

const newest = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => statSync(join(parentPath, name)).mtimeMs),
  )

const isFresh = (): boolean => (statSync(bin, { throwIfNoEntry: false })?.mtimeMs ?? 0) > newest(join(root, 'src'))

/** Builds when there is no build, or an old one. Test files run side by side, so one builds and the others wait. */
export async function ensureBuilt(): Promise<void> {
  const lock = join(root, 'temp/build.lock')
  mkdirSync(join(root, 'temp'), { recursive: true })
  for (let waited = 0; !isFresh(); waited += 100) {
    try {
      mkdirSync(lock)
    } catch {
      if (waited > 60_000) throw new Error(`${lock} is held by a build that does not end; remove it`)
      await pause(100)
      continue
    }
    try {
      execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'ignore' })
    } finally {
      rmdirSync(lock)
    }
  }
}

/** A folder for one test, with a temporary directory of its own in it. */
export interface Workplace extends Disposable {
  readonly path: string
  /** What is in the temporary directory: nothing, unless something is running. */
  leftovers(): readonly string[]
  readonly environment: NodeJS.ProcessEnv
}

export function openWorkplace(): Workplace {
  const path = mkdtempSync(join(tmpdir(), 'cli-test-'))
  // Else what everybody has to read would go elsewhere.
  chmodSync(path, 0o755)
  const temporary = join(path, 'tmp')
  mkdirSync(temporary)
  const { MOCKMAIL_CA: _, ...inherited } = process.env
  return {
    path,
    leftovers: () => readdirSync(temporary),
    environment: { ...inherited, TMPDIR: temporary },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

export interface Ended {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly process: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
  /** Resolves with all of stdout once `pattern` is in it; rejects when the process ends first. */
  saying(pattern: string | RegExp): Promise<string>
  /** The same of stderr. */
  remarking(pattern: string | RegExp): Promise<string>
  /** The ready event of `--json`. */
  ready(): Promise<ReadyEvent>
}

/** Milliseconds after which a process that should have ended is taken to hang. */
const limit = 15_000

export interface StartOptions {
  readonly environment?: NodeJS.ProcessEnv
  readonly stdin?: string
  /** The user to run as, which takes root. */
  readonly uid?: number
}

/** Starts mockmail in a workplace. */
export function start(
  workplace: Workplace,
  args: readonly string[],
  { environment, stdin, uid }: StartOptions = {},
): Running {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: workplace.path,
    env: { ...workplace.environment, ...environment },
    ...(uid !== undefined && { uid }),
  })
  if (stdin !== undefined) child.stdin.end(stdin)
  child.stdin.on('error', () => {})
  const timer = setTimeout(() => child.kill('SIGKILL'), limit)
  const seen = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      seen[stream] += text
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => {
      clearTimeout(timer)
      resolve({ status, signal, ...seen })
    })
  })
  const until = (stream: 'stdout' | 'stderr', pattern: string | RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const there = typeof pattern === 'string' ? seen[stream].includes(pattern) : pattern.test(seen[stream])
        if (!there) return
        waiting.delete(look)
        resolve(seen[stream])
      }
      waiting.add(look)
      void ended.then((end) => reject(new Error(`ended before ${pattern}: ${JSON.stringify(end)}`)))
      look()
    })
  return {
    process: child,
    ended,
    saying: (pattern) => until('stdout', pattern),
    remarking: (pattern) => until('stderr', pattern),
    ready: async () => JSON.parse((await until('stdout', '\n')).split('\n')[0] ?? '') as ReadyEvent,
  }
}

/** Runs mockmail to its end, and holds it to leave nothing behind and to print no stack. */
export async function run(workplace: Workplace, args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  const ended = await start(workplace, args, { stdin: '', ...options }).ended
  expect(ended.stderr).not.toMatch(/^ {4}at /m)
  expect(workplace.leftovers()).toEqual([])
  return ended
}

/** One endpoint, for tests that are about something else. */
export const one = ['good', '--protocol', 'imap', '--mode', 'implicit'] as const

/** Listens on a port, any free one by default, until disposed of. */
export async function occupy(port = 0, host = '127.0.0.1'): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = net.createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, exclusive: true }, resolve)
  })
  return {
    port: (server.address() as net.AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

/** The first of so many consecutive ports that are free now, below those that the system gives out by itself. */
export async function findBlock(count: number): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const base = 10_000 + Math.floor(Math.random() * 10_000)
    try {
      await expectFree(Array.from({ length: count }, (_, index) => base + index))
      return base
    } catch {}
  }
  throw new Error(`no ${count} free ports in a row`)
}

/** Holds every port of a run to be free again. */
export async function expectFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) await (await occupy(port))[Symbol.asyncDispose]()
}

/** Whether there is a process with that number. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
