import { join } from 'node:path'
import { run } from '../programs.ts'
import { type SessionClient, versionIn } from './client.ts'
import { playScript } from './scripted.ts'

/** JavaMail, as Debian's libmail-java brings it, with the activation framework that it needs. */
const jars = ['/usr/share/java/javax.mail.jar', '/usr/share/java/javax.activation.jar'] as const

/** JavaMail with `ssl.checkserveridentity` and `starttls.required`. */
export const javamail: SessionClient = {
  name: 'javamail',
  implementation: 'java',
  needs: ['java', ...jars],
  protocols: ['smtp', 'imap', 'pop3'],
  version: async () => versionIn((await run('dpkg-query', ['-W', 'libmail-java'])).stdout),
  verifying: 'a socket factory of ca.pem, ssl.checkserveridentity and starttls.required',
  byDefault: {
    told: 'ssl.enable or starttls.enable',
    machine: 'SSLContext.setDefault',
    source:
      'ssl.checkserveridentity and starttls.required are false by default: https://github.com/jakartaee/mail-api/issues/429 and https://javaee.github.io/javamail/docs/api/com/sun/mail/smtp/package-summary.html',
  },
  playAll: (targets, errand) =>
    playScript(
      { program: 'java', args: ['-cp', jars.join(':'), join(import.meta.dirname, 'Sessions.java')] },
      targets,
      errand,
    ),
}
