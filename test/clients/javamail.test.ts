import { javamail } from '../support/clients/javamail.ts'
import { describeSessions } from '../support/clients/sessions.ts'

const pathNotFound = {
  says: 'MessagingException: SunCertPathBuilderException: unable to find valid certification path to requested target',
  seen: 'alert:certificate_unknown',
} as const

describeSessions(javamail, {
  expired: {
    says: 'MessagingException: CertificateExpiredException: NotAfter: ',
    seen: 'alert:certificate_unknown',
  },
  'self-signed': pathNotFound,
  'wrong-host': {
    says: "MessagingException: IOException: Can't verify identity of server: localhost",
    // It looks at the name itself, once Java is content.
    seen: 'close-after-finished',
  },
  'untrusted-root': pathNotFound,
  'missing-intermediate': pathNotFound,
  'starttls-stripped': {
    smtp: { says: 'STARTTLS is required but host does not support STARTTLS', seen: 'silent-close' },
    imap: { says: 'STARTTLS required but not supported by server', seen: 'silent-close' },
    pop3: { says: 'STLS required but not supported', seen: 'quit-in-clear' },
  },
})
