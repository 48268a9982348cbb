// In a fresh process: import, start one server, first greeting. Milliseconds of each.
import net from 'node:net'

const [who, protocol, mode] = process.argv.slice(2)

const subjects = {
  async mockmail() {
    const { startMailServer } = await import('../../dist/index.mjs')
    return () => startMailServer({ protocol, mode })
  },
  async 'smtp-server'() {
    await import('smtp-server')
    const { startBareSmtpServer } = await import('../bare.mjs')
    return startBareSmtpServer
  },
}

const begun = performance.now()
const start = await subjects[who]()
const imported = performance.now()
const server = await start()
const started = performance.now()
const greeting = mode === 'implicit' ? null : await firstGreeting(server.port)
await server.close()
process.stdout.write(JSON.stringify({ import: imported - begun, start: started - imported, greeting }))

function firstGreeting(port) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1').on('error', reject)
    let connected
    socket.once('connect', () => {
      connected = performance.now()
    })
    socket.once('data', () => {
      resolve(performance.now() - connected)
      socket.destroy()
    })
  })
}
