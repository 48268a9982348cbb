import { openHost } from '../control/host.ts'
import type { RunOptions } from '../fleet/options.ts'
import { writeFleet } from './shared/environment.ts'
import { keepHost } from './shared/kept-host.ts'

export type { RunOptions }

/**
 * For a global setup of your own, with what all servers have in common. The servers of `useMockMail({ shared: true })` come
 * from it.
 *
 * @example
 * module.exports = sharedFleet({ servernames: ['mail.example.com'] })
 */
export function sharedFleet(options: RunOptions = {}): () => Promise<void> {
  return async () => {
    const host = await openHost(options)
    keepHost(host)
    writeFleet(host.fleet)
  }
}

/** For jest's `globalSetup`: starts the fleet of the run. */
// biome-ignore lint/style/noDefaultExport: jest takes a global setup in no other way
export default sharedFleet()
