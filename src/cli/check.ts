import { accessSync, constants, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { openAppended } from '../appended.ts'
import { readBaseline, unmatched, withBaseline } from '../check/baseline.ts'
import { withControl } from '../check/check-client.ts'
import { commandClient } from '../check/client.ts'
import type { CheckReport } from '../check/report.ts'
import { type ReporterName, reporters } from '../check/reporters/index.ts'
import { runCheck } from '../check/run.ts'
import { MockmailError } from '../errors.ts'
import { takeAll } from '../fleet/closing.ts'
import { invalid } from '../fleet/options.ts'
import { startFleet } from '../fleet/start.ts'
import { didYouMean } from '../text/nearest.ts'
import { commandLine } from './exec.ts'
import { addServingFlags, collect, duration, type ServingFlags, startOptionsOf } from './flags.ts'
import { openLifetime, statusOfSignal } from './lifetime.ts'
import { type Output, processOutput } from './output.ts'
import { importOwn } from './own.ts'
import { tellLeftOut, warnOfHost } from './remarks.ts'
import { addTrust, trustEnvironment } from './trust.ts'
import { openLog, watch } from './watch.ts'

interface CheckFlags extends ServingFlags {
  readonly timeout?: number
  readonly jobs?: number
  readonly reporter?: readonly string[]
  readonly baseline?: string
  readonly contract?: 'strict' | 'opportunistic'
  readonly require?: 'revocation' | 'crl' | 'ocsp' | 'staple'
  readonly stub?: true
  readonly trust?: readonly string[]
}

export function addCheck(program: Command): void {
  addTrust(addServingFlags(program.command('check')))
    .description('run a client command against each endpoint, judge it, print the matrix')
    .usage('[options] [scenario...] -- <command> [argument...]')
    .argument('[scenario...]', 'ids joined by + (default: the core set)')
    .option(
      '--timeout <duration>',
      'how long the client may take on one endpoint, such as 500ms or 20s (default: 20s)',
      duration('--timeout'),
    )
    .option('--jobs <number>', 'clients at the same time (default: as many as there are processors)', jobs)
    .option('--reporter <name[=file]>', `${Object.keys(reporters).join(', ')}; repeatable (default: pretty)`, collect)
    .option('--baseline <file>', 'what is known to fail, and why; a change in either direction fails')
    .option(
      '--contract <name>',
      'what the client promises: strict or opportunistic (default: strict)',
      oneOf('--contract', ['strict', 'opportunistic']),
    )
    .option(
      '--require <what>',
      'fail a client that does not check it: revocation (in every way), crl, ocsp or staple',
      oneOf('--require', ['revocation', 'crl', 'ocsp', 'staple']),
    )
    .option('--stub', 'call the command with host, port and CA file; it prints ACCEPT, REJECT or UNSUPPORTED')
    .action(async (names: readonly string[], flags: CheckFlags, command: Command) => {
      process.exitCode = await check(names, flags, commandLine(command))
    })
}

async function check(
  names: readonly string[],
  flags: CheckFlags,
  argv: readonly [string, ...string[]],
): Promise<number> {
  const targets = reporterTargets(flags)
  for (const target of targets) refuseUnwritable(target)
  const baseline = flags.baseline === undefined ? undefined : readBaseline(flags.baseline)
  const own = await importOwn(flags.import)
  const { options, byName } = startOptionsOf(names, flags, own)
  const lifetime = openLifetime()
  const output = processOutput((error) => lifetime.end(error ? { why: 'failed', error } : { why: 'gone' }))
  const log = openLog(flags.log)
  try {
    const scenarios = withControl(options.scenarios ?? [])
    const servers = await startFleet({ ...options, scenarios }, { byName, own, twins: true })
    try {
      warnOfHost(options.host, output)
      tellLeftOut(servers, { byName }, output)
      const fail = (error: MockmailError): void => lifetime.end({ why: 'failed', error })
      const { note } = output
      const tellAll = watch(servers, { json: false, quiet: true, verbose: false, log, fail, print: note, note })
      const client = commandClient(argv, { stub: flags.stub ?? false, pki: { ca: servers.ca.path } })
      const report = await runCheck(servers, client, {
        ...(flags.timeout !== undefined && { timeout: flags.timeout }),
        ...(flags.jobs !== undefined && { jobs: flags.jobs }),
        ...(flags.contract && { contract: flags.contract }),
        requireRevocation: flags.require === 'revocation' || (flags.require ?? false),
        insist: flags.protocol !== undefined || flags.mode !== undefined,
        environment: trustEnvironment(flags.trust ?? [], { ca: servers.ca.path, pki: servers.pki }),
        stop: lifetime.over,
        onProgress: progress(output),
      })
      tellAll()
      const ending = lifetime.ending()
      if (ending?.why === 'failed') throw ending.error
      if (ending) output.note('mockmail: interrupted; the report has what was judged by then.')
      const judged = baseline ? withBaseline(report, baseline) : report
      for (const key of unmatched(report, baseline ?? [])) {
        output.note(`mockmail: the baseline speaks of ${key}, which was not tried.`)
      }
      // One that cannot be written takes none of the others along.
      await takeAll(...targets.map((target) => () => write(judged, target, output)))
      if (ending) return statusOfSignal(ending.why === 'signal' ? ending.signal : 'SIGPIPE')
      return judged.verdict === 'pass' ? 0 : 1
    } finally {
      await servers.close()
    }
  } finally {
    log?.close()
    lifetime.release()
  }
}

interface Target {
  readonly name: ReporterName
  readonly file: string | undefined
}

/** @throws {MockmailError} INVALID_OPTION */
function reporterTargets({ reporter, json }: CheckFlags): readonly Target[] {
  const asked = [...(json ? ['json'] : []), ...(reporter ?? [])]
  const targets = (asked.length > 0 ? asked : ['pretty']).map((given): Target => {
    const [name = '', ...rest] = given.split('=')
    if (!Object.hasOwn(reporters, name)) {
      const known = Object.keys(reporters)
      throw new MockmailError(
        'INVALID_OPTION',
        `There is no reporter '${name}'.${didYouMean(name, known)} Allowed: ${known.join(', ')}.`,
      )
    }
    return { name: name as ReporterName, file: rest.length > 0 ? rest.join('=') : undefined }
  })
  if (targets.filter(({ file }) => file === undefined).length > 1) {
    throw new MockmailError(
      'INVALID_OPTION',
      'Only one reporter can write to stdout; give the others a file, as in html=report.html.',
    )
  }
  return targets
}

/** @throws {MockmailError} FILE_UNWRITABLE */
function write(report: CheckReport, { name, file }: Target, output: Output): void {
  const colour = file === undefined && (process.stdout.isTTY ?? false) && !process.env['NO_COLOR']
  const text = reporters[name](report, { width: Math.max(output.width, 80), colour })
  if (file === undefined) {
    output.document(text.trimEnd())
    return
  }
  attempt({ name, file }, () => {
    if (!isPipe(file)) return writeFileSync(file, text)
    const pipe = openAppended(file)
    pipe.write(text)
    pipe.close()
  })
}

/** Before anything is tried: a report that has nowhere to go is not worth the time. */
function refuseUnwritable({ name, file }: Target): void {
  if (file === undefined) return
  attempt({ name, file }, () => {
    const there = statSync(file, { throwIfNoEntry: false })
    if (there?.isDirectory()) throw new Error('it is a directory')
    accessSync(there ? file : dirname(file), constants.W_OK)
  })
}

const isPipe = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFIFO() ?? false

/** @throws {MockmailError} FILE_UNWRITABLE */
function attempt({ name, file }: Target, action: () => void): void {
  try {
    action()
  } catch (error) {
    throw new MockmailError('FILE_UNWRITABLE', `--reporter ${name}=${file}: ${(error as Error).message}.`, {
      cause: error,
    })
  }
}

/** One line on a terminal, overwritten; nothing elsewhere. */
function progress({ note }: Output): (done: number, all: number) => void {
  if (!process.stderr.isTTY || process.env['NO_COLOR']) return () => {}
  return (done, all) => {
    process.stderr.write(`\r${done}/${all} `)
    if (done === all) note('')
  }
}

function jobs(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw invalid('--jobs', text, 'a whole number from 1 to 9999')
}

const oneOf =
  <T extends string>(flag: string, allowed: readonly T[]) =>
  (text: string): T => {
    const known = allowed.find((name) => name === text)
    if (known) return known
    throw invalid(flag, text, allowed.join(', '), didYouMean(text, allowed))
  }
