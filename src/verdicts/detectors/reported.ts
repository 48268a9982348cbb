import type { ConnectionRecord } from '../../record/record.ts'
import { clientProof, commandProof, commandStep, type ProofStep } from '../proof.ts'
import { type Detector, firedBy, partsShowing, plantsFor } from './context.ts'
import { firedStep } from './untrusted.ts'

/** It took what was cut off for all there is: it removed the original, or says that all went well. */
export const acceptedTruncation: Detector = (record, context) => {
  const parts = partsShowing(context, 'accepted-truncation')
  const fired = firedBy(record, parts)
  if (!fired) return undefined
  const cut = firedStep(record, fired)
  for (const one of [record, ...context.run.filter(({ nth, role }) => role === undefined && nth > record.nth)]) {
    const index = one.commands.findIndex(({ action, at }) => action === 'store' && (one !== record || at > fired.at))
    const proof = commandProof(one, 'a removal', index, { before: [cut] })
    if (proof) return proof
  }
  return saysItWorked(record, context, [cut])
}

/** It reports success for what the server never confirmed. */
export const acceptedUnconfirmed: Detector = (record, context) => {
  const fired = firedBy(record, partsShowing(context, 'accepted-unconfirmed'))
  if (!fired) return undefined
  const index = record.commands.findLastIndex(({ action }) => action !== 'quit')
  return saysItWorked(record, context, [commandStep(record, index), firedStep(record, fired)])
}

function saysItWorked(
  { scenario }: ConnectionRecord,
  { client }: Parameters<Detector>[1],
  before: readonly (ProofStep | undefined)[],
) {
  if (!client?.succeeded || client.timedOut || client.signal !== null) return undefined
  return clientProof(scenario, 'success', 'client.exit', 'reported success', before)
}

/** Octets around what is shown. */
const around = 60

/** It shows its user, as the server's word, what anybody could have written in clear. */
export const surfacedClearText: Detector = (record, context) => {
  const name = 'surfaced-clear-text'
  const fired = firedBy(record, partsShowing(context, name))
  const output = context.client?.output ?? ''
  if (!fired || output === '') return undefined
  for (const plant of plantsFor(context, name)) {
    const [value = ''] = Object.values(plant).map(String)
    const at = output.toLowerCase().indexOf(value.toLowerCase())
    if (value === '' || at < 0) continue
    const excerpt = output.slice(Math.max(0, at - around), at + value.length + around)
    return clientProof(record.scenario, value, 'client.output', excerpt, [firedStep(record, fired)])
  }
  return undefined
}
