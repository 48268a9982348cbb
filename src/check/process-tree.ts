import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { pause } from '../servers/core/clock.ts'

/** A child with everything it starts, so that the whole of it can be ended. */
export interface ProcessTree {
  readonly child: ChildProcess
  /** Ends what is left of it, gently first; tells whether anything was. */
  end(options: { readonly gently: boolean }): Promise<boolean>
}

/** Inherited by every descendant, also by one that leaves the process group. */
const marker = 'MOCKMAIL_CELL'

/** Milliseconds between asking a process to end and ending it. */
const patience = 500

/** Starts a command in a process group of its own. stdin is empty; stdout and stderr are pipes. */
export function startTree(file: string, args: readonly string[], environment: NodeJS.ProcessEnv): ProcessTree {
  const id = randomUUID()
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment, [marker]: id },
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  return {
    child,
    end: ({ gently }) => (process.platform === 'win32' ? endOnWindows(child) : endGroup(child, id, gently)),
  }
}

async function endGroup({ pid }: ChildProcess, id: string, gently: boolean): Promise<boolean> {
  if (pid === undefined) return false
  const alive = (): boolean => signalGroup(pid, 0) || marked(pid, id).length > 0
  if (!alive()) return false
  if (gently) {
    signalGroup(pid, 'SIGTERM')
    for (let waited = 0; waited < patience && alive(); waited += 20) await pause(20)
  }
  signalGroup(pid, 'SIGKILL')
  for (const survivor of marked(pid, id)) signal(survivor, 'SIGKILL')
  return true
}

const signalGroup = (pid: number, name: NodeJS.Signals | 0): boolean => signal(-pid, name)

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/**
 * Processes that inherited the marker, wherever they moved. Only Linux tells; elsewhere the process group is all there is.
 * A descendant's number is above its ancestor's unless the numbers have wrapped around.
 */
function marked(ancestor: number, id: string): readonly number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > ancestor && pid !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`${marker}=${id}`)
      } catch {
        return false
      }
    })
}

async function endOnWindows({ pid, exitCode }: ChildProcess): Promise<boolean> {
  if (pid === undefined || exitCode !== null) return false
  spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { windowsHide: true })
  return true
}
