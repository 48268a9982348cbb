// Clients that never come to an end by themselves. Each says so when its socket is gone.
const net = require('node:net')
const tls = require('node:tls')

const never = new Promise(() => {})

/** Sockets that are still there. */
const open = new Set()

function watch(socket) {
  open.add(socket)
  socket.on('error', () => {})
  socket.once('close', () => open.delete(socket))
  return socket
}

exports.clients = {
  'says nothing': async ({ port }) => {
    watch(net.connect(port, '127.0.0.1')).resume()
    await never
  },
  'reads nothing': async ({ port }) => {
    net.connect(port, '127.0.0.1').on('error', () => {})
    await never
  },
  'keeps its half open': async ({ port }) => {
    net
      .connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      .on('error', () => {})
      .resume()
    await never
  },
  'stays in its session': async (server) => {
    watch(tls.connect({ port: server.port, host: '127.0.0.1', ...server.tls })).resume()
    await never
  },
  'waits for what never comes': async (server) => {
    await server.waitForMessage({}, { timeout: 3_600_000 })
  },
}

/** Resolves when no socket is left. */
exports.allEnded = async () => {
  while (open.size > 0) await new Promise((resolve) => setImmediate(resolve))
  console.log('every client was ended')
}
