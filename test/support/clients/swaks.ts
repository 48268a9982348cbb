import { execFileSync } from 'node:child_process'
import { isInstalled, run } from '../programs.ts'
import { definedAlone, versionIn } from './client.ts'

/** swaks speaks TLS with this module only, which Debian's package recommends. */
function hasTls(): boolean {
  try {
    execFileSync('perl', ['-MNet::SSLeay', '-e', '1'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** swaks, without a configuration file. */
export const swaks = definedAlone({
  name: 'swaks',
  needs: ['swaks', ...(isInstalled('swaks') && !hasTls() ? ['libnet-ssleay-perl'] : [])],
  protocols: ['smtp'],
  version: async () => versionIn((await run('swaks', ['--version'])).stdout),
  verifying: '--tls or --tls-on-connect, --tls-verify and --tls-ca-path',
  byDefault: {
    told: '--tls or --tls-on-connect',
    machine: 'SSL_CERT_FILE',
    source: 'no certificate is verified without --tls-verify: https://jetmore.org/john/code/swaks/latest/doc/ref.txt',
  },
  async play({ mode, servername, port, user, password }, { ca, mail, trust }) {
    const machine = trust === 'machine'
    const { status, stdout, stderr } = await run(
      'swaks',
      [
        ...['--server', servername, '--port', String(port), '--timeout', '10'],
        ...['--from', mail.from, '--to', mail.to, '--data', '-'],
        ...['--auth', 'PLAIN', '--auth-user', user, '--auth-password', password],
        mode === 'implicit' ? '--tls-on-connect' : '--tls',
        ...(machine ? [] : ['--tls-verify', '--tls-ca-path', ca]),
      ],
      // It ends the last line itself.
      {
        input: mail.raw.toString().replace(/\r\n$/, ''),
        environment: { SWAKS_HOME: '/dev/null', ...(machine && { SSL_CERT_FILE: ca }) },
      },
    )
    // It marks its own remarks with stars.
    const remarks = `${stdout}${stderr}`.split('\n').filter((line) => line.startsWith('*** '))
    return { ok: status === 0, said: remarks.join('\n') }
  },
})
