import { type ChildProcess, spawn } from 'node:child_process'
import { MockmailError } from '../errors.ts'
import { clock } from '../servers/core/clock.ts'
import { type Lifetime, statusOfSignal } from './lifetime.ts'

/** Milliseconds that a child has to end after SIGTERM or SIGHUP before it is ended. */
const patience = 5000

/** The command that `exec` runs. */
export interface ChildCommand {
  readonly argv: readonly [string, ...string[]]
  readonly environment: NodeJS.ProcessEnv
  /** The descriptor that the child has as its stdout, when it is not our own. */
  readonly stdout: 2 | 'inherit'
}

/**
 * Runs the command to its end, and resolves to its status as a shell reports it: its own, or 128+n. Signals go on to it; a
 * second one ends it, and so does any end of this process.
 *
 * @throws {MockmailError} CHILD_FAILED
 */
export function runChild({ argv, environment, stdout }: ChildCommand, lifetime: Lifetime): Promise<number> {
  const [file, ...rest] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, { stdio: ['inherit', stdout, 'inherit'], env: environment })
    const release = supervise(child, lifetime)
    child.on('error', (error: NodeJS.ErrnoException) => {
      release()
      reject(cannotRun(file, error))
    })
    child.on('exit', (code, signal) => {
      release()
      resolve(signal ? statusOfSignal(signal) : (code ?? 1))
    })
  })
}

function supervise(child: ChildProcess, lifetime: Lifetime): () => void {
  let asked = false
  let timer: NodeJS.Timeout | undefined
  const end = (): void => void child.kill('SIGKILL')
  const ask = (signal: NodeJS.Signals): void => {
    child.kill(asked ? 'SIGKILL' : signal)
    asked = true
    // An interrupted program may want to ask its user; a second interrupt ends it.
    if (signal !== 'SIGINT') timer ??= clock.setTimeout(end, patience)
  }
  process.on('exit', end)
  lifetime.divert((signal) => {
    // The terminal sends it to the child by itself, and some programs live on after it.
    if (signal === 'SIGINT' && attended()) return
    ask(signal)
  })
  void lifetime.over.then(() => {
    if (child.exitCode === null && child.signalCode === null) ask('SIGTERM')
  })
  return () => {
    clock.clearTimeout(timer)
    process.off('exit', end)
    lifetime.divert()
  }
}

const attended = (): boolean => [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)

function cannotRun(file: string, error: NodeJS.ErrnoException): MockmailError {
  const why: Readonly<Record<string, string>> = { ENOENT: 'it was not found', EACCES: 'it may not be executed' }
  return new MockmailError('CHILD_FAILED', `Cannot run '${file}': ${why[error.code ?? ''] ?? error.message}.`, {
    cause: error,
  })
}
