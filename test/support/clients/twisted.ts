import { join } from 'node:path'
import { run } from '../programs.ts'
import { type SessionClient, versionIn } from './client.ts'
import { playScript } from './scripted.ts'

/** Debian's, whatever python3 comes first in PATH. */
const program = '/usr/bin/python3'
const library = '/usr/lib/python3/dist-packages'

/** twisted.mail, whose names are checked by service_identity. */
export const twisted: SessionClient = {
  name: 'twisted',
  needs: [program, `${library}/twisted/mail/imap4.py`, `${library}/service_identity/__init__.py`],
  protocols: ['smtp', 'imap', 'pop3'],
  version: async () => versionIn((await run(program, ['-c', 'import twisted; print(twisted.__version__)'])).stdout),
  verifying: 'optionsForClientTLS(host, trustRoot=…)',
  byDefault: { told: 'not asked: it has no default for trust', machine: 'SSL_CERT_FILE', isAsked: false },
  playAll: (targets, errand) =>
    playScript({ program, args: [join(import.meta.dirname, 'session_twisted.py')] }, targets, errand),
}
