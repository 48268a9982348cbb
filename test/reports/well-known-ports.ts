import { type MailServers, MockmailError, startMailServers } from '../../src/index.ts'

/** The same, on the well-known ports plus an offset that happens to be free. */
export async function startOnWellKnownPorts(
  options: Omit<Parameters<typeof startMailServers>[0] & object, 'portOffset'>,
): Promise<{ readonly offset: number; readonly servers: MailServers }> {
  for (let offset = 12_000; ; offset += 1000) {
    try {
      return { offset, servers: await startMailServers({ ...options, portOffset: offset }) }
    } catch (error) {
      if (!(error instanceof MockmailError) || error.code !== 'PORT_IN_USE' || offset > 30_000) throw error
    }
  }
}
