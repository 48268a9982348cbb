import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, temporaryDirectory } from '../programs.ts'
import type { Errand, Said, SessionClient, Target } from './client.ts'

/** TLS is required, and nothing but our root is trusted. */
const verifying = (ca: string): readonly string[] => ['--ssl-reqd', '--cacert', ca]

/** curl's command line; without a `.curlrc`, and with the system's certificate directory out of the way. */
export const curl: SessionClient = {
  name: 'curl',
  needs: ['curl'],
  protocols: ['smtp', 'imap', 'pop3'],
  async play(target, errand) {
    using folder = temporaryDirectory()
    const args = ['-q', '-sS', '--capath', '/dev/null', ...verifying(errand.ca)]
    const login = ['--user', `${target.user}:${target.password}`]
    const both = [...args, ...login]
    return await (target.protocol === 'smtp' ? send(target, errand, both) : read(target, folder.path, both))
  },
}

const scheme = ({ protocol, mode }: Target): string => `${protocol}${mode === 'implicit' ? 's' : ''}`

const base = (target: Target): string => `${scheme(target)}://${target.servername}:${target.port}`

async function send(target: Target, { mail }: Errand, args: readonly string[]): Promise<Said> {
  const envelope = ['--mail-from', mail.from, '--mail-rcpt', mail.to, '--upload-file', '-']
  const { status, stderr } = await run('curl', [...args, ...envelope, base(target)], { input: mail.raw })
  return { ok: status === 0, said: firstLine(stderr) }
}

async function read(target: Target, folder: string, args: readonly string[]): Promise<Said> {
  const [list, message] = [join(folder, 'list'), join(folder, 'message')]
  const first = target.protocol === 'imap' ? 'INBOX;UID=1' : '1'
  const urls = ['--output', list, `${base(target)}/`, '--output', message, `${base(target)}/${first}`]
  const { status, stderr } = await run('curl', [...args, ...urls])
  if (status !== 0) return { ok: false, said: firstLine(stderr) }
  const listed = readFileSync(list, 'latin1').trimEnd().split('\r\n')
  return { ok: true, said: '', listed, fetched: readFileSync(message) }
}

/** What follows is advice. */
const firstLine = (text: string): string => text.split('\n')[0] ?? ''
