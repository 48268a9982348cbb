// Prints, for each pair of a port of 127.0.0.1 and a name, OK or why a client that dialled the name would not go on. The first
// argument is the directory of the PKI.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { checkServerIdentity, connect } from 'node:tls'

const [directory, ...pairs] = process.argv.slice(2)
const ca = readFileSync(`${directory}/ca.pem`)
for (let at = 0; at < pairs.length; at += 2) {
  const name = pairs[at + 1]
  const socket = connect({
    host: '127.0.0.1',
    port: Number(pairs[at]),
    ca,
    // An address is no name to tell a server.
    ...(isIP(name) === 0 && { servername: name }),
    checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
  })
  const said = await Promise.race([
    once(socket, 'secureConnect').then(
      () => 'OK',
      ({ message }) => message,
    ),
    once(socket, 'error').then(([{ message }]) => message),
  ])
  console.log(said)
  socket.destroy()
}
