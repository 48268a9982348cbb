import { describe, expect, it } from 'vitest'
import { type ConnectionRecord, type MailServer, startMailServer } from '../../src/index.ts'
import { connectRaw } from '../support/raw.ts'

const plainImap = { protocol: 'imap', mode: 'plain' } as const

/** Says all of it and leaves; what the server answers is read and dropped. */
async function say(server: MailServer, text: string | Buffer): Promise<ConnectionRecord> {
  const ended = server.waitForConnection({ timeout: 10_000 })
  const client = connectRaw(server)
  client.send(text)
  client.socket.end()
  await client.closed
  return ended
}

const octetsOf = ({ transcript }: ConnectionRecord): number =>
  transcript.reduce((sum, { text }) => sum + text.length, 0)

describe('what a record keeps', () => {
  it('is bounded in octets: long commands are cut, and of many the newest stay', async () => {
    await using server = await startMailServer(plainImap)
    const line = (name: string): string => `${name} NOOP ${'x'.repeat(60_000)}\r\n`
    const record = await say(server, Array.from({ length: 300 }, (_, index) => line(`a${index}`)).join(''))
    expect(record.counts.commands).toBe(300)
    expect(record.cut).toBe(true)
    expect(record.commands.at(-1)).toMatchObject({ tag: 'a299', verb: 'NOOP' })
    expect(new Set(record.commands.map((command) => command.line.length))).toEqual(new Set([4096]))
    expect(record.commands.length * 4096).toBeLessThan(512 * 1024)
    expect(record.commands.length * 4096).toBeGreaterThan(256 * 1024)
  })

  it('is the beginning of what stands behind STARTTLS, all of which is understood', async () => {
    for (const [size, kept] of [
      [50, 50],
      [25_000, 4096],
    ] as const) {
      await using server = await startMailServer({ protocol: 'pop3', mode: 'starttls' })
      const behind = 'NOOP\r\n'
        .repeat(size)
        .slice(0, size - 13)
        .concat('\r\nUSER joe\r\n')
      const record = await say(server, `STLS\r\n${behind}`)
      expect(record.starttls.surplus).toBe(behind.slice(0, kept))
      expect(record.cut).toBe(kept < size)
      expect(record.identities).toMatchObject([{ phase: 'clear', name: 'joe' }])
    }
  })

  it('keeps what was given away in clear, whatever flood comes behind it', async () => {
    await using server = await startMailServer({ protocol: 'smtp', mode: 'starttls', scenario: 'starttls-stripped' })
    const noops = 'NOOP\r\n'.repeat(6000)
    const record = await say(server, `EHLO x\r\nMAIL FROM:<a@example.com>\r\n${noops}`)
    expect(record.counts.commands).toBe(6002)
    expect(record.cut).toBe(true)
    expect(record.commands.some(({ verb }) => verb === 'MAIL')).toBe(true)
    expect(record.commands.length).toBeLessThanOrEqual(4096)
    expect((await server.outcome({ settle: 10 })).detail).toBe('leak-message-clear')
  })

  it('is whole where it is short', async () => {
    await using server = await startMailServer(plainImap)
    const record = await say(server, Array.from({ length: 300 }, (_, index) => `a${index} NOOP\r\n`).join(''))
    expect(record.cut).toBe(false)
    expect(record.commands).toHaveLength(300)
  })

  it('gives way to newer ones in 128 MiB for the process: the oldest lose their transcript, and keep what is no copy of it', async () => {
    await using server = await startMailServer(plainImap)
    await using other = await startMailServer(plainImap)
    const text = `a LOGIN joe secret\r\n${`b NOOP ${'x'.repeat(1000)}\r\n`.repeat(400)}`
    const clients = 420
    for (let sent = 0; sent < clients; sent += 20) {
      await Promise.all(Array.from({ length: 20 }, () => say(sent % 40 ? other : server, text)))
    }
    const records = [...server.connections, ...other.connections]
    expect(records).toHaveLength(clients)
    const kept = records.reduce((sum, record) => sum + octetsOf(record), 0)
    expect(kept).toBeLessThan(128 * 1024 * 1024)
    expect(kept).toBeGreaterThan(40 * 1024 * 1024)
    const [oldest] = server.connections
    expect(oldest).toMatchObject({
      cut: true,
      transcript: [],
      credentials: [{ user: 'joe' }],
      counts: { commands: 401 },
    })
    const newest = server.connections.at(-1)
    expect(newest?.transcript[0]?.text).toContain('mockmail ready')
  }, 60_000)

  it('is bounded while all are open too: of what was said, each keeps the newest, and every other fact', async () => {
    await using server = await startMailServer(plainImap)
    const text = `a LOGIN joe secret\r\n${'b NOOP\r\n'.repeat(2000)}z NOOP\r\n`
    const clients = Array.from({ length: 320 }, () => connectRaw(server))
    for (const client of clients) {
      client.send(text)
      await client.until('z OK')
    }
    const { connections } = server
    const commands = connections.reduce((sum, record) => sum + record.commands.length, 0)
    // An object with its texts takes more than 200 octets.
    expect(commands * 200).toBeLessThan(128 * 1024 * 1024)
    expect(commands * 200).toBeGreaterThan(64 * 1024 * 1024)
    const last = connections.at(-1)
    expect(last).toMatchObject({ cut: true, credentials: [{ user: 'joe' }], counts: { commands: 2002 }, end: null })
    expect(last?.commands.at(-1)).toMatchObject({ tag: 'z' })
    expect(last?.commands.length).toBeGreaterThan(30)
    expect(last?.commands.length).toBeLessThan(200)
    for (const { socket } of clients) socket.destroy()
  }, 60_000)

  it('is given back: a server that was closed or reset leaves room for others', async () => {
    const text = `b NOOP ${'x'.repeat(1000)}\r\n`.repeat(400)
    for (const end of ['reset', 'close'] as const) {
      const server = await startMailServer(plainImap)
      for (let sent = 0; sent < 200; sent += 20) await Promise.all(Array.from({ length: 20 }, () => say(server, text)))
      await server[end]()
      await server.close()
    }
    await using server = await startMailServer(plainImap)
    const records = await Promise.all(Array.from({ length: 100 }, () => say(server, text)))
    expect(records.every(({ transcript }) => transcript.length > 0)).toBe(true)
  }, 60_000)
})
