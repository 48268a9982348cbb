import { startOnDemand } from '../fleet/on-demand.ts'
import type { RunOptions } from '../fleet/options.ts'
import type { ApiDoor } from './command-line.ts'

/** Where a worker finds the fleet of its run: what a global setup hands on. */
export interface SharedFleet extends ApiDoor {
  /** Directory with every file of the PKI. */
  readonly pki: string
}

/** The process that has the servers of all workers. */
export interface Host {
  readonly fleet: SharedFleet
  close(): Promise<void>
}

/**
 * Starts the fleet of a run: one PKI, and endpoints that are lent to one worker at a time, over the control API.
 * @throws {MockmailError} INVALID_OPTION, PKI_UNUSABLE, FILE_UNWRITABLE
 */
export async function openHost(options: RunOptions): Promise<Host> {
  const servers = await startOnDemand(options)
  try {
    // Only the main process of a run has a server; its workers load this file for the types alone.
    const { openApi } = await import('./server.ts')
    const { port, token, close } = await openApi(servers)
    return {
      fleet: { port, token, pki: servers.pki },
      async close() {
        await close()
        await servers.close()
      },
    }
  } catch (error) {
    await servers.close()
    throw error
  }
}
