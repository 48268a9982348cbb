import net from 'node:net'
import { setImmediate } from 'node:timers/promises'
import tls from 'node:tls'

const ended = (socket) => new Promise((resolve) => socket.once('close', resolve))

const once = (socket, event) =>
  new Promise((resolve, reject) => {
    socket.once(event, resolve)
    socket.once('error', reject)
  })

/** Milliseconds from the TCP connection to the first bytes that the server says. */
export async function timeGreeting(port) {
  const socket = net.connect({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  const started = performance.now()
  await once(socket, 'data')
  const elapsed = performance.now() - started
  const closed = ended(socket)
  socket.destroy()
  await closed
  return elapsed
}

/**
 * One TLS connection from connect to close, nothing resumed. Milliseconds to the end of the handshake; until the greeting
 * was read and both sides have closed; and of the processor, for client and server and what they clear away behind it.
 */
export async function timeHandshake({ port, ca, servername }) {
  const before = process.cpuUsage()
  const started = performance.now()
  const socket = tls.connect({ port, host: '127.0.0.1', ca, servername })
  await once(socket, 'secureConnect')
  const handshake = performance.now() - started
  await once(socket, 'data')
  const closed = ended(socket)
  socket.end()
  await closed
  const whole = performance.now() - started
  // The server's end comes a turn or two later, and must not be charged to the next connection.
  for (let turn = 0; turn < 5; turn++) await setImmediate()
  const { user, system } = process.cpuUsage(before)
  return { handshake, whole, processor: (user + system) / 1000 }
}

/** Opens so many connections and waits for a byte on each. */
export function openMany({ port, count, secure }) {
  const open = async () => {
    const at = { port, host: '127.0.0.1' }
    const socket = secure ? tls.connect({ ...at, rejectUnauthorized: false }) : net.connect(at)
    await once(socket, 'data')
    socket.on('error', () => {})
    socket.resume()
    return socket
  }
  return inBatches(count, 50, open)
}

async function inBatches(count, size, make) {
  const made = []
  while (made.length < count) {
    made.push(...(await Promise.all(Array.from({ length: Math.min(size, count - made.length) }, make))))
  }
  return made
}
