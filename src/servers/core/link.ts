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

/** What differs from phase to phase. */
export interface LinkOptions {
  readonly push: Link['push']
  /** Whether nothing was said before it. */
  readonly first: boolean
  readonly binding: Link['binding']
}

/** What a dialect may know and do, for one phase of one connection. */
export function openLink(
  owner: LinkOwner,
  behaviour: Behaviour,
  recorder: Recorder,
  phase: Phase,
  { push, first, binding }: LinkOptions,
): Link {
  const { sasl, start } = behaviour
  const usesSasl = (): void => {
    for (const part of behaviour.saslParts) recorder.fired(part, 'sasl')
  }
  const { protocol, mode, servername, mechanisms } = owner
  const changes = behaviour.capabilities.filter(({ protocols }) => !protocols || protocols.includes(protocol))
  const secure = phase === 'tls'
  // Within TLS it is on offer only where a quirk says so.
  const starttlsOffered = secure ? adds(changes, 'starttls', phase) : mode !== 'plain'
  const starttlsShown = !secure && starttlsOffered && !takesAway(changes, 'starttls', phase)
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
    mechanisms:
      sasl.mechanisms ?? (secure || mode === 'plain' ? mechanisms : mechanisms.filter((name) => readable.has(name))),
    sasl,
    scram: (exchange) => recorder.scram(phase, exchange),
    usesSasl,
    start: first ? start : {},
    binding,
    servername,
    remoteAddress: recorder.record.remote.address,
    get store() {
      return owner.store
    },
    show(capabilities, where = 'answer') {
      const { shown, changedBy } = changeCapabilities(capabilities, changes, phase, where)
      if (sasl.mechanisms && shown.some(({ name }) => name === 'auth')) usesSasl()
      recorder.shown(phase, shown)
      for (const part of changedBy) recorder.fired(part, 'capabilities')
      // The dialect spells it, so that the change cannot be seen to add it.
      if (secure && starttlsOffered) {
        for (const { part, add } of changes) if (add?.includes('starttls')) recorder.fired(part, 'capabilities')
      }
      // Without a login to offer, the dialect has nothing to list that could be seen to be taken away.
      if (loginMakesSense && !loginOffered) {
        for (const { part, remove, only } of changes) {
          if (remove?.includes('auth') || only) recorder.fired(part, 'capabilities')
        }
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
