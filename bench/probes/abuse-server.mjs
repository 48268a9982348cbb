// Servers for a parent that attacks them. Tells their ports and what it took to start, then answers each message with the
// most that it took since; the message 'close' ends it.
import { startMailServers } from '../../dist/index.mjs'

const servers = await startMailServers({
  scenarios: ['good', 'expired', 'revoked'],
  modes: ['plain', 'implicit', 'starttls'],
})
const nameOf = ({ scenario, protocol, mode }) => (mode === 'plain' ? protocol : `${scenario} ${protocol} ${mode}`)
const ports = Object.fromEntries(servers.endpoints.map((server) => [nameOf(server), server.port]))
globalThis.gc?.()
const idle = process.memoryUsage.rss() / 1e6
process.send({ ports, idle })

process.on('message', async (message) => {
  // In kibibytes.
  if (message !== 'close') return process.send({ largest: (process.resourceUsage().maxRSS * 1024) / 1e6 })
  const defects = await servers.close().then(
    () => [],
    (error) => [String(error?.stack ?? error)],
  )
  process.send({ defects }, () => process.disconnect())
})
