import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { run, temporaryDirectory } from '../programs.ts'
import { definedAlone, versionIn } from './client.ts'
import { readFirstStored } from './stored.ts'

/** mpop's command line, without a configuration file; it delivers to a maildir. */
export const mpop = definedAlone({
  name: 'mpop',
  implementation: 'gnutls',
  needs: ['mpop'],
  protocols: ['pop3'],
  fetches: 'as-stored',
  version: async () => versionIn((await run('mpop', ['--version'])).stdout),
  verifying: '--tls, --tls-starttls and --tls-trust-file',
  byDefault: {
    told: '--tls, and --tls-starttls=off for implicit TLS',
    machine: 'nothing: GnuTLS reads the system files only',
  },
  async play({ mode, servername, port, user, password }, { ca, trust }) {
    using folder = temporaryDirectory()
    for (const part of ['cur', 'new', 'tmp']) mkdirSync(join(folder.path, 'mail', part), { recursive: true })
    const { status, stdout, stderr } = await run('mpop', [
      ...[`--host=${servername}`, `--port=${port}`, '--timeout=10', '--keep=on', '--skipsize=100000'],
      ...[`--delivery=maildir,${folder.path}/mail`, `--uidls-file=${folder.path}/uidls`],
      ...['--auth=user', `--user=${user}`, `--passwordeval=echo ${password}`],
      // The host name is checked whenever the certificate is.
      ...['--tls=on', `--tls-starttls=${mode === 'starttls' ? 'on' : 'off'}`],
      ...(trust === 'machine' ? [] : [`--tls-trust-file=${ca}`]),
    ])
    if (status !== 0) return { ok: false, said: stderr.trim() }
    return { ok: true, said: stdout.trim(), ...readFirstStored(join(folder.path, 'mail', 'new')) }
  },
})
