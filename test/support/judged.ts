import type { MailServer, MailServers, Protocol } from '../../src/index.ts'

/** An endpoint of a fleet that many tests share, as if nobody had been there. */
export function freshAt(
  servers: MailServers,
  scenario: string,
  protocol: Protocol,
  mode: 'implicit' | 'starttls',
): MailServer {
  const server = servers.endpoint({ scenario, protocol, mode })
  server.reset()
  return server
}

/** What it came to, as soon as the client has gone. */
export async function judged(server: MailServer): Promise<string> {
  const { outcome, detail, verdict } = await server.outcome({ settle: 10 })
  return `${outcome} ${detail} ${verdict}`
}

export const leaked = 'leaked leak-credentials-clear fail'
