import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import type { Command } from 'commander'
import { MockmailError } from '../errors.ts'
import { startFleet } from '../start.ts'
import { version } from '../version.ts'
import { environmentOf } from './environment.ts'
import { readyEvent } from './events.ts'
import { addServingFlags, type ServingFlags, startOptionsOf } from './flags.ts'
import { type Lifetime, openLifetime } from './lifetime.ts'
import { processOutput } from './output.ts'
import { tellLeftOut, warnOfHost } from './remarks.ts'
import { openLog, watch } from './watch.ts'

export function addExec(program: Command): void {
  addServingFlags(program.command('exec'))
    .description("start servers, run a command, stop, and exit with the command's status")
    .usage('[options] [scenario...] -- <command> [argument...]')
    .argument('[scenario...]', 'ids joined by + (default: the core set)')
    .action(async (names: readonly string[], flags: ServingFlags, command: Command) => {
      process.exitCode = await exec(names, flags, commandLine(command))
    })
}

/** What stood behind `--`; set aside before the flags are parsed, because parsing forgets where that was. */
let setAside: readonly string[] | undefined

/** Splits the arguments at the first `--`. */
export function splitCommandLine(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('--')
  setAside = at < 0 ? undefined : argv.slice(at + 1)
  return at < 0 ? argv : argv.slice(0, at)
}

/**
 * The command behind `--`.
 *
 * @throws {MockmailError} INVALID_OPTION
 */
export function commandLine(command: Command): readonly [string, ...string[]] {
  const [file, ...rest] = setAside ?? []
  if (file !== undefined) return [file, ...rest]
  throw new MockmailError(
    'INVALID_OPTION',
    `The command to run is missing: mockmail ${command.name()} [scenario...] -- <command> [argument...]`,
  )
}

async function exec(
  names: readonly string[],
  flags: ServingFlags,
  [file, ...rest]: readonly [string, ...string[]],
): Promise<number> {
  const lifetime = openLifetime()
  const output = processOutput(() => lifetime.end('SIGPIPE'))
  const { options, byName } = startOptionsOf(names, flags)
  const log = openLog(flags.log)
  const servers = await startFleet(options, { byName })
  try {
    if (lifetime.ended) return 128 + constants.signals.SIGTERM
    warnOfHost(options.host, output)
    if (byName) tellLeftOut(servers.leftOut, output)
    // The child owns stdout; only with --json it is ours, and the child's goes to stderr.
    watch(servers, { ...flags, quiet: true }, output.result, log)
    if (!flags.json && !flags.quiet) watch(servers, { ...(flags.verbose && { verbose: true }) }, output.note, undefined)
    const ready = readyEvent(servers, version)
    if (flags.json) output.result(JSON.stringify(ready))
    const readyFile = `${servers.pki}/ready.json`
    writeFileSync(readyFile, `${JSON.stringify(ready)}\n`, { mode: 0o600 })
    const environment = environmentOf(ready, readyFile)
    return await runChild(file, rest, environment, lifetime, { stdout: flags.json ? 2 : 'inherit' })
  } finally {
    await servers.close()
    log?.close()
    lifetime.release()
  }
}

function runChild(
  file: string,
  rest: readonly string[],
  environment: Readonly<Record<string, string>>,
  lifetime: Lifetime,
  { stdout }: { readonly stdout: 2 | 'inherit' },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, { stdio: ['inherit', stdout, 'inherit'], env: { ...process.env, ...environment } })
    child.on('error', (error: NodeJS.ErrnoException) => {
      const why: Readonly<Record<string, string>> = { ENOENT: 'it was not found', EACCES: 'it may not be executed' }
      reject(
        new MockmailError('CHILD_FAILED', `Cannot run '${file}': ${why[error.code ?? ''] ?? error.message}.`, {
          cause: error,
        }),
      )
    })
    child.on('close', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : (code ?? 1)))
    void lifetime.over.then((why) => {
      // A terminal sends SIGINT to the child by itself.
      if (why !== 'SIGINT') child.kill(why === 'SIGHUP' ? 'SIGHUP' : 'SIGTERM')
    })
  })
}
