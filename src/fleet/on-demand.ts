import { scenariosOfEntry } from '../scenarios/listing.ts'
import { catalogue } from '../scenarios/registry.ts'
import { resolveScenario } from '../scenarios/scenario.ts'
import { declareAll } from './assemble.ts'
import { MailServers } from './mail-servers.ts'
import { checkRunOptions, type RunOptions } from './options.ts'
import { layFoundation } from './start.ts'

/**
 * One PKI, with endpoints that are added to it as they are asked for, and files that are on disk from the start.
 *
 * @throws {MockmailError} INVALID_OPTION, PKI_UNUSABLE, FILE_UNWRITABLE
 */
export async function startOnDemand(options: RunOptions): Promise<MailServers> {
  const checked = checkRunOptions(options)
  const foundation = await layFoundation(checked)
  const { pki, close } = foundation
  // Some entries bring a root of their own: all are there from the start, so that the CA stays as it is.
  const endpoints = catalogue.flatMap(scenariosOfEntry).map((id) => ({ scenario: resolveScenario(id) }))
  await declareAll(endpoints, pki)
  const servers = new MailServers([], pki, { endpoints, leftOut: [] }, close, undefined, {
    options: checked,
    foundation,
    own: [],
  })
  try {
    // Written when it is first asked for.
    if (servers.pki === '') throw new Error('The files of the PKI have no directory.')
  } catch (error) {
    await servers.close()
    throw error
  }
  return servers
}
