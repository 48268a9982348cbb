import { expect, it } from 'vitest'
import { type MailServer, startMailServer } from '../../src/index.ts'
import { bunClients } from '../support/clients/all.ts'
import { bunProgram } from '../support/clients/bun.ts'
import { coreScenarios } from '../support/clients/play.ts'
import { describeSessions } from '../support/clients/sessions.ts'
import { describeWith, run } from '../support/programs.ts'

const bun = await bunProgram()

// BoringSSL's words. Bun lets the handshake end before it looks, and then closes without an alert.
for (const client of await bunClients()) describeSessions(client, coreScenarios)

describeWith([bun], 'Bun', () => {
  it.each([
    ['takes good by its name, below a root that constrains addresses', {}, 'localhost', 'authorized'],
    ['cannot read that constraint when the leaf has an address', {}, '127.0.0.1', 'unsupported name constraint type'],
    ['takes good by address below a root without constraints', { unconstrained: true }, '127.0.0.1', 'authorized'],
  ])('%s', async (_, options, dialled, says) => {
    await using server = await startMailServer({ protocol: 'imap', mode: 'implicit', ...options })
    expect(await dial(server, dialled)).toBe(says)
  })
})

/** What Bun makes of the certificate. */
async function dial(server: MailServer, dialled: string): Promise<string> {
  const program = `
    const [host, port, ca] = process.argv.slice(-3)
    const socket = require('node:tls').connect({ host, port: Number(port), ca, ...(host === 'localhost' && { servername: host }) })
    socket.on('secureConnect', () => { console.log('authorized'); process.exit() })
    socket.on('error', ({ message }) => { console.log(message); process.exit() })
  `
  const { stdout } = await run(bun, ['-e', program, dialled, String(server.port), server.tls.ca])
  return stdout.trim()
}
