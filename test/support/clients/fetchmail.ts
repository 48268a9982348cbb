import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, temporaryDirectory } from '../programs.ts'
import { definedAlone, type Errand, type Target, versionIn } from './client.ts'

/** fetchmail with a run control file from stdin; a shell command takes the message. It shows no list. */
export const fetchmail = definedAlone({
  name: 'fetchmail',
  needs: ['fetchmail'],
  protocols: ['imap', 'pop3'],
  fetches: 'as-stored',
  sentence: (said) => /^fetchmail: (?!Query status|WARNING).*$/m.exec(said)?.[0] ?? said,
  version: async () => versionIn((await run('fetchmail', ['--version'])).stdout),
  verifying: 'sslproto, sslcertck, sslcertfile and an empty sslcertpath',
  byDefault: {
    told: 'ssl, or nothing: sslcertck is on by default and makes STARTTLS a must',
    machine: 'SSL_CERT_FILE',
  },
  async play(target, errand) {
    using folder = temporaryDirectory()
    const machine = errand.trust === 'machine'
    const { status, stdout, stderr } = await run(
      'fetchmail',
      ['--fetchmailrc', '-', '--pidfile', join(folder.path, 'pid'), '--nosyslog'],
      {
        input: configure(target, errand, folder.path),
        environment: { FETCHMAILHOME: folder.path, ...(machine && { SSL_CERT_FILE: errand.ca }) },
      },
    )
    const message = join(folder.path, 'message')
    const said = `${stdout}${stderr}`.trim()
    // 13: the limit of one message was reached.
    return { ok: status === 0 || status === 13, said, ...(existsSync(message) && { fetched: readFileSync(message) }) }
  },
})

const configure = (target: Target, { ca, trust }: Errand, folder: string): string => {
  const { protocol, mode, servername, port, user, password } = target
  // A version of TLS makes STARTTLS a must; sslcertck checks the chain, the dates and the name.
  const verify = `sslproto "TLS1.2+" sslcertck sslcertfile "${ca}" sslcertpath "${folder}"`
  return `
poll ${servername} service ${port} protocol ${protocol} timeout 10
  user "${user}" password "${password}"
  fetchall keep norewrite no mimedecode fetchlimit 1
  mda "cat > ${folder}/message"
  ${mode === 'implicit' ? 'ssl' : ''} ${trust === 'machine' ? '' : verify}
`
}
