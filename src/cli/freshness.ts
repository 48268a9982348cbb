import { pause } from '../clock.ts'
import type { MailServers } from '../fleet/start.ts'

/** Milliseconds. A CRL is good for a week, and a leaf that is not valid yet is issued anew within a day. */
const period = 6 * 3_600_000

/**
 * Writes the files of the PKI anew four times a day, for a command that runs for weeks. Never ends by itself, and does not
 * keep the process alive. Files that cannot be written are told of, and the servers go on.
 */
export async function keepFilesFresh(
  servers: Pick<MailServers, 'refresh'>,
  tell: (text: string) => void,
  wait: (ms: number) => Promise<void> = pause,
): Promise<never> {
  for (;;) {
    await wait(period)
    try {
      servers.refresh()
    } catch (error) {
      tell(`mockmail: ${(error as Error).message}`)
    }
  }
}
