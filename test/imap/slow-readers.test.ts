import { connect, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { type MailServer, startMailServer } from '../../src/index.ts'

const mebibyte = 1024 * 1024

/** What the kernel takes for a client that reads nothing, and what waits behind it: far less than what is asked for. */
const mostUnread = 12 * mebibyte

const line = `${'.'.repeat(998)}\r\n`
const large = Buffer.alloc(24_000_000, line)

interface Visitor {
  readonly socket: Socket
  /** Sends a line, unless it is empty, and waits for an answer. Of what came only the end is looked at. */
  ask(line: string, answer: RegExp): Promise<string>
}

/** A client in mode plain that has selected the INBOX, or a POP3 client behind its login. */
async function arrive(server: MailServer): Promise<Visitor> {
  const socket = connect({ port: server.port, host: '127.0.0.1' })
  let chunks: string[] = []
  let wake = (): void => {}
  socket.on('error', () => {})
  socket.on('data', (bytes) => {
    chunks.push(bytes.toString('latin1'))
    wake()
  })
  const ask = async (line: string, answer: RegExp): Promise<string> => {
    if (line) chunks = []
    if (line) socket.write(`${line}\r\n`)
    while (!answer.test(chunks.slice(-8).join(''))) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return chunks.join('')
  }
  if (server.protocol === 'imap') {
    await ask('', /^\* OK .*\r\n/m)
    await ask(`l LOGIN ${server.user} ${server.password}`, /^l OK .*\r\n/m)
    await ask('l SELECT INBOX', /^l OK .*\r\n/m)
  } else {
    await ask('', /^\+OK .*\r\n/m)
    await ask(`USER ${server.user}`, /^\+OK .*\r\n/m)
    await ask(`PASS ${server.password}`, /^\+OK .*\r\n/m)
  }
  return { socket, ask }
}

/** How much a server has written on its first connection, once it wrote no more while a neighbour was answered 50 times. */
async function written({ connections, protocol }: MailServer, neighbour: Visitor, atLeast: number): Promise<number> {
  const out = (): number => connections[0]?.bytes.clearOut ?? 0
  const noop = protocol === 'imap' ? 'n NOOP' : 'NOOP'
  for (let [quiet, before] = [0, -1]; quiet < 50; quiet++) {
    if (out() < atLeast || out() > before) quiet = 0
    before = out()
    await neighbour.ask(noop, /OK.*\r\n$/)
  }
  return out()
}

it('a large FETCH goes as far as the client reads, and the rest follows when it does', {
  timeout: 60_000,
}, async () => {
  await using server = await startMailServer({ protocol: 'imap', mode: 'plain' })
  server.deliver(large)
  const { socket, ask } = await arrive(server)
  const neighbour = await arrive(server)
  socket.pause()
  socket.write('a FETCH * (BODY.PEEK[])\r\n')
  expect(await written(server, neighbour, 64 * 1024)).toBeLessThan(mostUnread)
  socket.resume()
  const said = await ask('', /\r\na OK FETCH completed\r\n$/)
  expect(said.length - said.indexOf('}\r\n')).toBe('}\r\n)\r\na OK FETCH completed\r\n'.length + large.length)
})

it('RETR goes as far as the client reads', { timeout: 60_000 }, async () => {
  await using server = await startMailServer({ protocol: 'pop3', mode: 'plain' })
  server.deliver(large)
  const { socket, ask } = await arrive(server)
  const neighbour = await arrive(server)
  const [, number] = /^\+OK (\d+)/.exec(await ask('STAT', /^\+OK .*\r\n/m)) ?? []
  socket.pause()
  socket.write(`RETR ${number}\r\n`)
  expect(await written(server, neighbour, 64 * 1024)).toBeLessThan(mostUnread)
})

it('an IDLE client that does not read costs no more for all that happens meanwhile, and then learns how it is now', {
  timeout: 60_000,
}, async () => {
  await using server = await startMailServer({ protocol: 'imap', mode: 'plain' })
  const { socket, ask } = await arrive(server)
  const busy = await arrive(server)
  for (let round = 0; round < 9; round++) await busy.ask('c COPY 1:* INBOX', /^c \w+ .*\r\n/m)
  await ask('i IDLE', /EXISTS\r\n/)
  socket.pause()
  const keywords = Array.from({ length: 90 }, (_, nth) => `keyword-number-${nth}`).join(' ')
  for (let round = 0; round < 20; round++) {
    await busy.ask(`s STORE 1:* ${round % 2 === 0 ? '+' : '-'}FLAGS.SILENT (${keywords})`, /^s OK .*\r\n/m)
  }
  expect(await written(server, busy, 64 * 1024)).toBeLessThan(mostUnread)
  await busy.ask('s STORE 1 FLAGS.SILENT (last)', /^s OK .*\r\n/m)
  socket.resume()
  const told = await ask('DONE', /^i OK IDLE terminated\r\n/m)
  expect(told.lastIndexOf('* 1 FETCH (FLAGS (last')).toBe(told.lastIndexOf('* 1 FETCH'))
})
