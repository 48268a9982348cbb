import { fileURLToPath } from 'node:url'
import { run } from '../programs.ts'
import { definedAlone, versionIn } from './client.ts'

const script = fileURLToPath(new URL('starttls.php', import.meta.url))

/** PHP's streams, used as the manual shows. A login is all that it does. */
export const php = definedAlone({
  name: 'php',
  needs: ['php'],
  protocols: ['smtp', 'imap', 'pop3'],
  cannot: { smtp: 'implicit', imap: 'implicit', pop3: 'implicit' },
  version: async () => versionIn((await run('php', ['--version'])).stdout),
  verifying: 'cafile, peer_name and verify_peer of the stream context',
  byDefault: { told: 'STARTTLS', machine: 'nothing', source: 'bug 80008: https://bugs.php.net/bug.php?id=80008' },
  async play({ protocol, port, servername, user, password }, { ca }) {
    const { status, stdout, stderr } = await run('php', [
      ...['-n', script, protocol, '127.0.0.1', String(port)],
      ...[servername, ca, user, password],
    ])
    return { ok: status === 0, said: status === 0 ? stdout : stderr.trim() }
  },
})
