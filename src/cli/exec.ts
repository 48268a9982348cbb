import type { Command } from 'commander'
import { pause } from '../clock.ts'
import { MockmailError } from '../errors.ts'
import { childEnvironment, environmentOf } from '../fleet/environment.ts'
import { readyEvent } from '../fleet/events.ts'
import { type MailServers, startFleet } from '../fleet/start.ts'
import { openTemporaryDirectory } from '../fleet/temporary-directory.ts'
import { version } from '../version.ts'
import { type ApiFlags, addApiFlags, apiOptionsOf, openApiFor } from './api.ts'
import { runChild } from './child.ts'
import { addServingFlags, addTellingFlags, type ServingFlags, startOptionsOf } from './flags.ts'
import { keepFilesFresh } from './freshness.ts'
import { formatJudged, openJudge } from './judge.ts'
import { type Ending, openLifetime, statusOfSignal } from './lifetime.ts'
import { pollReader, processOutput } from './output.ts'
import { importOwn } from './own.ts'
import { writeReadyFile } from './ready.ts'
import { tellLeftOut, warnOfHost } from './remarks.ts'
import { addTrust, trustEnvironment } from './trust.ts'
import { forgetTold, openLog, watch } from './watch.ts'

interface ExecFlags extends ServingFlags, ApiFlags {
  readonly trust?: readonly string[]
  readonly judge?: true
}

export function addExec(program: Command): void {
  addApiFlags(addTrust(addTellingFlags(addServingFlags(program.command('exec')))))
    .description("start servers, run a command, stop, and exit with the command's status")
    .usage('[options] [scenario...] -- <command> [argument...]')
    .argument('[scenario...]', 'ids joined by + (default: the core set)')
    .option(
      '--judge',
      'judge what the client did: 1 for a failure, for what is inconclusive, and where nothing connected',
    )
    .action(async (names: readonly string[], flags: ExecFlags, command: Command) => {
      process.exitCode = await exec(names, flags, commandLine(command))
    })
}

/** What stood behind `--`; set aside before the flags are parsed, because parsing forgets where that was. */
let setAside: readonly string[] | undefined

/**
 * Splits the arguments at the first `--`.
 *
 * @param runners the commands that run another; for the rest, `--` only ends the flags
 */
export function splitCommandLine(argv: readonly string[], runners: readonly string[]): readonly string[] {
  const at = runners.includes(argv[0] ?? '') ? argv.indexOf('--') : -1
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
  if (file) return [file, ...rest]
  throw new MockmailError(
    'INVALID_OPTION',
    `The command to run is missing: mockmail ${command.name()} [scenario...] -- <command> [argument...]`,
  )
}

async function exec(names: readonly string[], flags: ExecFlags, argv: readonly [string, ...string[]]): Promise<number> {
  const own = await importOwn(flags.import)
  const { options, byName } = startOptionsOf(names, flags, own)
  const api = apiOptionsOf(flags)
  const lifetime = openLifetime()
  const output = processOutput((error) => lifetime.end(error ? { why: 'failed', error } : { why: 'gone' }))
  const fail = (error: MockmailError): void => lifetime.end({ why: 'failed', error })
  const log = openLog(flags.log)
  try {
    const servers = await startFleet(options, { byName, own, twins: flags.judge ?? api !== undefined })
    try {
      const stopped = lifetime.ending()
      if (stopped) return statusOf(stopped)
      warnOfHost(options.host, output)
      tellLeftOut(servers, { byName }, output)
      // The child owns stdout; only with --json it is ours, and the child's goes to stderr.
      const { json, quiet, verbose } = flags
      if (json) pollReader(() => lifetime.end({ why: 'gone' }))
      const print = json ? output.result : output.note
      const tellAll = watch(servers, { json, quiet, verbose, log, fail, print, note: output.note })
      const judge = flags.judge ? openJudge(servers) : undefined
      if (api) await openApiFor(servers, api, { output, json, quiet })
      else if (!judge) forgetTold(servers)
      void keepFilesFresh(servers, output.note)
      const ready = readyEvent(servers, version)
      // In a directory that stays it would tell of servers that are gone.
      const temporary = options.pki === undefined ? undefined : openTemporaryDirectory()
      const readyFile = `${temporary?.path ?? ready.pki}/ready.json`
      await writeReadyFile(readyFile, ready)
      const environment = { ...environmentOf(ready, readyFile), ...trustEnvironment(flags.trust ?? [], ready) }
      if (json) output.result(JSON.stringify(ready))
      const status = await runChild(
        { argv, environment: { ...childEnvironment(process.env), ...environment }, stdout: json ? 2 : 'inherit' },
        lifetime,
      )
      await lastConnections(servers)
      tellAll()
      // What the child did counts, unless its record is lost.
      const ending = lifetime.ending()
      if (ending?.why === 'failed') return statusOf(ending)
      if (!judge) return status
      const judged = await judge(lastWords)
      if (json) for (const event of judged.events) output.result(JSON.stringify(event))
      else if (!quiet && judged.events.length > 0) output.note(`\n${formatJudged(judged)}`)
      if (judged.why !== undefined) output.note(`mockmail: ${judged.why}.`)
      return status === 0 && judged.why !== undefined ? 1 : status
    } finally {
      await servers.close()
    }
  } finally {
    log?.close()
    lifetime.release()
  }
}

/** @throws {MockmailError} the failure that ended the command */
function statusOf(ending: Ending): number {
  if (ending.why === 'failed') throw ending.error
  return statusOfSignal(ending.why === 'signal' ? ending.signal : 'SIGPIPE')
}

/** Milliseconds for what was under way when the child ended; what stays open longer belongs to somebody it left behind. */
const lastWords = 250

/** How a client ended its connections may still be in the kernel's queue when the client itself has gone. */
async function lastConnections({ endpoints }: MailServers): Promise<void> {
  await Promise.race([Promise.all(endpoints.map((server) => server.outcome({ settle: 0 }))), pause(lastWords)])
}
