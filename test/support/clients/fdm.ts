import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { run, temporaryDirectory } from '../programs.ts'
import { definedAlone, type Target, versionIn } from './client.ts'
import { readFirstStored } from './stored.ts'

/** fdm, which reads the roots after it has dropped the privileges of root; it delivers to a maildir and shows no list. */
export const fdm = definedAlone({
  name: 'fdm',
  needs: ['fdm'],
  protocols: ['imap', 'pop3'],
  fetches: 'as-stored',
  // It looks at the certificate once OpenSSL has ended the handshake, and leaves tickets unread.
  closesUnread: true,
  sentence: (said) => /^a: (?!\d+ messages processed).*$/m.exec(said)?.[0] ?? said,
  version: async () => versionIn((await run('fdm', ['-v', '-n'])).stderr),
  verifying: 'set verify-certificates, and SSL_CERT_FILE',
  byDefault: { told: 'imaps and pop3s, or starttls', machine: 'SSL_CERT_FILE', isAsked: false },
  async play(target, { ca }) {
    using folder = temporaryDirectory()
    // It opens its files as whoever it has become.
    chmodSync(folder.path, 0o755)
    mkdirSync(join(folder.path, 'mail'))
    const file = join(folder.path, 'conf')
    writeFileSync(file, configure(target, folder.path), { mode: 0o600 })
    const { stdout, stderr } = await run('fdm', ['-v', '-k', '-m', '-u', userInfo().username, '-f', file, 'fetch'], {
      environment: { SSL_CERT_FILE: ca, SSL_CERT_DIR: folder.path },
    })
    const said = `${stdout}${stderr}`.trim()
    // Its status is 0 whatever came of it.
    const ok = /^a: [1-9]\d* messages processed/m.test(said)
    return { ok, said, ...(ok && readFirstStored(join(folder.path, 'mail', 'new'))) }
  },
})

const configure = ({ protocol, mode, servername, port, user, password }: Target, folder: string): string => `
set verify-certificates
set timeout 10
account "a" ${protocol}${mode === 'implicit' ? 's' : ''} server "${servername}" port ${port}
  user "${user}" pass "${password}" ${mode === 'starttls' ? 'starttls' : ''}
action "store" maildir "${folder}/mail"
match all action "store"
`
