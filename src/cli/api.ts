import type { Command } from 'commander'
import { type ApiOptions, checkApiOptions } from '../control/api-options.ts'
import { addApi } from '../control/start.ts'
import { MockmailError } from '../errors.ts'
import { changedEvent } from '../fleet/events.ts'
import { checkPort, invalid } from '../fleet/options.ts'
import type { MailServers } from '../fleet/start.ts'
import { collect } from './flags.ts'
import type { Output } from './output.ts'
import { warnOfHost } from './remarks.ts'

/** What the flags of the control API say. */
export interface ApiFlags {
  readonly api?: number | true
  readonly apiHost?: string
  readonly apiName?: readonly string[]
}

const port = (text: string): number => {
  if (/^\d{1,5}$/.test(text)) return checkPort('--api', Number(text), { from: 0 })
  throw invalid('--api', text, 'a whole number from 0 to 65535, or nothing, as the last flag')
}

/** Flags of what can be controlled while it runs. */
export const addApiFlags = (command: Command): Command =>
  command
    .option('--api [port]', 'open the control API and the live page on loopback', port)
    .option('--api-host <address>', 'a further address for the control API, for containers')
    .option('--api-name <name>', 'a further name by which clients may call it in Host; repeatable', collect)

/**
 * Undefined where no API is asked for.
 *
 * @throws {MockmailError} INVALID_OPTION
 */
export function apiOptionsOf({ api, apiHost, apiName }: ApiFlags): ApiOptions | undefined {
  if (api === undefined) {
    const [alone] = [apiHost && '--api-host', apiName && '--api-name'].filter((flag) => flag !== undefined)
    if (alone) throw new MockmailError('INVALID_OPTION', `${alone} is for the control API, which --api opens.`)
    return undefined
  }
  const options = {
    ...(api !== true && { port: api }),
    ...(apiHost !== undefined && { host: apiHost }),
    ...(apiName && { names: apiName }),
  }
  return checkApiOptions(options, (option) => ({ port: '--api', host: '--api-host', names: '--api-name' })[option])
}

/**
 * Opens the API, and says where its page is and what it changes. Where it cannot listen, the servers are closed.
 *
 * @throws {MockmailError} PORT_IN_USE, LISTEN_FAILED
 */
export async function openApiFor(
  servers: MailServers,
  options: ApiOptions,
  {
    output,
    json,
    quiet,
  }: { readonly output: Output; readonly json: true | undefined; readonly quiet: true | undefined },
): Promise<void> {
  warnOfHost(options.host, output)
  await addApi(servers, options, (change, server) => {
    if (json) output.result(JSON.stringify(changedEvent(servers, change, server)))
    else if (!quiet)
      output.note(`${server.id} ${change}: ${server.scenario} ${server.protocol}/${server.mode} ${server.port}`)
  })
  if (!quiet) output.note(`control API and live page: ${servers.api?.url}/#token=${servers.api?.token}`)
}
