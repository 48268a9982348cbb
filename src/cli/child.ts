import { cannotRun, type ProcessTree, startTree } from '../check/process-tree.ts'
import { clock } from '../clock.ts'
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
 * second one ends it, and so does any end of this process. What it has started ends with it, unless it ended by itself.
 *
 * @throws {MockmailError} CHILD_FAILED
 */
export function runChild({ argv, environment, stdout }: ChildCommand, lifetime: Lifetime): Promise<number> {
  const [file, ...rest] = argv
  return new Promise((resolve, reject) => {
    const tree = startTree(file, rest, environment, { stdio: ['inherit', stdout, 'inherit'], group: 'shared' })
    const supervision = supervise(tree, lifetime)
    tree.child.on('error', (error: NodeJS.ErrnoException) => {
      supervision.release()
      reject(cannotRun(file, error))
    })
    tree.child.on('exit', (code, signal) => {
      void (async () => {
        if (supervision.asked()) await tree.end({ gently: true })
        tree.release()
        supervision.release()
        resolve(signal ? statusOfSignal(signal) : (code ?? 1))
      })()
    })
  })
}

interface Supervision {
  /** Whether it was told to end. */
  asked(): boolean
  release(): void
}

function supervise(tree: ProcessTree, lifetime: Lifetime): Supervision {
  const { child } = tree
  let asked = false
  let timer: NodeJS.Timeout | undefined
  const ask = (signal: NodeJS.Signals): void => {
    if (asked) tree.endNow()
    else tree.ask(signal)
    asked = true
    // An interrupted program may want to ask its user; a second interrupt ends it.
    if (signal !== 'SIGINT') timer ??= clock.setTimeout(() => tree.endNow(), patience)
  }
  lifetime.divert((signal) => {
    // The terminal sends it to the child by itself, and some programs live on after it.
    if (signal === 'SIGINT' && attended()) return
    ask(signal)
  })
  void lifetime.over.then(() => {
    if (child.exitCode === null && child.signalCode === null) ask('SIGTERM')
  })
  return {
    asked: () => asked,
    release() {
      clock.clearTimeout(timer)
      lifetime.divert()
    },
  }
}

const attended = (): boolean => [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
