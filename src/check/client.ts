import { clock } from '../clock.ts'
import type { MailServer } from '../fleet/mail-server.ts'
import { reasonsOf } from '../verdicts/reasons/reasons.ts'
import { cannotRun, startTree } from './process-tree.ts'
import type { ClientEnd } from './report.ts'

/** How one try of a client ended, and whether it left processes behind. */
export interface ClientRun {
  readonly end: ClientEnd
  readonly leftChildren: boolean
  /** It wrote more than a mebibyte, nearly all of which is not kept. */
  readonly flooded: boolean
  /** It was ended because the whole run was, so that its end says nothing. */
  readonly stopped: boolean
  /** Milliseconds without a new connection before the run is judged. */
  readonly grace: number
  /** What a stub said, where the client is one. */
  readonly said?: 'ACCEPT' | 'REJECT' | 'UNSUPPORTED'
}

/** When a client has had its time. */
export interface Bounds {
  /** Milliseconds. */
  readonly timeout: number
  /** When it settles, the client is ended. */
  readonly stop?: Promise<unknown> | undefined
}

/** Something that connects to a server when told to: a command, or a function in this process. */
export interface Client {
  readonly name: string
  /** Whether its arguments say where to connect; a function is given the server itself. */
  readonly dials: boolean
  run(server: MailServer, environment: NodeJS.ProcessEnv, bounds: Bounds): Promise<ClientRun>
}

/** Nothing can connect any more when every process has ended; what is on its way is in the kernel's queue by then. */
const graceAfterEnd = 2

/** Processes that had to be ended may still be at it for a moment. */
const graceAfterKill = 40

/** A promise may settle while its connections are still being retried. */
const graceAfterPromise = 250

const tailOctets = 4096

/** Octets that no mail client has to say. */
const flood = 1 << 20

/**
 * A command as a client.
 *
 * @throws {MockmailError} CHILD_FAILED, from `run`, when the command cannot be started at all
 */
export function commandClient(
  argv: readonly [string, ...string[]],
  { stub = false, pki }: { readonly stub?: boolean; readonly pki: { readonly ca: string } },
): Client {
  return {
    name: argv.join(' '),
    dials: stub || argv.some((argument) => /\{(?:port|url)\}/.test(argument)),
    async run(server, environment, bounds) {
      const extra = stub ? [server.servername, String(server.port), pki.ca] : []
      const [file = '', ...args] = [...argv, ...extra].map((argument) => fill(argument, server, pki.ca))
      const tree = startTree(file, args, { ...process.env, ...environment })
      const output = new Tail(tailOctets)
      tree.child.stdout?.on('data', (chunk: Buffer) => output.add(chunk))
      tree.child.stderr?.on('data', (chunk: Buffer) => output.add(chunk))
      const ended = await exitOf(tree.child, file, bounds)
      const cut = ended === 'timeout' || ended === 'stopped'
      const left = await tree.end({ gently: cut })
      tree.child.stdout?.destroy()
      tree.child.stderr?.destroy()
      const [exit, signal] = cut ? [null, null] : ended
      const failed = cut || exit !== 0
      const said = stub ? stubWord(output.text) : undefined
      return {
        leftChildren: left && !cut,
        flooded: output.total > flood,
        stopped: ended === 'stopped',
        grace: left || cut ? graceAfterKill : graceAfterEnd,
        ...(said && { said }),
        end: {
          exit,
          signal,
          error:
            failed || said === 'REJECT'
              ? errorLine(output.text, exit, signal, ended === 'timeout' ? bounds.timeout : undefined)
              : null,
          output: output.text,
          timedOut: ended === 'timeout',
        },
      }
    },
  }
}

/** A function as a client; what it rejects with is the client's error. */
export function functionClient(name: string, act: (server: MailServer) => Promise<unknown>): Client {
  return {
    name,
    dials: true,
    async run(server, _environment, bounds) {
      const { error, ended } = await settle(() => act(server), bounds)
      const text = error === undefined ? null : textOf(error)
      return {
        leftChildren: false,
        flooded: false,
        stopped: ended === 'stopped',
        grace: graceAfterPromise,
        end: { exit: null, signal: null, error: text, output: text ?? '', timedOut: ended === 'timeout' },
      }
    },
  }
}

/** Replaces `{host} {port} {servername} {ca} {protocol} {mode} {url} {user} {password} {scenario}`. */
function fill(argument: string, server: MailServer, ca: string): string {
  const { host, port, servername, protocol, mode, url, user, password, scenario } = server
  const values: Readonly<Record<string, string>> = {
    host,
    port: String(port),
    servername,
    ca,
    protocol,
    mode,
    url,
    user,
    password,
    scenario,
  }
  return argument.replace(/\{([a-z]+)\}/g, (whole, name: string) => values[name] ?? whole)
}

type Exit = readonly [exit: number | null, signal: NodeJS.Signals | null]

/** Not `close`: a child that stays keeps the pipes open. */
function exitOf(
  child: ReturnType<typeof startTree>['child'],
  file: string,
  { timeout, stop }: Bounds,
): Promise<Exit | 'timeout' | 'stopped'> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => resolve('timeout'), timeout)
    void stop?.then(() => {
      clock.clearTimeout(timer)
      resolve('stopped')
    })
    child.on('error', (error: NodeJS.ErrnoException) => {
      clock.clearTimeout(timer)
      reject(cannotRun(file, error))
    })
    child.on('exit', (exit, signal) => {
      clock.clearTimeout(timer)
      // What it wrote last may still be in the pipe.
      clock.setImmediate(() => clock.setImmediate(() => resolve([exit, signal])))
    })
  })
}

interface Settled {
  readonly error?: unknown
  readonly ended: 'by-itself' | 'timeout' | 'stopped'
}

async function settle(act: () => Promise<unknown>, { timeout, stop }: Bounds): Promise<Settled> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<Settled>((resolve) => {
    timer = clock.setTimeout(
      () => resolve({ error: new Error(`still running after ${timeout} ms`), ended: 'timeout' }),
      timeout,
    )
    void stop?.then(() => resolve({ error: new Error('interrupted'), ended: 'stopped' }))
  })
  const acted = (async (): Promise<Settled> => {
    try {
      await act()
      return { ended: 'by-itself' }
    } catch (error) {
      return { error: error ?? new Error('rejected without a reason'), ended: 'by-itself' }
    }
  })()
  const settled = await Promise.race([acted, limit])
  clock.clearTimeout(timer)
  return settled
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' && !error.message.includes(code) ? `${code}: ${error.message}` : error.message
}

/** The line that gives a reason, else the last that names an error, else the last one, else how it ended. */
function errorLine(output: string, exit: number | null, signal: string | null, timeout: number | undefined): string {
  const lines = output
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const telling =
    lines.findLast((line) => reasonsOf(line).length > 0) ??
    // A stack and the version of the runtime stand behind it.
    lines.findLast((line) => /^(?:Uncaught |Caused by: )?[\w.$]*(?:Error|Exception)\b[^:]*: /.test(line)) ??
    lines.at(-1)
  const how =
    timeout !== undefined ? `still running after ${timeout} ms` : signal ? `ended by ${signal}` : `exit status ${exit}`
  return telling ?? how
}

/** The contract of trytls stubs: one of three words on a line of its own. */
const stubWord = (output: string): 'ACCEPT' | 'REJECT' | 'UNSUPPORTED' | undefined =>
  /^(ACCEPT|REJECT|UNSUPPORTED)\b/m.exec(output)?.[1] as 'ACCEPT' | undefined

/** The last octets of a stream, however much there was. */
class Tail {
  readonly #size: number
  #kept: Buffer = Buffer.alloc(0)
  /** Octets, kept or not. */
  total = 0

  constructor(size: number) {
    this.#size = size
  }

  add(chunk: Buffer): void {
    this.total += chunk.length
    const joined = chunk.length >= this.#size ? chunk : Buffer.concat([this.#kept, chunk])
    this.#kept = Buffer.from(joined.subarray(-this.#size))
  }

  get text(): string {
    return this.#kept.toString('utf8')
  }
}
