import { join } from 'node:path'
import { run, temporaryDirectory } from '../programs.ts'
import { type SessionClient, versionIn } from './client.ts'
import { playScript } from './scripted.ts'

/** Go's net/smtp, with the roots in its tls.Config. */
export const go: SessionClient = {
  name: 'go',
  implementation: 'go',
  needs: ['go'],
  protocols: ['smtp'],
  version: async () => versionIn((await run('go', ['version'])).stdout),
  verifying: 'RootCAs and ServerName',
  byDefault: {
    told: 'tls.Dial without a configuration, or smtp.SendMail: it takes STARTTLS where that is offered',
    machine: 'SSL_CERT_FILE',
    source: 'SendMail switches to TLS if possible: https://pkg.go.dev/net/smtp#SendMail',
  },
  async playAll(targets, errand) {
    using folder = temporaryDirectory()
    const program = await build('session.go', folder.path)
    return await playScript({ program, args: [], machine: (ca) => ({ SSL_CERT_FILE: ca }) }, targets, errand)
  },
}

async function build(source: string, folder: string): Promise<string> {
  const program = join(folder, 'program')
  const { status, stderr } = await run('go', ['build', '-o', program, join(import.meta.dirname, source)], {
    timeout: 90_000,
  })
  if (status !== 0) throw new Error(`go build ${source}: ${stderr}`)
  return program
}
