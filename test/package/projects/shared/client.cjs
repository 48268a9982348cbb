// A small mail client: TLS first, the password behind it. With `strict: false` it looks at no certificate.
const net = require('node:net')
const tls = require('node:tls')

const protocols = {
  imap: {
    greeting: /^\* OK .*\r\n/,
    starttls: ['a STARTTLS', /^a OK.*\r\n/m],
    hello: [],
    login: (user, password) => [[`b LOGIN "${user}" "${password}"`, /^b OK.*\r\n/m]],
    quit: 'c LOGOUT',
  },
  pop3: {
    greeting: /^\+OK.*\r\n/,
    starttls: ['STLS', /^\+OK.*\r\n/],
    hello: [],
    login: (user, password) => [
      [`USER ${user}`, /^\+OK.*\r\n/],
      [`PASS ${password}`, /^\+OK.*\r\n/],
    ],
    quit: 'QUIT',
  },
  smtp: {
    greeting: /^220 .*\r\n/m,
    starttls: ['STARTTLS', /^220 .*\r\n/m],
    hello: [['EHLO localhost', /^250 .*\r\n/m]],
    login: (user, password) => [
      [`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString('base64')}`, /^235 .*\r\n/m],
    ],
    quit: 'QUIT',
  },
}

/** Rejects with the TLS error, or with what the server said in place of yes. */
exports.logIn = async (server, { strict = true, send } = {}) => {
  const { greeting, hello, starttls, login, quit } = protocols[server.protocol]
  const options = { ...server.tls, rejectUnauthorized: strict }
  const raw = net.connect(server.port, '127.0.0.1')
  const closed = new Promise((resolve) => raw.once('close', resolve))
  try {
    let socket = raw
    if (server.mode === 'implicit') socket = await secure(raw, options)
    let talk = converse(socket)
    await talk(undefined, greeting)
    if (server.mode === 'starttls') {
      for (const [line, reply] of [...hello, starttls]) await talk(line, reply)
      talk.end()
      socket = await secure(raw, options)
      talk = converse(socket)
    }
    for (const [line, reply] of [...hello, ...login(server.user, server.password), ...(send ?? [])]) {
      await talk(line, reply)
    }
    socket.end(`${quit}\r\n`)
    await closed
  } finally {
    raw.destroy()
  }
}

/** What `logIn` of SMTP sends when it is to send a message. */
exports.message = (subject) => [
  ['MAIL FROM:<a@example.com>', /^250 .*\r\n/m],
  ['RCPT TO:<b@example.com>', /^250 .*\r\n/m],
  ['DATA', /^354 .*\r\n/m],
  [`Subject: ${subject}\r\n\r\nHello.\r\n.`, /^250 .*\r\n/m],
]

function secure(socket, options) {
  return new Promise((resolve, reject) => {
    const secured = tls.connect({ socket, ...options })
    secured.once('secureConnect', () => resolve(secured))
    secured.on('error', reject)
  })
}

/** Says a line, and waits for the reply to be complete. */
function converse(socket) {
  let seen = ''
  let look = () => {}
  const onData = (chunk) => {
    seen += chunk
    look()
  }
  const onClose = () => look('closed')
  socket.on('data', onData)
  socket.on('close', onClose)
  socket.on('error', () => {})
  const talk = (line, reply) =>
    new Promise((resolve, reject) => {
      if (line !== undefined) {
        seen = ''
        socket.write(`${line}\r\n`)
      }
      look = (closed) => {
        if (reply.test(seen)) resolve(seen)
        else if (closed || /^(?:[a-z] (?:NO|BAD)|-ERR|[45]\d\d ).*\r\n/m.test(seen)) reject(new Error(`said: ${seen}`))
      }
      look(socket.destroyed ? 'closed' : undefined)
    })
  talk.end = () => {
    socket.off('data', onData)
    socket.off('close', onClose)
  }
  return talk
}
