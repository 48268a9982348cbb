// Logs in over IMAP with implicit TLS. Arguments: host, port, user, password, and a JSON object of files: ca, cert, key, pfx.
import { readFileSync } from 'node:fs'
import { connect } from 'node:tls'

const [host, port, user, password, given = '{}'] = process.argv.slice(2)
const files = Object.entries(JSON.parse(given)).map(([option, file]) => [option, readFileSync(file)])
const options = { host, port: Number(port), timeout: 10_000, passphrase: 'mockmail', ...Object.fromEntries(files) }
const replies = [
  ['* OK', `a LOGIN ${user} ${password}`],
  ['a OK', 'b LOGOUT'],
]
const socket = connect(options)
let seen = ''
socket.on('timeout', () => socket.destroy(new Error('silence')))
socket.on('error', (error) => fail(`${error.code}: ${error.message}`))
socket.on('end', () => (seen.includes('b OK') ? console.log('logged in') : fail('closed')))
socket.on('data', (chunk) => {
  seen += chunk
  const [expected, command] = replies[0] ?? []
  if (expected === undefined || !seen.includes(expected)) return
  replies.shift()
  socket.write(`${command}\r\n`)
})

function fail(why) {
  console.log(why)
  process.exitCode = 1
}
