import { type Command, InvalidArgumentError, Option } from 'commander'
import { MockmailError } from '../errors.ts'
import { checkMode, checkProtocol } from '../options.ts'
import { didYouMean } from '../scenarios/nearest.ts'
import { catalogue, coreSet } from '../scenarios/registry.ts'
import type { StartOptions } from '../start.ts'

/** What the flags of `up`, `exec` and `certs` say. */
export interface ServingFlags {
  readonly protocol?: readonly string[]
  readonly mode?: readonly string[]
  readonly all?: true
  readonly tag?: string
  readonly host?: string
  readonly port?: number
  readonly portBase?: number | true
  readonly servername?: readonly string[]
  readonly key?: 'ec' | 'rsa'
  readonly now?: string
  readonly unconstrained?: true
  readonly pki?: string
  readonly user?: string
  readonly json?: true
  readonly log?: string
  readonly quiet?: true
  readonly verbose?: true
}

const words = (text: string): readonly string[] => text.split(',').map((word) => word.trim())

const number = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

const collect = (name: string, earlier: readonly string[] | undefined): readonly string[] => [...(earlier ?? []), name]

/** Flags that decide what the certificates are. */
export function addPkiFlags(command: Command): Command {
  return command
    .option('--all', 'the whole catalogue')
    .option('--tag <tag>', 'the part of the catalogue with this tag')
    .option('--servername <name>', 'a name of the good leaf; repeatable, the first is the one to dial', collect)
    .addOption(new Option('--key <type>', 'key type of the certificates (default: ec)').choices(['ec', 'rsa']))
    .option('--now <time>', 'the instant that dates count from, such as 2030-01-31')
    .option('--unconstrained', 'roots without name constraints')
}

/** Flags of everything that starts servers. */
export function addServingFlags(command: Command): Command {
  return addPkiFlags(command)
    .option('--protocol <list>', 'smtp, imap, pop3 (default: all)', words)
    .option('--mode <list>', 'implicit, starttls, plain (default: implicit,starttls)', words)
    .option('--host <address>', 'where to listen (default: 127.0.0.1, and ::1 on the same port)')
    .option('--port <number>', 'one endpoint on exactly this port', number)
    .option('--port-base [number]', 'consecutive ports from this one; without a number a free block is found', number)
    .option('--pki <directory>', 'reuse the roots found there, create them when absent')
    .option('--user <name:password>', 'the only login that is right (default: any, with any password but "wrong")')
    .option('--json', 'one JSON object per line on stdout')
    .option('--log <file>', 'append the full record of each connection to a file')
    .option('--quiet', 'no table and no line per connection')
    .option('-v, --verbose', 'print the transcript of each connection')
}

/** What to serve, and whether it was asked for by name. */
export function startOptionsOf(
  names: readonly string[],
  flags: ServingFlags,
): { readonly options: StartOptions; readonly byName: boolean } {
  const { protocol, mode, host, port, portBase, servername, key, now, unconstrained, pki, user } = flags
  return {
    byName: names.length > 0,
    options: {
      scenarios: scenariosOf(names, flags),
      ...(protocol && { protocols: protocol.map(checkProtocol) }),
      ...(mode && { modes: mode.map(checkMode) }),
      ...(host !== undefined && { host }),
      ...(port !== undefined && { port }),
      ...(portBase !== undefined && { portBase }),
      ...(servername && { servernames: servername }),
      ...(key && { key }),
      ...(now !== undefined && { now }),
      ...(unconstrained && { unconstrained }),
      ...(pki !== undefined && { pki }),
      ...(user !== undefined && { user }),
    },
  }
}

/** @throws {MockmailError} UNKNOWN_TAG, INVALID_OPTION */
export function scenariosOf(
  names: readonly string[],
  { all, tag }: Pick<ServingFlags, 'all' | 'tag'>,
): readonly string[] {
  if (names.length > 0 && (all || tag !== undefined)) {
    throw new MockmailError(
      'INVALID_OPTION',
      `${all ? '--all' : '--tag'} and the name '${names[0]}' cannot both be given.`,
    )
  }
  if (names.length > 0) return names
  if (tag !== undefined) return tagged(tag)
  return all ? catalogue.map(({ id }) => id) : coreSet
}

function tagged(tag: string): readonly string[] {
  const tags = [...new Set(catalogue.flatMap(({ entry }) => entry.tags))].sort()
  if (!tags.includes(tag)) {
    throw new MockmailError(
      'UNKNOWN_TAG',
      `There is no tag '${tag}'.${didYouMean(tag, tags)} Allowed: ${tags.join(', ')}.`,
    )
  }
  return catalogue.filter(({ entry }) => entry.tags.includes(tag)).map(({ id }) => id)
}
