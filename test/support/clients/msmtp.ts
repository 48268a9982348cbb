import { run } from '../programs.ts'
import { definedAlone, versionIn } from './client.ts'

/** msmtp's command line, without a configuration file. */
export const msmtp = definedAlone({
  name: 'msmtp',
  implementation: 'gnutls',
  needs: ['msmtp'],
  protocols: ['smtp'],
  version: async () => versionIn((await run('msmtp', ['--version'])).stdout),
  verifying: '--tls, --tls-starttls and --tls-trust-file',
  byDefault: {
    told: '--tls, and --tls-starttls=off for implicit TLS',
    machine: 'nothing: GnuTLS reads the system files only',
  },
  async play({ mode, servername, port, user, password }, { ca, mail, trust }) {
    const { status, stderr } = await run(
      'msmtp',
      [
        ...[`--host=${servername}`, `--port=${port}`, '--timeout=10', `--from=${mail.from}`],
        ...['--auth=plain', `--user=${user}`, `--passwordeval=echo ${password}`],
        // The host name is checked whenever the certificate is.
        ...['--tls=on', `--tls-starttls=${mode === 'starttls' ? 'on' : 'off'}`],
        ...(trust === 'machine' ? [] : [`--tls-trust-file=${ca}`]),
        ...['--', mail.to],
      ],
      { input: mail.raw.toString('utf8').replaceAll('\r\n', '\n') },
    )
    return { ok: status === 0, said: stderr.trim() }
  },
})
