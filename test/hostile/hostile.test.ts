import { describe, expect, it } from 'vitest'
import { type MailServer, startMailServer } from '../../src/index.ts'
import { createRandom } from '../support/random.ts'
import { captureClientHello } from '../support/raw.ts'
import { type Assault, generate } from './generate.ts'
import { closed, dial, openSession, read, settleIn } from './session.ts'

/** Hostile clients per protocol and mode. More, to look longer: HOSTILE_INPUTS=5000. */
const inputs = Number(process.env['HOSTILE_INPUTS'] ?? 50)
const seed = Number(process.env['HOSTILE_SEED'] ?? 1)

/** Milliseconds: short, so that every limit is met. */
const limits = { idleTimeout: 400, handshakeTimeout: 400 } as const

/** Milliseconds within which a loaded machine still answers somebody who does nothing wrong. */
const patience = 3000

const endpoints = (['smtp', 'imap', 'pop3'] as const).flatMap((protocol) =>
  (['implicit', 'starttls', 'plain'] as const).map((mode) => [protocol, mode] as const),
)

/** Does its worst, and resolves when the server has let go. */
async function attack(server: MailServer, { where, segments, ending }: Assault): Promise<void> {
  const { stream, socket } =
    where === 'inside' ? await openSession(server) : await dial(server).then((raw) => ({ stream: raw, socket: raw }))
  const gone = closed(socket)
  stream.resume()
  for (const segment of segments) {
    if (stream.destroyed || !stream.writable) break
    stream.write(segment)
    if (segments.length > 10) await new Promise((resolve) => setImmediate(resolve))
  }
  if (ending === 'rst') socket.resetAndDestroy()
  else if (ending === 'fin') stream.end()
  // `close` waits for the server's limits.
  await gone
}

describe.each(endpoints)('%s in mode %s', (protocol, mode) => {
  it(`outlives ${inputs} hostile clients, and answers another one throughout`, async () => {
    const server = await startMailServer({ protocol, mode, ...limits })
    const neighbour = await settleIn(server)
    const random = createRandom(seed)
    const assaults = Array.from({ length: inputs }, () => generate(protocol, random))
    let next = 0
    const attacker = async (): Promise<void> => {
      for (let one = assaults[next++]; one; one = assaults[next++]) await attack(server, one)
    }
    await Promise.all(Array.from({ length: 8 }, attacker))
    const { answers, slowest } = await neighbour.stop()
    expect(answers).toBeGreaterThan(5)
    expect(slowest).toBeLessThan(patience)
    // A defect of ours would be told here.
    await server.close()
    expect(server.connections.filter(({ end }) => end === null)).toEqual([])
    expect(server.connections).toHaveLength(inputs + 1)
  })
})

describe.each(endpoints)('an over-long line on %s in mode %s', (protocol, mode) => {
  it('is refused, and ends the connection when it does not end', async () => {
    await using server = await startMailServer({ protocol, mode })
    const { stream, socket } = await openSession(server)
    const refused = read(stream, { smtp: /^500 5\.5\.2 /m, imap: /^\* BAD /m, pop3: /^-ERR /m }[protocol])
    stream.write(Buffer.alloc(100_000, 'A'))
    await refused
    const answered = read(stream, { smtp: /^250 /m, imap: /^n OK/m, pop3: /^\+OK/m }[protocol])
    stream.write({ smtp: '\r\nNOOP\r\n', imap: '\r\nn NOOP\r\n', pop3: '\r\nCAPA\r\n' }[protocol])
    await answered
    const ended = server.waitForConnection()
    stream.resume()
    for (let sent = 0; sent < 40 && !stream.destroyed; sent++) stream.write(Buffer.alloc(64 * 1024, 'A'))
    expect((await ended).end).toMatchObject({ by: 'limit', how: 'fin', why: 'line-limit' })
    socket.destroy()
  })
})

describe('what is begun and never ended', () => {
  it.each([
    ['imap', 'a literal', 'a LOGIN {10}\r\nabc', /^\+ /m],
    ['imap', 'a literal of APPEND', 'a LOGIN u p\r\nb APPEND INBOX {1000}\r\nabc', /^\+ /m],
    ['imap', 'IDLE', 'a LOGIN u p\r\nb SELECT INBOX\r\nc IDLE\r\n', /^\+ /m],
    ['imap', 'AUTHENTICATE', 'a AUTHENTICATE PLAIN\r\n', /^\+ /m],
    ['smtp', 'DATA', 'EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nSubject: x\r\n.', /^354 /m],
    ['smtp', 'AUTH', 'EHLO c\r\nAUTH LOGIN\r\n', /^334 /m],
    ['pop3', 'AUTH', 'AUTH PLAIN\r\n', /^\+ /m],
    ['pop3', 'a line', 'US', /^\+OK/m],
  ] as const)('%s: %s ends with the idle limit', async (protocol, _, bytes, answer) => {
    await using server = await startMailServer({ protocol, mode: 'implicit', ...limits })
    const ended = server.waitForConnection()
    const { stream } = await openSession(server)
    const begun = read(stream, answer)
    stream.write(bytes)
    await begun
    stream.resume()
    expect(await ended).toMatchObject({ end: { by: 'limit', how: 'timeout', why: 'idle' } })
  })

  it.each([
    ['{70000}', /^a BAD .*too/m],
    ['{99999999999999999999}', /^a BAD /m],
    ['{00000000005}', /^a (?:BAD|NO) |^\+ /m],
  ])('a literal of %s octets is refused or read, and never waited for in memory', async (literal, answer) => {
    await using server = await startMailServer({ protocol: 'imap', mode: 'plain', ...limits })
    const { stream, socket } = await openSession(server)
    const answered = read(stream, answer)
    stream.write(`a LOGIN ${literal}\r\n`)
    await answered
    socket.destroy()
  })

  it.each([
    ['nothing at all', 0],
    ['three octets of a ClientHello', 3],
    ['half of a ClientHello', 200],
  ])('a handshake: %s ends with the limit', async (_, size) => {
    await using server = await startMailServer({
      protocol: 'imap',
      mode: 'implicit',
      idleTimeout: 60_000,
      handshakeTimeout: 200,
    })
    const ended = server.waitForConnection()
    const socket = await dial(server)
    socket.resume()
    if (size > 0) socket.write((await captureClientHello()).subarray(0, size))
    expect(await ended).toMatchObject({ handshake: { result: 'timeout' }, end: { by: 'limit', why: 'handshake' } })
  })

  it.each(endpoints)('a connection to %s in mode %s without a word is closed', async (protocol, mode) => {
    await using server = await startMailServer({ protocol, mode, ...limits })
    const ended = server.waitForConnection()
    const socket = await dial(server)
    socket.resume()
    expect((await ended).end).toMatchObject({ by: 'limit', how: 'timeout' })
    await closed(socket)
  })
})

describe('junk', () => {
  it.each([
    ['smtp', /421 .*\r\n$/],
    ['imap', /\* BYE .*\r\n$/],
    ['pop3', /-ERR .*\r\n$/],
  ] as const)('line after line is answered by %s, and then the server gives up', async (protocol, goodbye) => {
    await using server = await startMailServer({ protocol, mode: 'plain' })
    const neighbour = await settleIn(server)
    const { stream } = await openSession(server)
    let seen = ''
    stream.on('data', (chunk: Buffer) => {
      seen += chunk.toString('latin1')
    })
    stream.write(Array.from({ length: 1000 }, (_, index) => `x${index} \x00\xff\r\n`).join(''))
    await closed(stream)
    expect(seen).toMatch(goodbye)
    expect(seen.split('\r\n').length).toBeLessThan(70)
    await neighbour.stop()
  })

  it.each([
    ['smtp', 'NOOP\r\n', /^250 2\.0\.0 OK\r\n/],
    ['imap', 'n NOOP\r\n', /^n OK NOOP completed\r\n/],
    ['pop3', 'USER u\r\n', /^\+OK send PASS\r\n/],
  ] as const)('thousands of tiny segments are one dialogue: %s', async (protocol, line, answer) => {
    await using server = await startMailServer({ protocol, mode: 'plain' })
    const { stream } = await openSession(server)
    await read(stream, /\r\n/)
    const count = 600
    const all = read(stream, new RegExp(`(?:${answer.source.slice(1)}){${count}}$`))
    const bytes = Buffer.from(line.repeat(count))
    for (let at = 0; at < bytes.length; at++) {
      stream.write(bytes.subarray(at, at + 1))
      if (at % 8 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await all
    stream.destroy()
    const [record] = server.connections
    expect(record?.counts.commands).toBe(count)
    expect(record?.transcript.length).toBeLessThanOrEqual(4096)
  })
})

describe('a client that never reads', () => {
  it.each([
    ['imap', 'plain', 'a LOGIN u p\r\nb SELECT INBOX\r\n', 'c FETCH 1:* (BODY[])\r\n'],
    ['imap', 'implicit', 'a LOGIN u p\r\nb SELECT INBOX\r\n', 'c FETCH 1:* (BODY[])\r\n'],
    ['pop3', 'starttls', 'USER u\r\nPASS p\r\n', 'RETR 1\r\n'],
    ['smtp', 'plain', '', 'EHLO c\r\n'],
  ] as const)('of %s in mode %s waits alone, holds little, and is ended', async (protocol, mode, opening, line) => {
    await using server = await startMailServer({ protocol, mode, idleTimeout: 600 })
    const neighbour = await settleIn(server)
    const { stream, socket } = await openSession(server)
    stream.pause()
    socket.pause()
    const ended = server.waitForConnection({ timeout: 15_000 })
    stream.write(opening)
    const flood = line.repeat(Math.ceil(100_000 / line.length))
    // Up to 6 MB, or until nothing is taken any more.
    for (let sent = 0; sent < 60 && !stream.destroyed && stream.writableLength < 1_000_000; sent++) {
      stream.write(flood)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const { end, bytes } = await ended
    expect(end).toMatchObject({ by: 'limit', how: 'timeout', why: 'idle' })
    expect(bytes.clearIn + bytes.tlsIn).toBeLessThan(2_000_000)
    const { answers, slowest } = await neighbour.stop()
    expect(answers).toBeGreaterThan(5)
    expect(slowest).toBeLessThan(patience)
    stream.destroy()
  })
})

describe('many at once', () => {
  it('300 half-open clients disturb nobody, and close() ends them all', async () => {
    const server = await startMailServer({ protocol: 'imap', mode: 'implicit' })
    const neighbour = await settleIn(server)
    const sockets = await Promise.all(Array.from({ length: 300 }, () => dial(server)))
    for (const [index, socket] of sockets.entries()) {
      socket.resume()
      if (index % 3 === 0) socket.end()
      if (index % 3 === 1) socket.write('\x16\x03\x01')
    }
    const gone = sockets.map(closed)
    await expect.poll(() => server.connections.length, { timeout: 5000 }).toBe(301)
    expect((await neighbour.stop()).slowest).toBeLessThan(patience)
    await server.close()
    await Promise.all(gone)
    expect(server.connections).toHaveLength(301)
    expect(server.connections.filter(({ end }) => end === null)).toEqual([])
  })
})
