import { writeFleet } from './shared/environment.ts'
import { takeHost } from './shared/kept-host.ts'

/** For jest's `globalTeardown`: closes the fleet that the global setup has started. */
// biome-ignore lint/style/noDefaultExport: jest takes a global teardown in no other way
export default async function closeFleet(): Promise<void> {
  writeFleet(undefined)
  await takeHost()?.close()
}
