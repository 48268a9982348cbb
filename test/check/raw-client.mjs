// A mail client written for this test, right or wrong in one way, on bare sockets. It is told where to connect and never
// which scenario it meets: raw-client.mjs <behaviour> <protocol> <mode> <host> <port> <servername> <ca> <user> <password>
import { readFileSync } from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'

const [behaviour, protocol, mode, host, port, servername, ca, user, password] = process.argv.slice(2)

/** What each wrong client does about the certificate; the strict one does nothing special. */
const verification = {
  'verifies-nothing': { rejectUnauthorized: false },
  'skips-host-name': { checkServerIdentity: () => undefined },
  'ignores-dates': {},
  'distrusts-everything': { ca: [] },
}

let tags = 0
const tag = () => `a${++tags}`

/** Commands are made when they are sent, with the pattern that the last line of a positive answer fits. */
const dialects = {
  smtp: {
    greeting: /^220 .*\r\n/m,
    hello: () => ['EHLO client.example.com', /^250 .*\r\n/m],
    offersTls: /^250[ -]STARTTLS\r?$/im,
    startTls: () => ['STARTTLS', /^220 .*\r\n/m],
    login: () => [`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`, /^235 .*\r\n/m],
    quit: () => 'QUIT',
  },
  imap: {
    greeting: /^\* OK .*\r\n/m,
    hello: () => tagged('CAPABILITY'),
    offersTls: /^\* CAPABILITY .*\bSTARTTLS\b/im,
    startTls: () => tagged('STARTTLS'),
    login: () => tagged(`LOGIN "${user}" "${password}"`),
    quit: () => `${tag()} LOGOUT`,
  },
  pop3: {
    greeting: /^\+OK.*\r\n/m,
    hello: () => ['CAPA', /^\.\r\n/m],
    offersTls: /^STLS\r?$/im,
    startTls: () => ['STLS', /^\+OK.*\r\n/m],
    login: () => [`USER ${user}\r\nPASS ${password}`, /^\+OK.*\r\n\+OK.*\r\n/m],
    quit: () => 'QUIT',
  },
}
function tagged(command) {
  const name = tag()
  return [`${name} ${command}`, new RegExp(`^${name} OK.*\\r\\n`, 'm')]
}

const dialect = dialects[protocol]
const patience = 1500

/** Sends and waits for an answer; rejects when the server ends or takes too long. */
function talker(socket, before = '') {
  let buffer = before
  let wake = () => {}
  let ended
  socket.on('data', (chunk) => {
    buffer += chunk.toString('latin1')
    wake()
  })
  socket.on('error', (error) => {
    ended ??= error
    wake()
  })
  socket.on('close', () => {
    ended ??= new Error('the server closed the connection')
    wake()
  })
  const expect = (pattern) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer within ${patience} ms`)), patience)
      wake = () => {
        const found = pattern.exec(buffer)
        if (found) {
          clearTimeout(timer)
          const end = found.index + found[0].length
          const seen = buffer.slice(0, end)
          buffer = buffer.slice(end)
          resolve(seen)
        } else if (ended) {
          clearTimeout(timer)
          reject(ended)
        } else if (/^(?:5\d\d |4\d\d |a\d (?:NO|BAD)|-ERR)/m.test(buffer)) {
          clearTimeout(timer)
          reject(new Error(buffer.trim().split('\n').at(-1)))
        }
      }
      wake()
    })
  return {
    expect,
    /** What has come and was not read. */
    rest: () => buffer,
    ask: ([line, pattern]) => {
      const answer = expect(pattern)
      socket.write(`${line}\r\n`)
      return answer
    },
  }
}

function secure(socket) {
  return new Promise((resolve, reject) => {
    const options = { ca: readFileSync(ca), servername, ...verification[behaviour] }
    if (behaviour === 'ignores-dates') options.rejectUnauthorized = false
    const client = tls.connect({ socket, ...options })
    client.once('error', reject)
    client.once('secureConnect', () => {
      const { authorizationError } = client
      const dates = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']
      if (behaviour === 'ignores-dates' && authorizationError && !dates.includes(String(authorizationError))) {
        client.destroy()
        reject(new Error(String(authorizationError)))
      } else resolve(client)
    })
  })
}

const connect = () =>
  new Promise((resolve, reject) => {
    const socket = net.connect(Number(port), host, () => resolve(socket))
    socket.on('error', reject)
  })

async function session() {
  let socket = await connect()
  if (mode === 'implicit') {
    socket = await secure(socket)
    const talk = talker(socket)
    await talk.expect(dialect.greeting)
    await talk.ask(dialect.hello())
    return [socket, talk]
  }
  const clear = talker(socket)
  await clear.expect(dialect.greeting)
  const offered = dialect.offersTls.test(await clear.ask(dialect.hello()))
  try {
    if (!offered) throw new Error('STARTTLS is not supported by the server')
    await clear.ask(dialect.startTls())
  } catch (error) {
    if (behaviour !== 'falls-back-to-clear') throw error
    return [socket, clear]
  }
  socket.removeAllListeners('data')
  socket = await secure(socket)
  const talk = talker(socket, behaviour === 'follows-injected' ? clear.rest() : '')
  await talk.ask(dialect.hello())
  return [socket, talk]
}

async function run() {
  const [socket, talk] = await session()
  await talk.ask(dialect.login())
  socket.end(`${dialect.quit()}\r\n`)
}

try {
  await run()
  console.log('ok')
  process.exit(0)
} catch (error) {
  if (behaviour === 'crashes') process.kill(process.pid, 'SIGSEGV')
  // A dialogue box that nobody answers.
  if (behaviour === 'hangs') await new Promise(() => setInterval(() => {}, 1000))
  if (behaviour === 'says-success') process.exit(0)
  console.error(
    error.code && !String(error.message).includes(error.code) ? `${error.code}: ${error.message}` : error.message,
  )
  process.exit(1)
}
