import type { ConnectionRecord } from '../../record/record.ts'
import { commandProof, factStep, type Proof, proofOf } from '../proof.ts'
import { commandOf } from './clear.ts'
import { type Detector, type FaultyPart, firedBy, partsShowing, plantsFor } from './context.ts'
import { plantUsed } from './plants.ts'
import { acceptedUndeclaredDialogue, firedStep } from './untrusted.ts'

/** It went on after what ends a dialogue: BYE, a refusal in place of the greeting, garbage. */
export const acceptedBadDialogue: Detector = (record, context) => {
  const name = 'accepted-bad-dialogue'
  if (context.expectation.expect === 'accept') return undefined
  const parts = partsShowing(context, name)
  const plants = plantsFor(context, name)
  if (plants.length === 0) return spokeAfter(record, parts) ?? acceptedUndeclaredDialogue(record, context)
  const fired = firedBy(record, parts)
  return fired && plantUsed(record, plants, { since: fired.at, offered: 'counts' })
}

/** It spoke its own protocol to a server that had greeted it in another one. */
export const actedOnWrongProtocol: Detector = (record, context) =>
  spokeAfter(record, partsShowing(context, 'acted-on-wrong-protocol'))

/** The first that the client said once it could have known better, goodbye aside. */
function spokeAfter(record: ConnectionRecord, parts: readonly FaultyPart[]): Proof | undefined {
  const fired = firedBy(record, parts)
  if (!fired) return undefined
  const index = record.commands.findIndex(({ at, action }) => at > fired.at && action !== 'quit')
  return commandProof(record, 'a command', index, { before: [firedStep(record, fired)] })
}

/** It used the session of a server that had not proved, in SCRAM, that it knows the password. */
export const actedOnUnverifiedServer: Detector = (record) => {
  const at = (record.scram ?? []).findIndex(({ verifier }) => verifier === 'wrong' || verifier === 'missing')
  const exchange = record.scram?.[at]
  if (!exchange) return undefined
  const login = commandOf(record, exchange, ({ action }) => action === 'auth')
  const index = record.commands.findIndex(({ action }, one) => one > login && action !== 'quit' && action !== 'auth')
  const step = factStep(`scram[${at}]`, `the server's proof was ${exchange.verifier}`, {
    at: exchange.at,
    from: 'server',
    phase: exchange.phase,
  })
  return commandProof(record, 'a command', index, { before: [step] })
}

/** Fewer rounds than RFC 5802 §5.1 lets a server ask for. */
const leastIterations = 4096

/** It proved its password with so few rounds that whoever asked can guess it. */
export const downgradedKdf: Detector = (record) => {
  const at = (record.scram ?? []).findIndex(({ iterations, proof }) => proof && iterations < leastIterations)
  const exchange = record.scram?.[at]
  if (!exchange) return undefined
  const text = `proof of the password after ${exchange.iterations} of at least ${leastIterations} rounds`
  return proofOf(record, 'a proof of the password', factStep(`scram[${at}]`, text, exchange))
}
