import { describe, expect, it } from 'vitest'
import { forgetTold } from '../../src/cli/watch.ts'
import { startMailServers } from '../../src/index.ts'
import { connectRaw } from '../support/raw.ts'

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
