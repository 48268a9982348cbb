import { describeSessions } from '../support/clients/sessions.ts'
import { swaks } from '../support/clients/swaks.ts'

/** The same words whatever is wrong; only the alert tells. */
const says = '*** TLS startup failed (connect(): error:0A000086:SSL routines::certificate verify failed)'

describeSessions(swaks, {
  expired: { says, seen: 'alert:certificate_expired' },
  'self-signed': { says, seen: 'alert:unknown_ca' },
  'wrong-host': {
    outcome: 'leaked',
    because: '--tls-verify of swaks 20201014 looks at the chain only; no option of this version looks at the name',
  },
  'untrusted-root': { says, seen: 'alert:unknown_ca' },
  'missing-intermediate': { says, seen: 'alert:unknown_ca' },
  'starttls-stripped': { says: '*** Host did not advertise STARTTLS', seen: 'quit-in-clear' },
})
