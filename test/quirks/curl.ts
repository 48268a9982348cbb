import type { Target } from '../support/clients/client.ts'
import { mail } from '../support/clients/play.ts'
import { run } from '../support/programs.ts'

/** A whole session of curl that insists on TLS: it sends a message, or lists. */
export async function curl(
  { protocol, mode, servername, port, user, password }: Target,
  flags: readonly string[],
): Promise<{ readonly status: number; readonly said: string }> {
  const send = ['--mail-from', mail.from, '--mail-rcpt', mail.to, '--upload-file', '-']
  const fixed = ['-q', '-sS', '--ssl-reqd', '--capath', '/dev/null', '--user', `${user}:${password}`]
  const url = `${protocol}${mode === 'implicit' ? 's' : ''}://${servername}:${port}/`
  const args = [...fixed, ...flags, ...(protocol === 'smtp' ? send : []), url]
  const { status, stderr } = await run('curl', args, { input: mail.raw })
  return { status, said: stderr.trim() }
}
