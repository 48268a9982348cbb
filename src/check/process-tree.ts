import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { pause } from '../clock.ts'
import { MockmailError } from '../errors.ts'

/** A child with everything it starts, so that the whole of it can be ended. */
export interface ProcessTree {
  readonly child: ChildProcess
  /** Ends what is left of it, gently first; tells whether anything was. */
  end(options: { readonly gently: boolean }): Promise<boolean>
  /** The same at once, for a process that is about to end itself. */
  endNow(): void
  /** From now on it is left alone. */
  release(): void
}

export interface TreeOptions {
  /** Default: an empty stdin, and pipes. */
  readonly stdio?: StdioOptions
  /** `own`, the default: out of reach of the terminal's signals. `shared`: the terminal's, to which it may speak. */
  readonly group?: 'own' | 'shared'
}

/** Inherited by every descendant, also by one that leaves the process group. */
const marker = 'MOCKMAIL_CELL'

/** Milliseconds between asking a process to end and ending it. */
const patience = 500

/** What runs now; none of it outlives this process, however that ends. */
const running = new Set<ProcessTree>()
const endAll = (): void => {
  for (const tree of running) tree.endNow()
}

/** Starts a command. */
export function startTree(
  file: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  { stdio = ['ignore', 'pipe', 'pipe'], group = 'own' }: TreeOptions = {},
): ProcessTree {
  const id = randomUUID()
  const child = spawn(file, args, {
    stdio,
    // One within another belongs to both.
    env: { ...environment, [marker]: [environment[marker], id].filter(Boolean).join(' ') },
    detached: group === 'own' && process.platform !== 'win32',
    windowsHide: group === 'own',
  })
  const own = process.platform === 'win32' ? windowsTree(child) : posixTree(child, id, group)
  const tree: ProcessTree = {
    child,
    async end(options) {
      const any = await own.end(options)
      tree.release()
      return any
    },
    endNow: () => own.endNow(),
    release() {
      running.delete(tree)
      if (running.size === 0) process.off('exit', endAll)
    },
  }
  if (running.size === 0) process.on('exit', endAll)
  running.add(tree)
  child.on('error', () => tree.release())
  return tree
}

/** Says why a command cannot be run. */
export function cannotRun(file: string, error: NodeJS.ErrnoException): MockmailError {
  const why: Readonly<Record<string, string>> = { ENOENT: 'it was not found', EACCES: 'it may not be executed' }
  return new MockmailError('CHILD_FAILED', `Cannot run '${file}': ${why[error.code ?? ''] ?? error.message}.`, {
    cause: error,
  })
}

type Ends = Pick<ProcessTree, 'end' | 'endNow'>

function posixTree({ pid }: ChildProcess, id: string, group: 'own' | 'shared'): Ends {
  if (pid === undefined) return { end: async () => false, endNow: () => {} }
  // A group that is shared has others in it, which are none of ours.
  const signalGroup = (name: NodeJS.Signals | 0): boolean => group === 'own' && signal(-pid, name)
  const members = (): readonly number[] => membersOf(pid, id)
  const signalAll = (name: NodeJS.Signals): void => {
    signalGroup(name)
    if (group === 'shared' || name === 'SIGKILL') for (const member of members()) signal(member, name)
  }
  const alive = (): boolean => signalGroup(0) || members().length > 0
  return {
    endNow: () => signalAll('SIGKILL'),
    async end({ gently }) {
      if (!alive()) return false
      if (gently) {
        signalAll('SIGTERM')
        for (let waited = 0; waited < patience && alive(); waited += 20) await pause(20)
      }
      signalAll('SIGKILL')
      return true
    },
  }
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/** The processes of a tree, itself included while it runs: by what they inherited, or else by their parents. */
const membersOf = (ancestor: number, id: string): readonly number[] =>
  process.platform === 'linux' ? marked(ancestor, id) : descendants(ancestor, listProcesses())

/**
 * Processes that inherited the marker, wherever they moved. Only Linux tells.
 * A descendant's number is above its ancestor's unless the numbers have wrapped around.
 */
function marked(ancestor: number, id: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid >= ancestor && pid !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(id)
      } catch {
        return false
      }
    })
}

/** Number and parent's number of every process. */
function listProcesses(): readonly (readonly [pid: number, parent: number])[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  return (stdout ?? '').split('\n').flatMap((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number)
    return pid && parent !== undefined ? [[pid, parent] as const] : []
  })
}

/** A process, while it runs, and all that descend from it; one whose parent has gone is not found. */
export function descendants(
  ancestor: number,
  processes: readonly (readonly [pid: number, parent: number])[],
): readonly number[] {
  const found = new Set(processes.filter(([pid]) => pid === ancestor).map(([pid]) => pid))
  for (const [pid, parent] of [...processes].sort(([a], [b]) => a - b)) {
    if (found.has(parent) || parent === ancestor) found.add(pid)
  }
  return [...found]
}

function windowsTree(child: ChildProcess): Ends {
  const end = (): boolean => {
    if (child.pid === undefined || child.exitCode !== null) return false
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { windowsHide: true })
    return true
  }
  return { endNow: () => void end(), end: async () => end() }
}
