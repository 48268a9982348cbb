import { basename, join } from 'node:path'
import type { MailServer } from '../../src/index.ts'
import { type Finished, type RunOptions, run } from '../support/programs.ts'

/** What Debian packages must be there for. */
export const monoPrograms = ['mcs', 'mono'] as const

/** Where a session goes. */
type Target = Pick<MailServer, 'protocol' | 'mode' | 'servername' | 'port' | 'user' | 'password'>

/** A session to play: the class that plays it, and its validation callback. */
export interface Session<Dialled extends Target = MailServer> {
  readonly target: Dialled
  /** Default `SslStream`. */
  readonly api?: 'SslStream' | 'SmtpClient'
  /**
   * `strict` refuses any error, `sample` ignores exactly `RemoteCertificateChainErrors` and `RemoteCertificateNameMismatch`,
   * `none` leaves it to Mono.
   */
  readonly callback: 'strict' | 'sample' | 'none'
}

/** How a session ended. */
export interface Played {
  readonly ok: boolean
  /** What the callback was told: `SslPolicyErrors`; `-` when it was not called. */
  readonly errors: string
  /** `X509ChainStatusFlags` of the chain it was given, in order and once each; `-` for none. */
  readonly statuses: string
  /** Class and message of the innermost exception, or `-`. */
  readonly said: string
}

/** Client.cs, compiled, and a home whose store is the only one that Mono looks into. */
export interface MonoClient {
  /** Puts roots into the store of that home. */
  trust(ca: string): Promise<void>
  play(sessions: readonly Session<Target>[]): Promise<readonly Played[]>
}

/** Milliseconds for one try, and how often. */
const patience = 30_000
const tries = 3

/** Milliseconds that a test may take which runs Mono once or twice. */
export const monoTimeout = (tries + 1) * patience

/**
 * Runs a program, again where it does not end: about once in a hundred times, on a busy machine, the runtime deadlocks on its
 * way out, when all is said and every socket closed. What it said is taken where `isAll` knows that it is all.
 */
export async function runMono(
  args: readonly string[],
  options: Omit<RunOptions, 'timeout'>,
  isAll: (stdout: string) => boolean = () => false,
): Promise<Finished> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run('mono', args, { ...options, timeout: patience })
    } catch (error) {
      const { stdout = '' } = error as { readonly stdout?: string }
      if (isAll(stdout)) return { status: 0, stdout, stderr: '', output: Buffer.from(stdout) }
      if (attempt === tries) throw error
      console.warn(`mono was run again: ${(error as Error).message}`)
    }
  }
}

/** Compiles one file, whose path is from here, into a folder. Resolves to the program. */
export async function compile(source: string, folder: string, ...flags: readonly string[]): Promise<string> {
  const program = join(folder, `${basename(source, '.cs')}.exe`)
  const arguments_ = [...flags, '-warnaserror', `-out:${program}`, join(import.meta.dirname, source)]
  const compiled = await run('mcs', arguments_, { timeout: 60_000 })
  if (compiled.status !== 0) throw new Error(compiled.stdout + compiled.stderr)
  return program
}

/** @param folder of the caller's; holds the program and is the home */
export async function compileMonoClient(folder: string): Promise<MonoClient> {
  const program = await compile('Client.cs', folder, '-r:Mono.Security')
  const environment = { HOME: folder }
  return {
    async trust(ca) {
      const { status, stderr } = await runMono([program, 'trust', ca], { environment })
      if (status !== 0) throw new Error(stderr)
    },
    async play(sessions) {
      // A second time would be a second session with each server.
      const { stdout, stderr } = await runMono(
        [program, 'play', 'alice@example.com', 'bob@example.com'],
        { environment, input: sessions.map(lineOf).join('') },
        (said) => said.split('\n').length === sessions.length + 1,
      )
      const lines = stdout.trimEnd().split('\n')
      if (lines.length !== sessions.length) throw new Error(`Client.exe: ${stdout}${stderr}`)
      return lines.map((line) => {
        const [ended = '', errors = '', statuses = '', said = ''] = line.split('\t')
        return { ok: ended === 'ok', errors, statuses, said }
      })
    },
  }
}

const lineOf = ({ target, api = 'SslStream', callback }: Session<Target>): string => {
  const { protocol, mode, servername, port, user, password } = target
  return `${[api, callback, protocol, mode, servername, port, user, password].join(' ')}\n`
}
