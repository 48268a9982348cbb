import type { Command } from 'commander'
import { startFleet } from '../start.ts'
import { version } from '../version.ts'
import { readyEvent } from './events.ts'
import { addServingFlags, type ServingFlags, startOptionsOf } from './flags.ts'
import { openLifetime } from './lifetime.ts'
import { processOutput } from './output.ts'
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
  const lifetime = openLifetime()
  const output = processOutput(() => lifetime.end('stdout closed'))
  const { options, byName } = startOptionsOf(names, flags)
  const log = openLog(flags.log)
  const servers = await startFleet(options, { byName })
  try {
    if (lifetime.ended) return
    warnOfHost(options.host, output)
    if (byName) tellLeftOut(servers.leftOut, output)
    watch(servers, flags, output.result, log)
    const ready = readyEvent(servers, version)
    if (flags.json) output.result(JSON.stringify(ready))
    else if (!flags.quiet) output.result(humanReady(ready, output.width))
    await lifetime.over
  } finally {
    await servers.close()
    log?.close()
    lifetime.release()
  }
}

function humanReady(ready: ReturnType<typeof readyEvent>, width: number): string {
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
