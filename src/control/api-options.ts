import { isIP } from 'node:net'
import { checkOptionNames, checkPort, invalid } from '../fleet/options.ts'

/** Options of the control API. */
export interface ApiOptions {
  /** Default any free port. */
  readonly port?: number
  /** A further address to listen on, for containers: others can reach it, and need the token. Default: loopback only. */
  readonly host?: string
  /** Further names by which clients may call the server in `Host`. Default: those of loopback. */
  readonly names?: readonly string[]
}

/** @throws {MockmailError} INVALID_OPTION */
export function checkApiOptions(
  given: ApiOptions,
  spell: (option: keyof ApiOptions) => string = (option) => `api.${option}`,
): ApiOptions {
  checkOptionNames('api', given, ['port', 'host', 'names'])
  const { port, host, names = [] } = given
  if (port !== undefined) checkPort(spell('port'), port, { from: 0 })
  if (host !== undefined && isIP(host) === 0) throw invalid(spell('host'), host, 'an address of this machine')
  for (const name of names) {
    if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(name))
      throw invalid(spell('names'), name, 'a host name without a port')
  }
  return given
}
