import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, temporaryDirectory } from '../programs.ts'
import { definedAlone, type Target, versionIn } from './client.ts'
import { readFirstStored } from './stored.ts'

/** mbsync of isync: pulls the INBOX into a maildir. It lists mailboxes to find them and shows no list. */
export const mbsync = definedAlone({
  name: 'mbsync',
  needs: ['mbsync'],
  protocols: ['imap'],
  // It lets OpenSSL finish and looks at the certificate afterwards.
  closesUnread: true,
  fetches: 'as-stored',
  version: async () => {
    const { stdout, stderr } = await run('mbsync', ['--version'])
    return versionIn(stdout + stderr)
  },
  verifying: 'CertificateFile and SystemCertificates no',
  byDefault: { told: 'SSLType IMAPS or STARTTLS', machine: 'SSL_CERT_FILE' },
  async play(target, { ca, trust }) {
    using folder = temporaryDirectory()
    const file = join(folder.path, 'mbsyncrc')
    // The host name is checked whenever the certificate is.
    const verify = trust === 'machine' ? [] : [`CertificateFile ${ca}`, 'SystemCertificates no']
    writeFileSync(file, configure(target, verify, folder.path))
    mkdirSync(join(folder.path, 'mail'))
    const { status, stdout, stderr } = await run('mbsync', ['-c', file, 'everything'], {
      environment: trust === 'machine' ? { SSL_CERT_FILE: ca } : {},
    })
    if (status !== 0) return { ok: false, said: stderr.trim() }
    return { ok: true, said: stdout.trim(), ...readFirstStored(join(folder.path, 'mail', 'INBOX', 'new')) }
  },
})

const configure = (
  { mode, servername, port, user, password }: Target,
  verify: readonly string[],
  folder: string,
): string => `
IMAPStore remote
Host ${servername}
Port ${port}
User ${user}
Pass ${password}
AuthMechs PLAIN
SSLType ${mode === 'implicit' ? 'IMAPS' : 'STARTTLS'}
${verify.join('\n')}

MaildirStore local
Path ${folder}/mail/
Inbox ${folder}/mail/INBOX

Channel everything
Far :remote:
Near :local:
Patterns *
Create Near
Sync Pull New
SyncState *
`
