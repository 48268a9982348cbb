// What every file of a run does that shares a fleet. `name` is the file's: only its own connections may be in its records.
const { createHash } = require('node:crypto')
const { readFileSync } = require('node:fs')
const { logIn, message } = require('./client.cjs')

exports.define = (name, { mail, it, expect }) => {
  const own = (server) => ({ ...server, user: name, tls: server.tls, mode: server.mode, protocol: server.protocol })

  it('has the CA of the run', () => {
    const hash = createHash('sha256').update(mail.ca.pem).digest('hex')
    expect(readFileSync(mail.ca.path, 'utf8')).toBe(mail.ca.pem)
    console.log(`CA ${hash} in ${mail.ca.path}`)
  })

  const rounds = [1, 2, 3, 4, 5, 6]
  it.each(rounds)('sees its own clients alone: round %s', async () => {
    const [good, expired] = await Promise.all([
      mail.start({ protocol: 'pop3', mode: 'implicit' }),
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
