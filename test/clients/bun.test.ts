import { expect, it } from 'vitest'
import { type MailServer, startMailServer } from '../../src/index.ts'
import { bunProgram } from '../support/clients/bun.ts'
import { librariesOn } from '../support/clients/node.ts'
import { describeSessions, type Refusals } from '../support/clients/sessions.ts'
import { describeWith, run } from '../support/programs.ts'

const bun = await bunProgram()

// BoringSSL's words; Bun lets the handshake end before it looks, and then closes without an alert.
const seen = 'silent-close'
const refusals: Refusals = {
  expired: { says: 'certificate has expired', seen },
  'self-signed': { says: 'unable to verify the first certificate', seen },
  'wrong-host': { says: "Host: localhost. is not in the cert's altnames: DNS:imap.example.com", seen },
  'untrusted-root': { says: 'unable to get local issuer certificate', seen },
  'missing-intermediate': { says: 'unable to verify the first certificate', seen },
  'starttls-stripped': {
    smtp: { says: 'ETLS: Error upgrading connection with STARTTLS: 502 5.5.1 Command not implemented', seen },
    imap: { says: 'Server does not support STARTTLS', seen },
  },
}

for (const client of librariesOn('Bun', bun)) describeSessions(client, refusals)

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
