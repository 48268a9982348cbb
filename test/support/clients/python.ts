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
    source:
      'certificates are verified by default for HTTP only: https://peps.python.org/pep-0476/ and https://docs.python.org/3.11/library/ssl.html#security-considerations',
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
