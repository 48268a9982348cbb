// One protocol in modes starttls and plain, for a parent that attacks it. Tells its ports, then answers each message
// with what it knows of itself; the message 'close' ends it.
import { startMailServers } from '../../dist/index.mjs'

const servers = await startMailServers({ protocols: [process.argv[2]], modes: ['starttls', 'plain'] })
process.send({ ports: servers.endpoints.map(({ port }) => port) })

process.on('message', async (message) => {
  if (message !== 'close') return report()
  const defects = await servers.close().then(
    () => [],
    (error) => [String(error?.stack ?? error)],
  )
  process.send({ closed: true, defects }, () => process.disconnect())
})

function report() {
  // Clients send in messages by the thousand; nobody reads them here.
  for (const server of servers.endpoints) server.reset()
  process.send({ resident: process.memoryUsage.rss() / 1e6 })
}
