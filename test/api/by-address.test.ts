import { once } from 'node:events'
import { type ConnectionOptions, connect, type DetailedPeerCertificate } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type MailServer, startMailServer } from '../../src/index.ts'

const where = { protocol: 'imap', mode: 'implicit' } as const

/** What a client that dials so is shown. */
async function shown(server: MailServer, servername: string | undefined): Promise<DetailedPeerCertificate> {
  const ended = server.waitForConnection()
  const socket = connect({
    host: server.host,
    port: server.port,
    ca: server.tls.ca,
    checkServerIdentity: () => undefined,
    ...(servername !== undefined && { servername }),
  })
  await once(socket, 'secureConnect')
  const certificate = socket.getPeerCertificate(true)
  socket.destroy()
  await ended
  return certificate
}

describe('the certificate that a client is shown', () => {
  it.each([
    ['localhost', 'DNS:localhost, DNS:mail.mockmail.test'],
    ['mail.mockmail.test', 'DNS:localhost, DNS:mail.mockmail.test'],
    // Nobody is told here that there is no such name: that is for the client to see.
    ['nowhere.example.com', 'DNS:localhost, DNS:mail.mockmail.test'],
  ])('has no address for %s', async (servername, names) => {
    await using server = await startMailServer(where)
    expect((await shown(server, servername)).subjectaltname).toBe(names)
  })

  it('has the addresses without a server name, and the record names that very certificate', async () => {
    await using server = await startMailServer(where)
    const byAddress = await shown(server, undefined)
    const byName = await shown(server, 'localhost')
    expect(byAddress.subjectaltname).toBe(
      'DNS:localhost, DNS:mail.mockmail.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    )
    expect(server.connections.map(({ handshake }) => handshake.certificate)).toEqual([
      { id: 'good', subject: 'CN=localhost', fingerprint256: byAddress.fingerprint256 },
      { id: 'good', subject: 'CN=localhost', fingerprint256: byName.fingerprint256 },
    ])
    expect(byAddress.fingerprint256).not.toBe(byName.fingerprint256)
  })

  it.each([
    ['starttls', 'good', true],
    ['implicit', 'expired', true],
    ['implicit', 'wrong-host', false],
  ] as const)('has them over %s with %s: %s', async (mode, scenario, has) => {
    await using server = await startMailServer({ protocol: 'imap', mode, scenario })
    const socket =
      mode === 'implicit'
        ? connect({ host: server.host, port: server.port, rejectUnauthorized: false })
        : await upgraded(server)
    await once(socket, 'secureConnect')
    expect(socket.getPeerCertificate().subjectaltname?.includes('IP Address:127.0.0.1')).toBe(has)
    socket.destroy()
  })

  it('is resumed by the ticket of its own server, and by no other', async () => {
    await using server = await startMailServer(where)
    const dial = (options: ConnectionOptions) =>
      connect({ host: server.host, port: server.port, rejectUnauthorized: false, ...options })
    const first = dial({})
    const [session] = await once(first, 'session')
    first.destroy()
    const isResumed = async (options: ConnectionOptions) => {
      const socket = dial({ session, ...options })
      await once(socket, 'secureConnect')
      const reused = socket.isSessionReused()
      socket.destroy()
      return reused
    }
    expect(await isResumed({})).toBe(true)
    expect(await isResumed({ servername: 'localhost' })).toBe(false)
  })
})

async function upgraded(server: MailServer) {
  const { connect: dial } = await import('node:net')
  const raw = dial(server.port, server.host)
  await once(raw, 'data')
  raw.write('a STARTTLS\r\n')
  await once(raw, 'data')
  return connect({ socket: raw, rejectUnauthorized: false })
}
