import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type MailServer, startMailServer } from '../../src/index.ts'
import { connectRaw } from '../support/raw.ts'
import { playClient } from './scripted-client.ts'

/** Goes where the answer to its login sends it. */
async function follow(server: MailServer, { logsIn }: { readonly logsIn: true | undefined }): Promise<string> {
  const transcript = await playClient(server)
  const [, url = ''] = /\[REFERRAL ([^\]]+)\]/.exec(transcript) ?? []
  const { port, protocol } = new URL(url)
  expect(protocol).toBe('imaps:')
  const socket = tls.connect({ host: '127.0.0.1', port: Number(port), ...server.tls })
  await once(socket, 'secureConnect')
  expect(socket.authorized).toBe(true)
  const client = connectRaw({ port: Number(port) } as MailServer, socket)
  await client.until('* OK')
  if (logsIn) {
    client.send('b1 LOGIN user@mockmail.test mockmail\r\n')
    await client.until('b1 OK')
  }
  socket.destroy()
  return url
}

const referral = { protocol: 'imap', mode: 'implicit', scenario: 'referral' } as const

describe('a canary', () => {
  it('listens beside the endpoint, with a right certificate, and nobody comes to it who does not follow', async () => {
    await using server = await startMailServer(referral)
    const [canary] = server.companions
    expect(canary).toMatchObject({ scenario: 'good', protocol: 'imap', mode: 'implicit' })
    expect(canary?.port).not.toBe(server.port)
    await playClient(server)
    expect(canary?.connections).toEqual([])
    expect(await server.outcome({ settle: 20 })).toMatchObject({ detail: 'safe-continue', verdict: 'pass' })
  })

  it('tells of who follows, and of who logs in there', async () => {
    await using server = await startMailServer(referral)
    const url = await follow(server, { logsIn: undefined })
    expect(url).toBe(server.companions[0]?.url)
    expect(await server.outcome({ settle: 20 })).toMatchObject({
      outcome: 'fooled',
      detail: 'followed-referral',
      verdict: 'fail',
    })
    await follow(server, { logsIn: true })
    expect(await server.outcome({ settle: 20 })).toMatchObject({
      outcome: 'leaked',
      detail: 'leak-credentials-untrusted-host',
      verdict: 'fail',
    })
    expect(server.companions[0]?.connections.map(({ role }) => role)).toEqual(['canary', 'canary'])
    server.reset()
    expect(server.companions[0]?.connections).toEqual([])
  })

  it('counts for no connection number, takes no certificate of the scenario, and ends with its endpoint', async () => {
    const server = await startMailServer({ ...referral, scenario: 'referral+expired@2nd' })
    const port = server.companions[0]?.port ?? 0
    await follow(server, { logsIn: undefined })
    expect(server.connections.map(({ nth, handshake }) => [nth, handshake.certificate?.id])).toEqual([[1, 'good']])
    await server.close()
    const socket = net.connect(port, '127.0.0.1')
    const [error] = await once(socket, 'error')
    expect((error as NodeJS.ErrnoException).code).toBe('ECONNREFUSED')
  })
})

describe('a twin that is derived', () => {
  it.each([
    ['starttls-injected', 'first-answer-held'],
    ['starttls-injected-later:50', 'starttls-injected-later:50@twin'],
    ['starttls-injected:mailbox', 'starttls-injected:mailbox@twin'],
    ['untagged:list@greeting', 'good'],
  ] as const)('of %s is %s', async (scenario, twin) => {
    await using server = await startMailServer({ protocol: 'imap', mode: 'starttls', scenario })
    expect(server.twin?.scenario).toBe(twin)
    await playClient(server.twin as MailServer, { patience: 300, leavesAfterHandshake: true })
    expect(server.twin?.connections.flatMap(({ injected }) => injected)).toEqual([])
    await playClient(server, { patience: 300, leavesAfterHandshake: true })
    expect(server.connections.flatMap(({ injected }) => injected)).toHaveLength(1)
  })
})

describe('TLS in another way', () => {
  it('inside TLS is another handshake, with the certificate that the quirk names', async () => {
    await using server = await startMailServer({ protocol: 'pop3', mode: 'starttls', scenario: 'starttls-nested' })
    const client = connectRaw(server)
    await client.until('+OK')
    client.send('STLS\r\n')
    await client.until('TLS')
    client.socket.removeAllListeners('data')
    const outer = tls.connect({ socket: client.socket, ...server.tls })
    await once(outer, 'secureConnect')
    outer.write('STLS\r\n')
    expect(String((await once(outer, 'data'))[0])).toMatch(/^\+OK begin TLS/)
    const inner = tls.connect({ socket: outer, ...server.tls, rejectUnauthorized: false })
    await once(inner, 'secureConnect')
    expect([outer.authorized, inner.authorized]).toEqual([true, false])
    expect(inner.getPeerCertificate().issuer).toEqual(inner.getPeerCertificate().subject)
    inner.write('CAPA\r\n')
    expect(String((await once(inner, 'data'))[0])).toMatch(/^\+OK capability list/)
    inner.destroy()
    const record = await server.waitForConnection()
    expect(record.starttls.requested).toBe(2)
    expect(record.handshake.certificate?.id).toBe('self-signed')
  })

  const resumeOn = async (scenario: 'resume-ticket+wrong-host@2nd' | 'wrong-host@2nd' | 'ticket-rejected') => {
    await using server = await startMailServer({ protocol: 'imap', mode: 'implicit', scenario })
    const options = { host: '127.0.0.1', port: server.port, ...server.tls }
    const first = tls.connect(options)
    const [session] = (await once(first, 'session')) as [Buffer]
    first.destroy()
    const second = tls.connect({ ...options, session, rejectUnauthorized: false })
    await once(second, 'secureConnect')
    const reused = second.isSessionReused()
    second.destroy()
    return reused
  }

  it('resumes a session across certificates where tickets are shared, and nowhere else', async () => {
    expect(await resumeOn('resume-ticket+wrong-host@2nd')).toBe(true)
    expect(await resumeOn('wrong-host@2nd')).toBe(false)
    expect(await resumeOn('ticket-rejected')).toBe(false)
  })
})
