// Sessions of nodemailer, imapflow, node-imap and node-pop3; what goes in and out is told in scripted.ts. The first
// argument is the library.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [library, trust, ca, from, to, file, number, crls] = process.argv.slice(2)
const given = trust === 'given'

/** The roots, and the CRLs if any. Each CRL on its own: of several in one string OpenSSL reads the first only. */
const verifying = given && {
  ca: readFileSync(ca),
  rejectUnauthorized: true,
  ...(crls !== '-' && { crl: readFileSync(crls, 'utf8').split(/(?<=-----END X509 CRL-----\n)/) }),
}

const libraries = {
  async nodemailer({ mode, host, port, user, password }) {
    const { createTransport } = await import('nodemailer')
    const transport = createTransport({
      host,
      port,
      secure: mode === 'implicit',
      auth: { user, pass: password },
      ...(given && { requireTLS: mode === 'starttls', tls: verifying }),
    })
    try {
      await transport.sendMail({ envelope: { from, to }, raw: readFileSync(file) })
      return {}
    } finally {
      transport.close()
    }
  },

  async imapflow({ mode, host, port, user, password }) {
    const { ImapFlow } = await import('imapflow')
    const client = new ImapFlow({
      host,
      port,
      secure: mode === 'implicit',
      auth: { user, pass: password },
      logger: false,
      ...(given && { tls: verifying, ...(mode === 'starttls' && { doSTARTTLS: true }) }),
    })
    // The same failure rejects connect().
    client.on('error', () => {})
    try {
      await client.connect()
      const listed = (await client.list()).map(({ path }) => path)
      await client.mailboxOpen('INBOX', { readOnly: true })
      const { source } = await client.fetchOne(number, { source: true })
      await client.logout()
      return { listed, fetched: source }
    } finally {
      client.close()
    }
  },

  async 'node-imap'({ mode, host, port, user, password }) {
    const { default: Imap } = await import('imap')
    const client = new Imap({
      host,
      port,
      user,
      password,
      tls: mode === 'implicit',
      autotls: mode === 'starttls' ? 'always' : 'never',
      ...(given && { tlsOptions: verifying }),
    })
    const failed = new Promise((_, reject) => client.once('error', reject))
    const asked = (ask) => new Promise((resolve, reject) => ask((error, it) => (error ? reject(error) : resolve(it))))
    const session = async () => {
      client.connect()
      await once(client, 'ready')
      const boxes = await asked((done) => client.getBoxes(done))
      await asked((done) => client.openBox('INBOX', true, done))
      const chunks = []
      const fetching = client.seq.fetch(number, { bodies: '' })
      fetching.on('message', (message) =>
        message.on('body', (stream) => stream.on('data', (chunk) => chunks.push(chunk))),
      )
      await once(fetching, 'end')
      const closed = once(client, 'close')
      client.end()
      await closed
      return { listed: Object.keys(boxes), fetched: Buffer.concat(chunks) }
    }
    try {
      return await Promise.race([session(), failed])
    } finally {
      client.destroy()
    }
  },

  async 'node-pop3'({ host, port, user, password }) {
    const { default: Pop3 } = await import('node-pop3')
    const client = new Pop3({ host, port, user, password, tls: true, ...(given && { tlsOptions: verifying }) })
    const listed = (await client.LIST()).map((line) => line.join(' '))
    // It takes the last CRLF for a part of the end.
    const fetched = Buffer.from(`${await client.RETR(number)}\r\n`, 'latin1')
    await client.QUIT()
    return { listed, fetched }
  },
}

const encode = (octets) => (octets === undefined ? '-' : Buffer.from(octets).toString('base64'))

for await (const line of createInterface({ input: process.stdin })) {
  const [, mode, host, port, user, password] = line.split(' ')
  try {
    const { listed, fetched } = await libraries[library]({ mode, host, port: Number(port), user, password })
    console.log(['ok', '-', encode(listed?.join('\n')), encode(fetched)].join())
  } catch (error) {
    const words = error.code === undefined ? error.message : `${error.code}: ${error.message}`
    console.log(['error', encode(words), '-', '-'].join())
  }
}
