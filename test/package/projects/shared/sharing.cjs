// What every file of a run does that shares a fleet. `name` is the file's: only its own connections may be in its records.
const { execFileSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const { readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { logIn, message } = require('./client.cjs')

exports.define = (name, { mail, it, expect }) => {
  const own = (server) => ({ ...server, user: name, tls: server.tls, mode: server.mode, protocol: server.protocol })

  it('begins when all files have', () => allHere(name))

  it('has the CA of the run', () => {
    const hash = createHash('sha256').update(mail.ca.pem).digest('hex')
    expect(readFileSync(mail.ca.path, 'utf8')).toBe(mail.ca.pem)
    console.log(`CA ${hash} in ${mail.ca.path}`)
  })

  const rounds = [1, 2, 3]
  it.each(rounds)('sees its own clients alone: round %s', async () => {
    const [good, expired] = await Promise.all([
      mail.start({ protocol: 'imap', mode: 'starttls' }),
      mail.start({ protocol: 'imap', mode: 'starttls', scenario: 'expired' }),
    ])
    expect(good.tls.ca).toBe(mail.ca.pem)
    const refused = expect(logIn(expired)).rejects.toThrow(/expired/)
    await Promise.all([logIn(own(good)), logIn(own(good)), refused])
    await expect(good).toHaveBeenAccepted()
    await expect(expired).toHaveBeenRefused({ because: 'expired' })
    expect(good.connections.map(({ credentials }) => credentials.map(({ user }) => user))).toEqual([[name], [name]])
    expect(expired.connections).toHaveLength(1)
  })

  // Not where the servers are in this very process.
  if (process.env.TOGETHER) {
    it('serves a client that lets its worker do nothing else', async () => {
      const server = await mail.start({ protocol: 'pop3', mode: 'plain' })
      const client = `
        const socket = require('node:net').connect(${server.port}, '127.0.0.1', () => socket.write('QUIT\\r\\n'))
        socket.pipe(process.stdout)
      `
      expect(String(execFileSync(process.execPath, ['-e', client]))).toContain('+OK mockmail')
      await server.outcome()
      expect(server.connections.map(({ commands }) => commands.map(({ verb }) => verb))).toEqual([['QUIT']])
    })
  }

  it('receives its own messages alone', async () => {
    const server = await mail.start({ protocol: 'smtp', mode: 'starttls' })
    const [received] = await Promise.all([
      server.waitForMessage({ subject: name }),
      logIn(own(server), { send: message(name) }),
    ])
    expect(received.headers.get('subject')).toEqual([name])
    expect(server.messages).toHaveLength(1)
    server.reset()
    expect([server.messages, server.connections]).toEqual([[], []])
  })
}

/** Where files run side by side, none goes on before all are there. */
async function allHere(name) {
  const { TOGETHER: directory } = process.env
  if (!directory) return
  writeFileSync(join(directory, name), '')
  while (readdirSync(directory).length < 4) await new Promise((resolve) => setTimeout(resolve, 20))
}
