import { MockmailError } from '../errors.ts'
import type { EndpointEvent, ReadyEvent } from './events.ts'

/**
 * What `exec` tells its child. The ready file is the contract; the variables per endpoint are a convenience.
 *
 * @throws {MockmailError} NAME_COLLISION when two endpoints would share a name
 */
export function environmentOf(ready: ReadyEvent, readyFile: string): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {
    MOCKMAIL_CA: ready.ca,
    MOCKMAIL_PKI: ready.pki,
    MOCKMAIL_READY: readyFile,
    MOCKMAIL_USER: ready.user,
    MOCKMAIL_PASSWORD: ready.password,
    ...(ready.api !== undefined && { MOCKMAIL_API: ready.api }),
    ...(ready.token !== undefined && { MOCKMAIL_TOKEN: ready.token }),
  }
  const owners = new Map<string, string>()
  for (const endpoint of ready.endpoints) {
    const { scenario, protocol, mode, url, port } = endpoint
    const prefix = `MOCKMAIL_${spell(scenario)}_${spell(protocol)}_${spell(mode)}`
    const owner = owners.get(prefix)
    // With --port-offset an endpoint is on two ports; the last one, submission's, is the one to dial.
    if (owner !== undefined && owner !== scenario) {
      throw new MockmailError(
        'NAME_COLLISION',
        `Two scenarios would both be ${prefix}_URL, one of them '${scenario}'. Start them in two runs, or read the ready file.`,
      )
    }
    owners.set(prefix, scenario)
    environment[`${prefix}_URL`] = url
    environment[`${prefix}_PORT`] = String(port)
  }
  const [only, another] = ready.endpoints.filter(({ role }) => role !== 'twin')
  return only && !another ? { ...environment, ...singleEndpoint(only) } : environment
}

/** What the child inherits: everything but what an outer run of mockmail said about its own endpoints. */
export const childEnvironment = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !said.test(name)))

const said =
  /^MOCKMAIL_(?:CA|PKI|READY|USER|PASSWORD|API|TOKEN|HOST|SERVERNAME|PROTOCOL|MODE|SCENARIO|(?:[A-Z0-9_]+_)?(?:URL|PORT))$/

/** The variables of a run with one endpoint, which `check` uses for every run. */
export const singleEndpoint = (endpoint: EndpointEvent): Readonly<Record<string, string>> => ({
  MOCKMAIL_HOST: endpoint.host,
  MOCKMAIL_PORT: String(endpoint.port),
  MOCKMAIL_SERVERNAME: endpoint.servername,
  MOCKMAIL_URL: endpoint.url,
  MOCKMAIL_PROTOCOL: endpoint.protocol,
  MOCKMAIL_MODE: endpoint.mode,
  MOCKMAIL_SCENARIO: endpoint.scenario,
})

const spell = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]/g, '_')
