import { describe, expect, it } from 'vitest'
import { commandClient } from '../../src/check/client.ts'
import { runCheck } from '../../src/check/run.ts'
import { startFleet } from '../../src/fleet/start.ts'

/** Connects, says what nobody asked for, and is gone before anything can come back. */
const script = `
  const socket = require('node:net').connect(process.argv[1], '127.0.0.1')
  socket.on('connect', () => { socket.write('a LOGIN user secret\\r\\n'); process.exit(0) })
`

describe('a client that is gone at once', () => {
  it('has its connection seen, though nothing waits for it any longer than its process lives', async () => {
    const servers = await startFleet({ scenarios: ['good'], protocols: ['imap'], modes: ['plain'] }, { byName: false })
    try {
      for (let round = 0; round < 20; round++) {
        for (const server of servers.endpoints) server.reset()
        const client = commandClient([process.execPath, '-e', script, '{port}'], { pki: { ca: servers.ca.path } })
        const { cells } = await runCheck(servers, client, { insist: true })
        expect(cells.map(({ transcripts }) => transcripts.length)).toEqual([1])
      }
    } finally {
      await servers.close()
    }
  })
})
