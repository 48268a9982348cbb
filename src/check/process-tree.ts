import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { pause } from '../clock.ts'
import { MockmailError } from '../errors.ts'

/** A child with everything it starts, so that the whole of it can be ended. */
export interface ProcessTree {
  readonly child: ChildProcess
  /** Sends a signal to the command itself, and looks who there is to be ended if it does not heed it. */
  ask(signal: NodeJS.Signals): void
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
    ask: (name) => own.ask(name),
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

type Ends = Pick<ProcessTree, 'ask' | 'end' | 'endNow'>

function posixTree(child: ChildProcess, id: string, group: 'own' | 'shared'): Ends {
  const { pid } = child
  if (pid === undefined) return { ask: () => {}, end: async () => false, endNow: () => {} }
  const members = new Members(child, pid, id)
  // A group that is shared has others in it, which are none of ours.
  const signalGroup = (name: NodeJS.Signals | 0): boolean => group === 'own' && signal(-pid, name)
  const signalAll = (name: NodeJS.Signals): void => {
    // Looked for first: who has lost its parent is not found any more.
    const found = members.find()
    signalGroup(name)
    if (group === 'shared' || name === 'SIGKILL') for (const member of found) signal(member, name)
  }
  const alive = (): boolean => signalGroup(0) || members.find().length > 0
  return {
    ask(name) {
      members.find()
      child.kill(name)
    },
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

/** A process. Its number may be given to another one when it has ended, but not its start as well. */
export interface Process {
  readonly pid: number
  readonly parent: number
  readonly started: string
}

/** The processes of a tree, its root included while it runs: by what they inherited, by their parents, and those found before. */
class Members {
  readonly #root: ChildProcess
  readonly #pid: number
  readonly #id: string
  readonly #known = new Map<number, string>()

  constructor(root: ChildProcess, pid: number, id: string) {
    this.#root = root
    this.#pid = pid
    this.#id = id
  }

  find(): readonly number[] {
    const runs = this.#root.exitCode === null && this.#root.signalCode === null
    const seeds = [...(runs ? [this.#pid] : []), ...marked(this.#pid, this.#id)]
    // Most have ended with all that they started, and it is asked for each cell.
    if (seeds.length + this.#known.size === 0) return []
    const processes = listProcesses()
    const known = processes.filter(({ pid, started }) => this.#known.get(pid) === started).map(({ pid }) => pid)
    const found = descendants([...seeds, ...known], processes)
    for (const { pid, started } of found) this.#known.set(pid, started)
    return found.map(({ pid }) => pid)
  }
}

const numbersOfProcesses = (): readonly number[] => readdirSync('/proc').map(Number).filter(Number.isInteger)

/**
 * Processes that inherited the marker, wherever they moved. Only Linux tells, and not of one that was given another
 * environment. A descendant's number is above its ancestor's unless the numbers have wrapped around.
 */
function marked(ancestor: number, id: string): readonly number[] {
  if (process.platform !== 'linux') return []
  return numbersOfProcesses()
    .filter((pid) => pid >= ancestor && pid !== process.pid)
    .filter((pid) => contentOf(`/proc/${pid}/environ`).includes(id))
}

/** Every process that has not ended. */
function listProcesses(): readonly Process[] {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,lstart='], { encoding: 'utf8' })
    return processesOf((stdout ?? '').split('\n'), /^ *(\d+) +(\d+) +(.*)$/)
  }
  // proc(5): number, name in parentheses, state, parent, and the start as the 22nd. A zombie has ended.
  const line = /^(\d+) \(.*\) [^Z] (\d+)(?: \S+){17} (\d+)/s
  return processesOf(
    numbersOfProcesses().map((pid) => contentOf(`/proc/${pid}/stat`)),
    line,
  )
}

const processesOf = (lines: readonly string[], pattern: RegExp): readonly Process[] =>
  lines.flatMap((line) => {
    const [, pid, parent, started = ''] = pattern.exec(line) ?? []
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), started }]
  })

/** Empty where the process has gone, or is somebody else's. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

/** Those of some processes that run, and all that descend from them; one whose parent has gone is not found. */
export function descendants(ancestors: readonly number[], processes: readonly Process[]): readonly Process[] {
  const found = new Set(processes.filter(({ pid }) => ancestors.includes(pid)))
  // What is added is gone through as well.
  for (const { pid } of found) for (const one of processes) if (one.parent === pid) found.add(one)
  return [...found]
}

function windowsTree(child: ChildProcess): Ends {
  const end = (): boolean => {
    if (child.pid === undefined || child.exitCode !== null) return false
    spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { windowsHide: true })
    return true
  }
  return { ask: (name) => void child.kill(name), endNow: () => void end(), end: async () => end() }
}
