// A client that behaves well: asks the same again and again, from a process of its own, and tells how long each answer
// took. The message 'report' asks for the times since the last one.
import net from 'node:net'

const socket = net.connect({ port: Number(process.argv[2]), host: '127.0.0.1' })
socket.setNoDelay(true)
let times = []
let asked
let failed

const ask = () => {
  asked = performance.now()
  socket.write('x NOOP\r\n')
}
socket.on('data', (bytes) => {
  if (asked !== undefined) times.push(performance.now() - asked)
  asked = undefined
  if (bytes.length > 0) setTimeout(ask, 5)
})
socket.on('error', ({ message }) => {
  failed = message
})
socket.on('close', () => {
  failed ??= 'closed'
})

process.on('message', () => {
  // One that is still not answered counts with what it has waited so far.
  const waiting = asked === undefined ? [] : [performance.now() - asked]
  process.send({ times: [...times, ...waiting], failed })
  times = []
})
process.on('disconnect', () => process.exit())
