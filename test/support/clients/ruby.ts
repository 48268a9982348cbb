import { join } from 'node:path'
import { run } from '../programs.ts'
import { type SessionClient, versionIn } from './client.ts'
import { playScript } from './scripted.ts'

/** Ruby's net-smtp, net-imap and net-pop, as Debian's ruby brings them. */
export const ruby: SessionClient = {
  name: 'ruby',
  needs: ['ruby'],
  protocols: ['smtp', 'imap', 'pop3'],
  // net-pop knows no STLS.
  cannot: { pop3: 'starttls' },
  version: async () => versionIn((await run('ruby', ['--version'])).stdout),
  verifying: 'ca_file and VERIFY_PEER',
  byDefault: {
    told: 'enable_tls, enable_starttls, ssl: true, starttls and enable_ssl, bare',
    machine: 'SSL_CERT_FILE',
  },
  playAll: (targets, errand) =>
    playScript(
      {
        program: 'ruby',
        args: [join(import.meta.dirname, 'session.rb')],
        machine: (ca) => ({ SSL_CERT_FILE: ca }),
      },
      targets,
      errand,
    ),
}
