import type { Command } from 'commander'
import { MockmailError } from '../errors.ts'
import { checkMode, checkPort, checkProtocol, checkRunOptions, invalid, type RunOptions } from '../fleet/options.ts'
import type { StartOptions } from '../fleet/start.ts'
import { scenariosOfEntry } from '../scenarios/listing.ts'
import { catalogue, coreSet } from '../scenarios/registry.ts'
import { type DefinedPart, resolveScenario } from '../scenarios/scenario.ts'
import { didYouMean } from '../text/nearest.ts'

/** What the flags of `up`, `exec` and `certs` say. */
export interface ServingFlags {
  readonly protocol?: readonly string[]
  readonly mode?: readonly string[]
  readonly all?: true
  readonly tag?: string
  readonly host?: string
  readonly port?: number
  readonly portBase?: number | true
  readonly portOffset?: number
  readonly servername?: readonly string[]
  readonly key?: 'ec' | 'rsa'
  readonly now?: string
  readonly unconstrained?: true
  readonly pki?: string
  readonly user?: string
  readonly json?: true
  readonly log?: string
  readonly keylog?: string
  readonly readyFile?: string
  readonly ttl?: number
  readonly import?: readonly string[]
  readonly quiet?: true
  readonly verbose?: true
}

const words = (text: string, earlier: readonly string[] = []): readonly string[] => [
  ...earlier,
  ...text.split(',').map((word) => word.trim()),
]

const port = (text: string): number => {
  if (!/^\d{1,5}$/.test(text)) throw invalid('--port', text, 'a whole number from 0 to 65535')
  return checkPort('--port', Number(text), { from: 0 })
}

const portBase = (text: string): number => {
  if (/^\d{1,5}$/.test(text)) return checkPort('--port-base', Number(text), { from: 1 })
  throw invalid('--port-base', text, 'a whole number from 1 to 65535, or nothing, as the last flag')
}

const portOffset = (text: string): number => {
  if (/^\d{1,5}$/.test(text)) return checkPort('--port-offset', Number(text), { from: 0 })
  throw invalid('--port-offset', text, 'a whole number from 0 to 64542')
}

/** A length of time in milliseconds. A bare number is seconds. */
export const duration =
  (flag: string) =>
  (text: string): number => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
    const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[(match?.[2] ?? 's') as 's']
    const ms = Number(match?.[1]) * unit
    if (ms >= 1 && ms < 2 ** 31) return ms
    throw invalid(flag, text, 'a length of time, such as 500ms, 20s, 10m or 2h')
  }

export const collect = (name: string, earlier: readonly string[] | undefined): readonly string[] => [
  ...(earlier ?? []),
  name,
]

/** Flags that decide what the certificates are. */
export function addPkiFlags(command: Command): Command {
  return command
    .option('--all', 'the whole catalogue')
    .option('--tag <tag>', 'the part of the catalogue with this tag')
    .option('--servername <name>', 'a name of the good leaf; repeatable, the first is the one to dial', collect)
    .option('--key <type>', 'key type of the certificates: ec or rsa (default: ec)')
    .option('--now <time>', 'the instant that dates count from, such as 2030-01-31')
    .option('--unconstrained', 'roots without name constraints')
}

/** Flags of everything that starts servers. */
export function addServingFlags(command: Command): Command {
  return addPkiFlags(command)
    .option('--protocol <list>', 'smtp, imap, pop3 (default: all)', words)
    .option('--mode <list>', 'implicit, starttls, plain (default: implicit,starttls)', words)
    .option('--host <address>', 'where to listen (default: 127.0.0.1, and ::1 on the same port)')
    .option('--port <number>', 'one endpoint on exactly this port', port)
    .option('--port-base [number]', 'consecutive ports from this one; without a number a free block is found', portBase)
    .option('--port-offset <number>', "one scenario on its protocols' well-known ports plus this", portOffset)
    .option('--pki <directory>', 'reuse the roots found there, create them when absent')
    .option('--user <name:password>', 'the only login that is right (default: any, with any password but "wrong")')
    .option('--json', 'one JSON object per line on stdout')
    .option('--log <file>', 'append the full record of each connection to a file')
    .option('--keylog <file>', 'append the secrets of every TLS session, as Wireshark reads them')
    .option('--import <module>', 'certificates and quirks of your own, to be named by their ids; repeatable', collect)
}

/** Flags of what tells of each connection as it ends. */
export const addTellingFlags = (command: Command): Command =>
  command
    .option('--quiet', 'no table and no line per connection')
    .option('-v, --verbose', 'print the transcript of each connection')

/**
 * What to serve, and whether it was asked for by name. Everything that can be wrong with it is found here, before anything
 * is written or started.
 *
 * @throws {MockmailError} of misuse
 */
export function startOptionsOf(
  names: readonly string[],
  flags: ServingFlags,
  own: readonly DefinedPart[] = [],
): { readonly options: StartOptions; readonly byName: boolean } {
  const { protocol, mode, host, port, portBase, portOffset, servername, key, now, unconstrained, pki, user, keylog } =
    flags
  refuseTogether(flags, 'port', 'portBase')
  refuseTogether(flags, 'port', 'portOffset')
  refuseTogether(flags, 'portBase', 'portOffset')
  refuseTogether(flags, 'quiet', 'verbose')
  const run: RunOptions = {
    ...(host !== undefined && { host }),
    ...(servername && { servernames: servername }),
    ...(key && { key }),
    ...(now !== undefined && { now }),
    ...(unconstrained && { unconstrained }),
    ...(pki !== undefined && { pki }),
    ...(user !== undefined && { user }),
    ...(keylog !== undefined && { keylog }),
  }
  checkRunOptions(run, (option) => (option === 'servernames' ? '--servername' : `--${option}`))
  for (const file of ['log', 'keylog', 'readyFile'] as const) {
    if (flags[file] === '') throw invalid(spelled(file), '', 'a file')
  }
  const scenarios = scenariosOf(names, flags)
  for (const scenario of scenarios) resolveScenario(scenario, own)
  return {
    byName: names.length > 0,
    options: {
      scenarios,
      ...(protocol && { protocols: protocol.map(checkProtocol) }),
      ...(mode && { modes: mode.map(checkMode) }),
      ...(port !== undefined && { port }),
      ...(portBase !== undefined && { portBase }),
      ...(portOffset !== undefined && { portOffset }),
      ...run,
    },
  }
}

type FlagName = Exclude<keyof ServingFlags, symbol>

const spelled = (flag: FlagName): string => `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

function refuseTogether(flags: ServingFlags, one: FlagName, other: FlagName): void {
  if (flags[one] === undefined || flags[other] === undefined) return
  throw new MockmailError('INVALID_OPTION', `${spelled(one)} and ${spelled(other)} cannot both be given.`)
}

/** @throws {MockmailError} UNKNOWN_TAG, INVALID_OPTION */
export function scenariosOf(names: readonly string[], flags: Pick<ServingFlags, 'all' | 'tag'>): readonly string[] {
  const { all, tag } = flags
  refuseTogether(flags, 'all', 'tag')
  if (names.length > 0 && (all || tag !== undefined)) {
    throw new MockmailError(
      'INVALID_OPTION',
      `${all ? '--all' : '--tag'} and the name '${names[0]}' cannot both be given.`,
    )
  }
  if (names.length > 0) return names
  if (tag !== undefined) return tagged(tag)
  return all ? catalogue.flatMap(scenariosOfEntry) : coreSet
}

function tagged(tag: string): readonly string[] {
  const tags = [...new Set(catalogue.flatMap(({ entry }) => entry.tags))].sort()
  if (!tags.includes(tag)) {
    throw new MockmailError(
      'UNKNOWN_TAG',
      `There is no tag '${tag}'.${didYouMean(tag, tags)} Allowed: ${tags.join(', ')}.`,
    )
  }
  return catalogue.filter(({ entry }) => entry.tags.includes(tag)).flatMap(scenariosOfEntry)
}
