import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { forgetTold, openLog, watch } from '../../src/cli/watch.ts'
import type { ConnectionEvent } from '../../src/fleet/events.ts'
import { type MailServer, type MailServers, startMailServers } from '../../src/index.ts'
import { temporaryDirectory } from '../support/programs.ts'
import { connectRaw, talk } from '../support/raw.ts'

describe('a command that only tells', () => {
  it('keeps nothing of a connection that has ended, and all of one that is open', async () => {
    await using servers = await startMailServers({ protocols: ['smtp'], modes: ['plain'] })
    const server = servers.endpoint()
    forgetTold(servers)
    const open = connectRaw(server)
    const closing = connectRaw(server)
    const dialogue = 'EHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nx: y\r\n\r\n.\r\n'
    for (const client of [open, closing]) {
      client.send(dialogue)
      await client.until('queued')
    }
    expect(server.messages).toHaveLength(2)
    const ended = server.waitForConnection()
    closing.send('QUIT\r\n')
    await ended
    expect(server.connections).toHaveLength(1)
    expect(server.messages.map(({ connection }) => connection)).toEqual(server.connections)
    expect(server.counts).toEqual({ connections: 2, messages: 2 })
    open.socket.destroy()
  })
})

const pop3 = (): Promise<MailServers> => startMailServers({ protocols: ['pop3'], modes: ['plain'] })

/** Makes what a client said longer than one text can be, which is half a gibibyte. */
function bloat(server: MailServer): void {
  const line = Buffer.alloc(60_000_000, 'x').toString('latin1')
  server.onEnded(({ commands }) => {
    for (let times = 0; times < 9; times++) {
      commands.push({ at: 0, phase: 'clear', verb: 'X', action: 'other', line })
    }
  })
}

describe('what cannot be told whole', () => {
  it('is told cut down, on stdout and in the log, and a line says so', async () => {
    using folder = temporaryDirectory()
    await using servers = await pop3()
    const server = servers.endpoint()
    bloat(server)
    const file = join(folder.path, 'log')
    const log = openLog(file)
    const seen = { printed: [] as string[], noted: [] as string[], failed: [] as unknown[] }
    const tellAll = watch(servers, {
      ...{ json: true, quiet: false, verbose: false, log },
      print: (line) => seen.printed.push(line),
      note: (line) => seen.noted.push(line),
      fail: (error) => seen.failed.push(error),
    })
    const ended = server.waitForConnection({ timeout: 50_000 })
    await talk(server, 'CAPA', 'QUIT')
    const { id } = await ended
    tellAll()
    log?.close()
    const event = JSON.parse(seen.printed[0] ?? '') as ConnectionEvent
    expect(event).toMatchObject({ event: 'connection', cut: true, record: { id, cut: true, counts: { commands: 2 } } })
    expect(event.record.commands.map(({ line }) => line.length)).toEqual([4, 4, ...Array(9).fill(4096)])
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ id, cut: true })
    const said = `mockmail: connection ${id} of good pop3/plain is too large to be told whole, and was cut down.`
    expect(seen).toMatchObject({ noted: [said, said], failed: [] })
  }, 60_000)

  it('is told whole where it can be', async () => {
    await using servers = await pop3()
    const seen: string[] = []
    const tell = (line: string): unknown => seen.push(line)
    const tellAll = watch(servers, {
      json: true,
      quiet: false,
      verbose: false,
      log: undefined,
      print: tell,
      note: tell,
      fail: () => {},
    })
    const ended = servers.endpoint().waitForConnection()
    await talk(servers.endpoint(), 'QUIT')
    await ended
    tellAll()
    expect(seen).toHaveLength(1)
    expect(JSON.parse(seen[0] ?? '')).toMatchObject({ event: 'connection', record: { cut: false } })
    expect(seen[0]).not.toContain('"cut":true')
  })

  it('at all is told of in one line, and the next is told again', async () => {
    await using servers = await pop3()
    const noted: string[] = []
    const printed: string[] = []
    const print = (line: string): void => {
      if (printed.push(line) === 1) throw new Error('no\nprinter')
    }
    const tellAll = watch(servers, {
      ...{ json: false, quiet: false, verbose: false, log: undefined },
      ...{ print, note: (line: string) => noted.push(line), fail: () => {} },
    })
    for (let times = 0; times < 2; times++) {
      const ended = servers.endpoint().waitForConnection()
      await talk(servers.endpoint(), 'QUIT')
      await ended
    }
    tellAll()
    expect(printed).toHaveLength(2)
    expect(noted).toEqual([
      expect.stringMatching(/^mockmail: connection c\d+ of good pop3\/plain cannot be told: Error: no printer\.$/),
    ])
  })
})

describe('an observer that throws', () => {
  it('keeps nothing from the others, ends nothing, and is told by close()', async () => {
    const servers = await pop3()
    const server = servers.endpoint()
    const error = new Error('observer')
    const told: string[] = []
    server.onEnded(() => {
      throw error
    })
    server.onEnded(({ id }) => told.push(id))
    for (let times = 0; times < 2; times++) await talk(server, 'QUIT')
    await server.outcome({ settle: 10 })
    expect(told).toHaveLength(2)
    await expect(servers.close()).rejects.toBe(error)
  })
})
