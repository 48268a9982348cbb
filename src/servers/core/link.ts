import type { Phase } from '../../record/record.ts'
import type { Mode, Protocol } from '../../scenarios/vocabulary.ts'
import type { MailStore } from '../mailbox/mailbox.ts'
import { adds, type Behaviour, changeCapabilities, takesAway } from './behaviour.ts'
import type { AcceptedMessage, Credential, Link } from './dialect.ts'
import type { Recorder } from './recorder.ts'

/** What a link needs of its endpoint. */
export interface LinkOwner {
  readonly protocol: Protocol
  readonly mode: Mode
  readonly servername: string
  readonly store: MailStore
  readonly mechanisms: readonly string[]
  /** Whether the credential is right. */
  check(credential: Credential): boolean
  /** Takes a message that a client sent in. */
  deliver(message: AcceptedMessage, recorder: Recorder, phase: Phase): void
}

/** Mechanisms that show the password itself. */
const readable: ReadonlySet<string> = new Set(['PLAIN', 'LOGIN'])

/** What a dialect may know and do, for one phase of one connection. */
export function openLink(
  owner: LinkOwner,
  behaviour: Behaviour,
  recorder: Recorder,
  phase: Phase,
  push: Link['push'],
): Link {
  const { protocol, mode, servername, mechanisms } = owner
  const changes = behaviour.capabilities.filter(({ protocols }) => !protocols || protocols.includes(protocol))
  const secure = phase === 'tls'
  const starttlsOffered = !secure && mode !== 'plain'
  const starttlsShown = starttlsOffered && !takesAway(changes, 'starttls', phase)
  // Where STARTTLS is not on offer, a correct server has no better time for a login than now.
  const loginMakesSense = !starttlsShown || adds(changes, 'auth', phase)
  const loginOffered = loginMakesSense && !takesAway(changes, 'auth', phase)
  return {
    id: recorder.record.id,
    mode,
    secure,
    loginOffered,
    starttlsOffered,
    // In clear, on a port that is for TLS, whoever took STARTTLS away would want to read the password.
    mechanisms: secure || mode === 'plain' ? mechanisms : mechanisms.filter((name) => readable.has(name)),
    servername,
    remoteAddress: recorder.record.remote.address,
    get store() {
      return owner.store
    },
    show(capabilities) {
      const { shown, changedBy } = changeCapabilities(capabilities, changes, phase)
      recorder.shown(phase, shown)
      for (const part of changedBy) recorder.fired(part, 'capabilities')
      // Without a login to offer, the dialect has nothing to list that could be seen to be taken away.
      if (loginMakesSense && !loginOffered) {
        for (const { part, remove } of changes) if (remove.includes('auth')) recorder.fired(part, 'capabilities')
      }
      return shown
    },
    login: (credential) => ({
      right: owner.check(credential),
      admit: recorder.credential(phase, credential),
    }),
    identify: (name) => recorder.identity(phase, name),
    envelope: (from, to) => recorder.envelope(phase, from, to),
    accept: (message) => owner.deliver(message, recorder, phase),
    push,
  }
}
