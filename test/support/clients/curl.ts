import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, temporaryDirectory } from '../programs.ts'
import { definedAlone, type Errand, type Said, type Target, versionIn } from './client.ts'

/** curl's command line, without a `.curlrc`. */
export const curl = definedAlone({
  name: 'curl',
  needs: ['curl'],
  protocols: ['smtp', 'imap', 'pop3'],
  version: async () => versionIn((await run('curl', ['--version'])).stdout),
  verifying: '--ssl-reqd, --cacert and an empty --capath',
  byDefault: { told: '--ssl-reqd', machine: 'CURL_CA_BUNDLE' },
  async play(target, errand) {
    using folder = temporaryDirectory()
    return await (target.protocol === 'smtp' ? send(target, errand) : read(target, errand, folder.path))
  },
})

/** Nothing but our root is trusted, the system's directory of certificates least of all. */
const verifying = (ca: string): readonly string[] => ['--cacert', ca, '--capath', '/dev/null']

async function transfer(target: Target, { ca, mail, trust }: Errand, args: readonly string[]): Promise<Said> {
  const fixed = ['-q', '-sS', '--fail-early', '--ssl-reqd', '--user', `${target.user}:${target.password}`]
  const { status, stderr } =
    trust === 'machine'
      ? await run('curl', [...fixed, ...args], { input: mail.raw, environment: { CURL_CA_BUNDLE: ca } })
      : await run('curl', [...fixed, ...verifying(ca), ...args], { input: mail.raw })
  // What follows the first line is advice.
  return { ok: status === 0, said: stderr.split('\n')[0] ?? '' }
}

const urlOf = ({ protocol, mode, servername, port }: Target, path = ''): string =>
  `${protocol}${mode === 'implicit' ? 's' : ''}://${servername}:${port}/${path}`

const send = (target: Target, errand: Errand): Promise<Said> => {
  const { from, to } = errand.mail
  return transfer(target, errand, ['--mail-from', from, '--mail-rcpt', to, '--upload-file', '-', urlOf(target)])
}

async function read(target: Target, errand: Errand, folder: string): Promise<Said> {
  const [list, message] = [join(folder, 'list'), join(folder, 'message')]
  const number = errand.message ?? 1
  const path = target.protocol === 'imap' ? `INBOX;MAILINDEX=${number}` : `${number}`
  const outputs = ['--output', list, urlOf(target), '--output', message, urlOf(target, path)]
  const said = await transfer(target, errand, outputs)
  if (!said.ok) return said
  return { ...said, listed: readFileSync(list, 'latin1').trimEnd().split('\r\n'), fetched: readFileSync(message) }
}
