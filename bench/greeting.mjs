import { startMailServers } from '../dist/index.mjs'
import { alternate } from './alternate.mjs'
import { startBareNet, startBareSmtpServer } from './bare.mjs'
import { timeGreeting } from './client.mjs'
import { atMost, row } from './report.mjs'

/** From the TCP connection to the greeting, as the client sees it, beside smtp-server and beside a bare line of text. */
export async function measureGreeting({ rounds = 30 } = {}) {
  const servers = await startMailServers({ scenarios: ['good'], modes: ['starttls'] })
  const smtpServer = await startBareSmtpServer()
  const line = await startBareNet({ greeting: '220 localhost ESMTP\r\n' })
  const ours = Object.fromEntries(servers.endpoints.map(({ protocol, port }) => [protocol, () => timeGreeting(port)]))
  const samples = await alternate(
    { smtpServer: () => timeGreeting(smtpServer.port), line: () => timeGreeting(line.port), ...ours },
    { rounds, warmup: 2 },
  )
  await Promise.all([servers.close(), smtpServer.close(), line.close()])
  const greetings = (besides) =>
    Object.keys(ours).map((protocol) =>
      row({ what: `greeting, ${protocol}`, samples: samples[protocol], beside: besides, goal: atMost(2, 'ms') }),
    )
  return [
    ...greetings({ what: 'smtp-server', samples: samples.smtpServer }),
    ...greetings({ what: 'one line of node:net', samples: samples.line }),
  ]
}
