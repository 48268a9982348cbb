import { once } from 'node:events'
import net from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ConnectionEvent, MessageEvent } from '../../src/fleet/events.ts'
import { type Ended, ensureBuilt, openWorkplace, type Running, start } from './mockmail.ts'

beforeAll(ensureBuilt, 90_000)

/** Says all of it, and waits until the server has closed. */
async function say(port: number, text: string): Promise<void> {
  const socket = net.connect(port, '127.0.0.1').on('error', () => {})
  socket.resume().end(text, 'latin1')
  await once(socket, 'close')
}

/** Half a megabyte that takes five times as much as JSON. */
const loud = `a NOOP ${'\x01'.repeat(1000)}\r\n`.repeat(500)

const eventsOf = ({ stdout }: Pick<Ended, 'stdout'>): (ConnectionEvent | MessageEvent)[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ConnectionEvent)

const up = async (running: Running): Promise<number> => (await running.ready()).endpoints[0]?.port ?? 0

const plain = (protocol: string): readonly string[] => [
  'up',
  'good',
  '--protocol',
  protocol,
  '--mode',
  'plain',
  '--json',
]

describe('a reader of stdout that does not read', () => {
  it('loses lines, which is told, and never a part of one; then it is served again', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, plain('imap'))
    const port = await up(running)
    running.process.stdout.pause()
    for (let sent = 0; sent < 40; sent++) await say(port, loud)
    await running.remarking('mockmail: stdout is not read as fast as it is written; from here on lines are missing.\n')
    running.process.stdout.resume()
    let told = false
    const again = running.remarking(/mockmail: \d+ lines are missing from stdout, which is read again\.\n/)
    void again.then(() => {
      told = true
    })
    let quiet = 0
    for (; !told; quiet++) await say(port, 'a NOOP\r\n')
    running.process.kill('SIGTERM')
    const ended = await running.ended
    const missing = Number(/(\d+) lines are missing/.exec(ended.stderr)?.[1])
    expect(ended.status).toBe(0)
    expect(missing).toBeGreaterThan(5)
    // The ready event, and a line for each connection.
    expect(eventsOf(ended)).toHaveLength(1 + 40 + quiet - missing)
    expect(ended.stdout.length).toBeLessThan(40e6)
  }, 30_000)

  it('keeps nothing from ending', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, plain('imap'))
    const port = await up(running)
    running.process.stdout.pause()
    for (let sent = 0; sent < 3; sent++) await say(port, loud)
    running.process.kill('SIGTERM')
    const [status] = await once(running.process, 'exit')
    expect({ status, left: workplace.leftovers() }).toEqual({ status: 0, left: [] })
  }, 30_000)
})

describe('a message', () => {
  const mail = (size: number): string =>
    `EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n${'x'
      .repeat(510)
      .concat('\r\n')
      .repeat(size / 512)}.\r\nQUIT\r\n`

  it.each([
    ['is told whole up to 4 MiB', 4 << 20, 4 << 20],
    ['that is larger is told with its beginning and its size, and a line says so', (4 << 20) + 512, 4096],
  ])('%s', async (_, size, told) => {
    using workplace = openWorkplace()
    const running = start(workplace, plain('smtp'))
    await say(await up(running), mail(size))
    await running.saying('"event":"connection"')
    running.process.kill('SIGTERM')
    const ended = await running.ended
    const event = eventsOf(ended).find((one): one is MessageEvent => one.event === 'message')
    expect(event).toMatchObject({ size })
    expect(event?.text).toHaveLength(told)
    expect(event?.cut).toBe(told < size ? true : undefined)
    expect(ended.stderr).toBe(
      told < size ? 'mockmail: a message of good smtp/plain is too large to be told whole, and was cut down.\n' : '',
    )
  })
})
