// The clients of the soak: curl, Python and Node side by side, and some that have no manners.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
import { promisify } from 'node:util'
import { ImapFlow } from 'imapflow'
import { createTransport } from 'nodemailer'

/** Three lanes beside each other until the time is over; each goes round all ports. */
export async function play(ready, until, tally) {
  const lanes = [curl, python, node]
  await Promise.all(
    lanes.map(async (lane) => {
      while (performance.now() < until) {
        for (const [kind, client] of lane(ready, next(lane, ready))) {
          const count = tally.get(kind) ?? { ok: 0, failed: 0 }
          tally.set(kind, count)
          await client().then(
            () => count.ok++,
            () => count.failed++,
          )
        }
      }
    }),
  )
}

const turns = new Map()

function next(lane, { endpoints }) {
  const turn = turns.get(lane) ?? 0
  turns.set(lane, turn + 1)
  return { ...endpoints[turn % endpoints.length], careless: Math.floor(turn / endpoints.length) % 2 === 1 }
}

const mail = (size) => `From: a@example.com\r\nTo: b@example.com\r\nSubject: soak\r\n\r\n${'x'.repeat(size)}\r\n`

const command = promisify(execFile)

function finished(program, args, input = '') {
  const running = command(program, args, { timeout: 20_000, maxBuffer: 8 << 20 })
  running.child.stdin.on('error', () => {})
  running.child.stdin.end(input)
  return running
}

/** Verifies in one round, and takes any certificate in the next. */
function curl({ ca, user, password }, { protocol, url, careless }) {
  const trust = careless ? ['-k'] : ['--cacert', ca]
  const common = ['-q', '-sS', '-m', '15', '--ssl-reqd', ...trust, '-u', `${user}:${password}`]
  const send = ['--mail-from', 'a@example.com', '--mail-rcpt', 'b@example.com', '-T', '-']
  const args = { smtp: [...send, url], imap: ['-X', 'STATUS INBOX (MESSAGES)', url], pop3: [url] }[protocol]
  return [[`curl ${protocol}`, () => finished('curl', [...common, ...args], mail(2000))]]
}

const script = `
import imaplib, poplib, smtplib, ssl, sys
protocol, mode, port, ca, user, password, careless = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
if careless == "true":
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
port = int(port)
implicit = mode == "implicit"
if protocol == "smtp":
    client = smtplib.SMTP_SSL("localhost", port, timeout=10, context=context) if implicit else smtplib.SMTP("localhost", port, timeout=10)
    with client:
        if not implicit: client.starttls(context=context)
        client.login(user, password)
        client.sendmail("a@example.com", ["b@example.com"], sys.stdin.read())
elif protocol == "imap":
    client = imaplib.IMAP4_SSL("localhost", port, timeout=10, ssl_context=context) if implicit else imaplib.IMAP4("localhost", port, timeout=10)
    with client:
        if not implicit: client.starttls(ssl_context=context)
        client.login(user, password)
        client.select("INBOX")
        client.fetch("1:*", "(UID BODY.PEEK[])")
        client.store("1:*", "+FLAGS", "\\\\Deleted")
        client.expunge()
else:
    client = poplib.POP3_SSL("localhost", port, timeout=10, context=context) if implicit else poplib.POP3("localhost", port, timeout=10)
    if not implicit: client.stls(context=context)
    client.user(user)
    client.pass_(password)
    for number in range(1, client.stat()[0] + 1):
        client.retr(number)
        client.dele(number)
    client.quit()
`

function python({ ca, user, password }, { protocol, mode, port, careless }) {
  const args = ['-c', script, protocol, mode, String(port), ca, user, password, String(careless)]
  return [[`python ${protocol}`, () => finished('python3', args, mail(20_000))]]
}

function node(ready, endpoint) {
  const polite = { smtp: nodemailer, imap: imapflow, pop3: () => talk(ready, endpoint) }[endpoint.protocol]
  return [
    [`node ${endpoint.protocol}`, () => polite(ready, endpoint)],
    ['reset on accept', () => rude(endpoint, '')],
    ['nonsense, then reset', () => rude(endpoint, '\x16\x03\x01\x00\x05nonsense\r\n')],
  ]
}

const trusting = ({ ca }, { careless }) => ({
  ca: readFileSync(ca),
  rejectUnauthorized: !careless,
  servername: 'localhost',
})

async function nodemailer(ready, endpoint) {
  const transport = createTransport({
    host: 'localhost',
    port: endpoint.port,
    secure: endpoint.mode === 'implicit',
    requireTLS: true,
    auth: { user: ready.user, pass: ready.password },
    tls: trusting(ready, endpoint),
    connectionTimeout: 5000,
    greetingTimeout: 5000,
    socketTimeout: 5000,
  })
  try {
    await transport.sendMail({ from: 'a@example.com', to: 'b@example.com', subject: 'soak', text: 'x'.repeat(5000) })
  } finally {
    transport.close()
  }
}

async function imapflow(ready, endpoint) {
  const client = new ImapFlow({
    host: 'localhost',
    port: endpoint.port,
    secure: endpoint.mode === 'implicit',
    doSTARTTLS: endpoint.mode === 'starttls',
    auth: { user: ready.user, pass: ready.password },
    tls: trusting(ready, endpoint),
    connectionTimeout: 5000,
    greetingTimeout: 5000,
    socketTimeout: 5000,
    logger: false,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.mailboxOpen('INBOX')
    await client.fetchAll('1:*', { uid: true, source: true, bodyStructure: true })
    await client.messageDelete('1:*')
    await client.logout()
  } finally {
    client.close()
  }
}

/** Implicit TLS until the greeting; left without QUIT. */
function talk(ready, endpoint) {
  return ended(tls.connect({ port: endpoint.port, host: 'localhost', ...trusting(ready, endpoint) }), (socket) =>
    socket.once('data', () => socket.end()),
  )
}

function rude({ port }, said) {
  return ended(net.connect(port, 'localhost'), (socket) =>
    socket.once('connect', () => {
      if (said === '') return void socket.resetAndDestroy()
      socket.write(said, () => socket.resetAndDestroy())
    }),
  )
}

function ended(socket, play) {
  return new Promise((resolve, reject) => {
    socket.setTimeout(2000, () => socket.destroy(new Error('silence')))
    socket.once('error', reject)
    socket.once('close', resolve)
    play(socket)
  })
}
