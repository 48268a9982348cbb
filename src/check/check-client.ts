import type { MailServer } from '../fleet/mail-server.ts'
import { checkOptionNames, invalid } from '../fleet/options.ts'
import { type StartOptions, startFleet, startOptionNames } from '../fleet/start.ts'
import type { WithCheckedList } from '../scenarios/checked.ts'
import { coreSet } from '../scenarios/registry.ts'
import type { ScenarioInput } from '../scenarios/scenario.ts'
import { modes as allModes } from '../scenarios/vocabulary.ts'
import { functionClient } from './client.ts'
import type { CheckReport } from './report.ts'
import { type CheckRunOptions, control, runCheck } from './run.ts'

/** Options of {@link checkClient}. */
export interface CheckOptions
  extends Omit<StartOptions, 'port' | 'portBase'>,
    Omit<CheckRunOptions, 'onProgress' | 'insist' | 'environment'> {
  /** Shown in the report. Default: the function's name, or `client`. */
  readonly name?: string
}

/**
 * `mockmail check` in process: calls the function once (or more often, where later connections matter) for each endpoint,
 * and judges what reached the server. What it rejects with is the client's error; nothing is thrown for it.
 *
 * @throws {MockmailError} as `startMailServers`
 * @example
 * const report = await checkClient((server) => sendMail(server), { protocols: ['smtp'] })
 * report.verdict // 'pass'
 */
export function checkClient<const Inputs extends readonly ScenarioInput[]>(
  act: (server: MailServer) => Promise<unknown>,
  options?: CheckOptions & WithCheckedList<Inputs>,
): Promise<CheckReport>
export async function checkClient(
  act: (server: MailServer) => Promise<unknown>,
  options: CheckOptions = {},
): Promise<CheckReport> {
  if (typeof act !== 'function') throw invalid('checkClient', act, 'a function that is given a server')
  checkOptionNames('checkClient', options, names)
  const { name = act.name || 'client', timeout, jobs, contract, requireRevocation, stop, ...start } = options
  const servers = await startFleet(
    { ...start, scenarios: withControl(start.scenarios ?? coreSet), modes: start.modes ?? defaultModes },
    { byName: false, twins: true },
  )
  try {
    return await runCheck(servers, functionClient(name, act), {
      ...(timeout !== undefined && { timeout }),
      ...(jobs !== undefined && { jobs }),
      ...(contract && { contract }),
      ...(requireRevocation && { requireRevocation }),
      ...(stop && { stop }),
      insist: start.protocols !== undefined || start.modes !== undefined,
    })
  } finally {
    await servers.close()
  }
}

const names = [...startOptionNames, 'name', 'timeout', 'jobs', 'contract', 'requireRevocation', 'stop'] as const

/** Every check begins with the good server, asked for or not. */
export const withControl = <T>(scenarios: readonly T[]): readonly (T | string)[] =>
  scenarios.some((scenario) => scenario === control) ? scenarios : [control, ...scenarios]

const defaultModes = allModes.filter((mode) => mode !== 'plain')
