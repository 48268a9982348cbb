import type { Command } from 'commander'
import { clock } from '../clock.ts'
import type { MockmailError } from '../errors.ts'
import { type ReadyEvent, readyEvent } from '../fleet/events.ts'
import { startFleet } from '../fleet/start.ts'
import { version } from '../version.ts'
import { type ApiFlags, addApiFlags, apiOptionsOf, openApiFor } from './api.ts'
import { addServingFlags, addTellingFlags, duration, type ServingFlags, startOptionsOf } from './flags.ts'
import { keepFilesFresh } from './freshness.ts'
import { openLifetime } from './lifetime.ts'
import { pollReader, processOutput } from './output.ts'
import { importOwn } from './own.ts'
import { writeReadyFile } from './ready.ts'
import { tellLeftOut, warnOfHost } from './remarks.ts'
import { formatEndpoints } from './table.ts'
import { forgetTold, openLog, watch } from './watch.ts'

export function addUp(program: Command): void {
  addApiFlags(addTellingFlags(addServingFlags(program.command('up'))))
    .description('start servers, print what listens where, stay until SIGINT or SIGTERM')
    .argument('[scenario...]', 'ids joined by + (default: the core set)')
    .option('--ready-file <file>', 'write what --json prints first to a file, when everything listens')
    .option('--ttl <duration>', 'stop after this time, such as 10m', duration('--ttl'))
    .action(up)
}

async function up(names: readonly string[], flags: ServingFlags & ApiFlags): Promise<void> {
  const own = await importOwn(flags.import)
  const { options, byName } = startOptionsOf(names, flags, own)
  const api = apiOptionsOf(flags)
  const lifetime = openLifetime()
  const output = processOutput((error) => lifetime.end(error ? { why: 'failed', error } : { why: 'gone' }))
  const log = openLog(flags.log)
  try {
    const servers = await startFleet(options, { byName, own, twins: api !== undefined })
    try {
      if (lifetime.ending()) return
      warnOfHost(options.host, output)
      tellLeftOut(servers, { byName }, output)
      const { json, quiet, verbose } = flags
      const fail = (error: MockmailError): void => lifetime.end({ why: 'failed', error })
      watch(servers, { json, quiet, verbose, log, fail, print: output.result, note: output.note })
      if (api) await openApiFor(servers, api, { output, json, quiet })
      // What the API is asked for later is kept.
      else forgetTold(servers)
      void keepFilesFresh(servers, output.note)
      const ready = readyEvent(servers, version)
      if (json) output.result(JSON.stringify(ready))
      else if (!quiet) output.result(humanReady(ready, output.width))
      if (flags.readyFile !== undefined) void writeReadyFile(flags.readyFile, ready).catch(fail)
      if (flags.ttl !== undefined) clock.setTimeout(() => lifetime.end({ why: 'expired' }), flags.ttl).unref()
      pollReader(() => lifetime.end({ why: 'gone' }))
      // Of 'port-closed' nothing listens, so nothing else would keep the process.
      const awake = clock.setInterval(() => {}, 2 ** 30)
      const ending = await lifetime.over.finally(() => clock.clearInterval(awake))
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
