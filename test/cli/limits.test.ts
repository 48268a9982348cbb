import { once } from 'node:events'
import net from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { bin, ensureBuilt, openWorkplace, run, start } from './mockmail.ts'

beforeAll(ensureBuilt, 90_000)

/** Runs mockmail, by mockmail, where it may open so many files. */
const limited = (files: number, args: readonly string[]): readonly string[] => [
  ...['exec', '--quiet', 'good', '--protocol', 'pop3', '--mode', 'plain', '--'],
  ...['sh', '-c', `ulimit -n ${files}; exec "$@"`, 'sh', process.execPath, bin, ...args],
]

describe.skipIf(process.platform === 'win32')('where no more files may be opened', () => {
  it.each([30, 60, 100, 140])('up says so in one sentence and ends with 1: %i', async (files) => {
    using workplace = openWorkplace()
    const { status, stdout, stderr } = await run(workplace, limited(files, ['up', '--ttl', '1s']))
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/^mockmail: [^\n]*(?:may not open more files|\(EMFILE\))[^\n]*\n$/)
  })

  it('up starts where there are enough', async () => {
    using workplace = openWorkplace()
    const { status, stderr } = await run(workplace, limited(300, ['up', '--ttl', '100ms']))
    expect({ status, stderr: stderr.replace(/^left out: .*\n/, '') }).toEqual({ status: 0, stderr: '' })
  })

  it('up goes on when clients take them all, and serves the next', async () => {
    using workplace = openWorkplace()
    const running = start(workplace, limited(60, ['up', 'good', '--protocol', 'imap', '--mode', 'plain', '--json']))
    const { endpoints, pid } = await running.ready()
    const connect = (): net.Socket => net.connect(endpoints[0]?.port ?? 0, '127.0.0.1').on('error', () => {})
    const sockets = Array.from({ length: 100 }, connect)
    // Those that it cannot take are closed on it.
    await Promise.race(sockets.map((socket) => once(socket.resume(), 'close')))
    for (const socket of sockets) socket.destroy()
    // It may need a moment to take notice of those that went away.
    let greeting = ''
    for (let tries = 0; tries < 200 && greeting === ''; tries++) {
      const next = connect()
      next.on('data', (chunk: Buffer) => {
        greeting += chunk.toString()
        next.destroy()
      })
      await new Promise((resolve) => next.on('close', resolve))
    }
    expect(greeting).toMatch(/^\* OK /)
    process.kill(pid, 'SIGTERM')
    const { status, stderr } = await running.ended
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})
