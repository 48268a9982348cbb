// A server for STARTTLS sessions in a process of its own: ours, or bare node:net and node:tls that say the same bytes.
import net from 'node:net'
import tls from 'node:tls'

const [kind, protocol] = process.argv.slice(2)
const { port, ...facts } = kind === 'ours' ? await startOurs() : await startBare(JSON.parse(process.argv[4]))

process.on('message', (message) => {
  if (message === 'processor') {
    const { user, system } = process.cpuUsage()
    process.send({ processor: (user + system) / 1000 })
  } else process.exit(0)
})
process.send({ port, ...facts })

async function startOurs() {
  const { startMailServers } = await import('../../dist/index.mjs')
  const servers = await startMailServers({ scenarios: ['good'], protocols: [protocol], modes: ['starttls'] })
  const server = servers.endpoint()
  return { port: server.port, pki: servers.pki, ca: server.tls.ca, servername: server.servername }
}

/** Every line is answered by the next of the replies, whatever it says; the second is followed by TLS. */
async function startBare({ key, cert, replies }) {
  const secureContext = tls.createSecureContext({ key, cert })
  const [greeting, ...answers] = replies
  const server = net.createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    let asked = 0
    const answerLines = (stream) =>
      stream.on('data', () => {
        const answer = answers[asked++]
        if (asked === answers.length) return stream.end(answer)
        stream.write(answer)
        if (asked !== 2) return
        stream.removeAllListeners('data')
        const secured = new tls.TLSSocket(socket, { isServer: true, secureContext })
        secured.on('error', () => secured.destroy())
        answerLines(secured)
      })
    answerLines(socket)
    socket.write(greeting)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: server.address().port }
}
