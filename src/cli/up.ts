import type { Command } from 'commander'
import type { MockmailError } from '../errors.ts'
import { startFleet } from '../start.ts'
import { version } from '../version.ts'
import { type ReadyEvent, readyEvent } from './events.ts'
import { addServingFlags, type ServingFlags, startOptionsOf } from './flags.ts'
import { openLifetime } from './lifetime.ts'
import { pollReader, processOutput } from './output.ts'
import { tellLeftOut, warnOfHost } from './remarks.ts'
import { formatEndpoints } from './table.ts'
import { openLog, watch } from './watch.ts'

export function addUp(program: Command): void {
  addServingFlags(program.command('up'))
    .description('start servers, print what listens where, stay until SIGINT or SIGTERM')
    .argument('[scenario...]', 'ids joined by + (default: the core set)')
    .action(up)
}

async function up(names: readonly string[], flags: ServingFlags): Promise<void> {
  const { options, byName } = startOptionsOf(names, flags)
  const lifetime = openLifetime()
  const output = processOutput((error) => lifetime.end(error ? { why: 'failed', error } : { why: 'gone' }))
  const log = openLog(flags.log)
  try {
    const servers = await startFleet(options, { byName })
    try {
      if (lifetime.ending()) return
      warnOfHost(options.host, output)
      tellLeftOut(servers, { byName }, output)
      const { json, quiet, verbose } = flags
      const fail = (error: MockmailError): void => lifetime.end({ why: 'failed', error })
      watch(servers, { json, quiet, verbose, log, fail, print: output.result })
      const ready = readyEvent(servers, version)
      if (json) output.result(JSON.stringify(ready))
      else if (!quiet) output.result(humanReady(ready, output.width))
      pollReader(() => lifetime.end({ why: 'gone' }))
      const ending = await lifetime.over
      if (ending.why === 'failed') throw ending.error
    } finally {
      await servers.close()
    }
  } finally {
    log?.close()
    lifetime.release()
  }
}

function humanReady(ready: ReadyEvent, width: number): string {
  const [first] = ready.endpoints
  return [
    formatEndpoints(ready.endpoints, width),
    '',
    `dial   ${first?.servername} (listening on ${first?.host})`,
    `trust  ${ready.ca}`,
    `login  ${ready.user} ${ready.password}`,
    '',
  ].join('\n')
}
