import type { Identity } from './certs/types.ts'
import type { TlsProfile } from './scenarios/entry.ts'
import type { Cast } from './scenarios/scenario.ts'
import { type Action, type Hook, momentOfAction } from './scenarios/vocabulary.ts'
import type { Attached, Behaviour } from './servers/core/behaviour.ts'
import type { TlsIdentity } from './servers/core/tls.ts'

/** What the quirks of a cast make of a connection. Nothing in them conflicts, so they add up. */
export function behaviourOf({ quirks }: Cast): Behaviour {
  const at = new Map<Hook, Attached>()
  let tls: TlsProfile = {}
  const tlsParts: string[] = []
  let speaks: Behaviour['speaks']
  for (const { id, entry } of quirks) {
    if (entry.tls) tlsParts.push(id)
    tls = { ...tls, ...entry.tls }
    if (entry.speaks) speaks = { part: id, what: entry.speaks }
    for (const [hook, effects] of Object.entries(entry.at ?? {})) {
      at.set(canonical(hook as Hook), { part: id, effects })
    }
  }
  const capabilities = quirks.flatMap(({ id, entry: { capabilities: change } }) =>
    change
      ? [
          {
            part: id,
            add: change.add ?? [],
            remove: change.remove ?? [],
            replace: change.replace ?? {},
            ...(change.phase && { phase: change.phase }),
          },
        ]
      : [],
  )
  return { ...(speaks && { speaks }), tls, tlsParts, capabilities, at }
}

const actionOfMoment = new Map(
  Object.entries(momentOfAction).map(([action, moment]) => [moment as string, action as Action]),
)

/** A moment that is the reply to a command is that command. */
const canonical = (hook: Hook): Hook => {
  const action = actionOfMoment.get(hook)
  return action ? `command:${action}` : hook
}

/** What a TLS server needs of an issued identity. */
export const tlsIdentityOf = ({ id, keyPem, servedPem, leaf }: Identity, clientCaPem: string): TlsIdentity => ({
  id,
  keyPem,
  servedPem,
  subject: leaf.subject,
  fingerprint256: leaf.fingerprint256,
  leafSize: leaf.der.length,
  clientCaPem,
})
