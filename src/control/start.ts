import type { EndpointChange } from '../fleet/live.ts'
import type { MailServer } from '../fleet/mail-server.ts'
import { checkOptionNames } from '../fleet/options.ts'
import { type MailServers, type StartOptions, startFleet, startOptionNames } from '../fleet/start.ts'
import type { WithCheckedList } from '../scenarios/checked.ts'
import type { ScenarioInput } from '../scenarios/scenario.ts'
import { type ApiOptions, checkApiOptions } from './api-options.ts'

/** Options of {@link startMailServers}. */
export interface StartServersOptions extends StartOptions {
  /** Opens the control API on loopback, for suites in other languages; `servers.api` says where. Default false. */
  readonly api?: boolean | ApiOptions
}

/**
 * Starts every scenario on every protocol and mode where it can show.
 *
 * @throws {MockmailError} UNKNOWN_SCENARIO, UNKNOWN_PROTOCOL, UNKNOWN_MODE, CONFLICT, INVALID_OPTION, NOTHING_TO_SERVE
 * when asked for what does not exist; UNSUPPORTED_RUNTIME; PORT_IN_USE, LISTEN_FAILED, PKI_UNUSABLE, FILE_UNWRITABLE when the machine refuses
 * @example
 * const servers = await startMailServers({ scenarios: ['good', 'expired'], protocols: ['imap'], modes: ['starttls'] })
 * servers.endpoint({ scenario: 'expired' }).port
 */
export function startMailServers<const Inputs extends readonly ScenarioInput[]>(
  options?: StartServersOptions & WithCheckedList<Inputs>,
): Promise<MailServers>
export async function startMailServers(options: StartServersOptions = {}): Promise<MailServers> {
  checkOptionNames('startMailServers', options, [...startOptionNames, 'api'])
  const { api = false, ...start } = options
  const wanted = api === true ? {} : api
  if (wanted) checkApiOptions(wanted)
  const servers = await startFleet(start, { byName: true, twins: wanted !== false })
  if (wanted) await addApi(servers, wanted)
  return servers
}

/**
 * Opens the control API of servers that were started, which close it with themselves. Where it cannot listen, they are closed.
 *
 * @param onChange is told of what the API changes
 * @throws {MockmailError} PORT_IN_USE, LISTEN_FAILED
 */
export async function addApi(
  servers: MailServers,
  options: ApiOptions,
  onChange: (change: EndpointChange, server: MailServer) => void = () => {},
): Promise<void> {
  try {
    // Few runs have one, and the others start without its weight.
    const { openApi } = await import('./server.ts')
    const { url, token, close } = await openApi(servers, options, onChange)
    servers.openedApi({ url, token }, close)
  } catch (error) {
    await servers.close()
    throw error
  }
}
