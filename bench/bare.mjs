import net from 'node:net'
import tls from 'node:tls'

const listening = (server) =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })

const portAndClose = (server) => ({
  port: server.address().port,
  close: () => new Promise((resolve) => server.close(resolve)),
})

/** A server of node:net that says one line at once and does nothing else. */
export async function startBareNet({ greeting }) {
  const sockets = new Set()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    socket.write(greeting)
    socket.resume()
  })
  return { ...portAndClose(await listening(server)), sockets }
}

/** A server of node:tls with somebody's certificate, which says one line and does nothing else. */
export async function startBareTls({ key, cert, greeting, maxVersion }) {
  const sockets = new Set()
  const server = tls.createServer({ key, cert, noDelay: true, ...(maxVersion && { maxVersion }) }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    socket.write(greeting)
    socket.resume()
  })
  return { ...portAndClose(await listening(server)), sockets }
}

/** smtp-server as its documentation starts it, with its own built-in certificate. */
export async function startBareSmtpServer() {
  const { SMTPServer } = await import('smtp-server')
  const server = new SMTPServer({ authOptional: true, logger: false, disabledCommands: ['STARTTLS'] })
  server.on('error', () => {})
  const listener = await new Promise((resolve) => {
    const made = server.listen(0, '127.0.0.1', () => resolve(made))
  })
  return { port: listener.address().port, close: () => new Promise((resolve) => server.close(resolve)) }
}
