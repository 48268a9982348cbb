// Reads targets as JSON on stdin and prints one line per finding: what tls.connect and four mail libraries say.
import { readFileSync } from 'node:fs'
import tls from 'node:tls'
import NodeImap from 'imap'
import { ImapFlow } from 'imapflow'
import Pop3 from 'node-pop3'
import nodemailer from 'nodemailer'

const { ca: file, limit, targets } = JSON.parse(readFileSync(0, 'utf8'))
const ca = readFileSync(file)

const runs = { 'tls.connect': handshake, nodemailer: sendMail, imapflow: flow, imap: nodeImap, 'node-pop3': pop3 }

for (const [index, target] of targets.entries()) {
  for (const [client, run] of Object.entries(runs)) {
    const trial = run(target)
    if (!trial) continue
    const error = await withLimit(trial)
    const { code, message } = error ?? {}
    console.log(JSON.stringify({ index, client, ok: !error, code: code ?? null, texts: error ? [message] : [] }))
  }
}
process.exit()

function withLimit(trial) {
  const late = new Promise((resolve) =>
    setTimeout(() => resolve({ code: null, message: `no answer within ${limit} ms` }), limit),
  )
  return Promise.race([
    trial.then(
      () => undefined,
      (error) => error,
    ),
    late,
  ])
}

function tlsOptions({ servername, crl }) {
  return {
    ca,
    servername,
    ...(crl && {
      crl: readFileSync(crl)
        .toString()
        .match(/-----BEGIN[\s\S]*?-----END[^\n]*\n/g),
    }),
  }
}

function handshake(target) {
  if (target.mode !== 'implicit') return undefined
  return new Promise((resolve, reject) => {
    let secure = false
    const socket = tls.connect({ host: target.host, port: target.port, ...tlsOptions(target) }, () => {
      secure = true
      socket.end(target.protocol === 'imap' ? 'a LOGOUT\r\n' : 'QUIT\r\n')
    })
    // A missing client certificate shows after the handshake, and a lost connection may show as no error.
    socket.resume().on('error', reject)
    socket.on('close', () => (secure ? resolve() : reject(new Error('no answer within the handshake'))))
  })
}

function sendMail(target) {
  if (target.protocol !== 'smtp') return undefined
  const { host, port, user, password, mode } = target
  const transport = nodemailer.createTransport({
    host,
    port,
    secure: mode === 'implicit',
    requireTLS: mode === 'starttls',
    auth: { user, pass: password },
    tls: tlsOptions(target),
    connectionTimeout: limit,
    greetingTimeout: limit - 1000,
    socketTimeout: limit,
  })
  return transport.sendMail({ from: 'a@example.com', to: 'b@example.com', subject: 'x', text: 'x' })
}

function flow(target) {
  if (target.protocol !== 'imap') return undefined
  const { host, port, user, password, mode } = target
  const client = new ImapFlow({
    host,
    port,
    secure: mode === 'implicit',
    doSTARTTLS: mode === 'starttls',
    auth: { user, pass: password },
    tls: tlsOptions(target),
    logger: false,
    greetingTimeout: limit - 1000,
    connectionTimeout: limit,
  })
  client.on('error', () => {})
  return client.connect().then(() => client.logout())
}

function nodeImap(target) {
  if (target.protocol !== 'imap') return undefined
  const { host, port, user, password, mode } = target
  return new Promise((resolve, reject) => {
    const client = new NodeImap({
      host,
      port,
      user,
      password,
      tls: mode === 'implicit',
      autotls: mode === 'starttls' ? 'required' : 'never',
      tlsOptions: tlsOptions(target),
      connTimeout: limit - 1000,
      authTimeout: limit - 1000,
    })
    client.on('error', reject).once('ready', () => {
      client.end()
      resolve()
    })
    client.connect()
  })
}

function pop3(target) {
  if (target.protocol !== 'pop3' || target.mode !== 'implicit') return undefined
  const { host, port, user, password } = target
  const client = new Pop3({
    host,
    port,
    user,
    password,
    tls: true,
    tlsOptions: tlsOptions(target),
    servername: target.servername,
    timeout: limit - 1000,
  })
  return client.STAT().then(() => client.QUIT())
}
