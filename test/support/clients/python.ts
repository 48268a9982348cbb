import { join } from 'node:path'
import { run } from '../programs.ts'
import { type SessionClient, versionIn } from './client.ts'
import { playScript } from './scripted.ts'

/** Python's smtplib, imaplib and poplib with `ssl.create_default_context(cafile=…)`. */
export const python: SessionClient = {
  name: 'python',
  needs: ['python3'],
  protocols: ['smtp', 'imap', 'pop3'],
  version: async () => versionIn((await run('python3', ['--version'])).stdout),
  verifying: 'ssl.create_default_context(cafile=…)',
  byDefault: {
    told: 'SMTP_SSL, IMAP4_SSL, POP3_SSL, starttls() and stls() without a context',
    machine: 'SSL_CERT_FILE',
  },
  playAll: (targets, errand) =>
    playScript(
      {
        program: 'python3',
        args: [join(import.meta.dirname, 'session.py')],
        machine: (ca) => ({ SSL_CERT_FILE: ca }),
      },
      targets,
      errand,
    ),
}
