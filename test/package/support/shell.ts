import { spawn } from 'node:child_process'

/** How a command ended, and everything it printed. */
export interface Ended {
  readonly status: number | null
  readonly output: string
}

export interface ShellOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds. Default 120,000. */
  readonly timeout?: number
}

/** Runs a command to its end, without what the running test puts into the environment. */
export function run(
  command: string,
  args: readonly string[],
  { cwd, env = {}, timeout = 120_000 }: ShellOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...inherited(), ...env },
      timeout,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    let output = ''
    const keep = (chunk: Buffer): void => {
      output += chunk.toString()
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, output }))
  })
}

/** {@link run}, for what must succeed. */
export async function mustRun(command: string, args: readonly string[], options?: ShellOptions): Promise<string> {
  const { status, output } = await run(command, args, options)
  if (status === 0) return output
  throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${output}`)
}

function inherited(): NodeJS.ProcessEnv {
  const ours =
    /^(?:VITEST|TEST$|DEV$|PROD$|MODE$|NODE_ENV$|NODE_OPTIONS$|NODE_V8_COVERAGE$|FORCE_COLOR$|npm_|INIT_CWD$)/
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name))
  return { ...Object.fromEntries(kept), NO_COLOR: '1' }
}
