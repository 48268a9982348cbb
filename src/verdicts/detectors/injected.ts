import type { ConnectionRecord } from '../../record/record.ts'
import { commandProof, commandStep, factStep, injectedStep, type Proof, proofOf } from '../proof.ts'
import { type Detector, type DetectorContext, firedBy, partsShowing, plantsFor } from './context.ts'
import { needsTwin, plantUsed } from './plants.ts'

/** How a client shows that it took what was planted for an answer; `met` is whether a connection could have shown it. */
interface Sign {
  readonly met: (record: ConnectionRecord) => boolean
  readonly shows: (record: ConnectionRecord, context: DetectorContext) => Proof | undefined
}

/** A client that took what was planted for an answer has no need to wait for the one that is kept back. */
const spokeOn: Sign = {
  met: ({ held }) => held.length > 0,
  shows(record) {
    const at = record.held.findIndex((answer) => answer.spokeOn)
    const answer = record.held[at]
    if (!answer) return undefined
    const asked = record.commands.findLastIndex((command) => command.phase === 'tls' && command.at <= answer.at)
    const kept = factStep(`held[${at}]`, `spoke on after ${answer.ms} ms, without its answer`, { at: answer.at })
    const before = [injectedStep(record, 0), commandStep(record, asked)]
    return (
      commandProof(record, 'the next command', asked + 1, { before: [...before, kept] }) ??
      proofOf(record, 'more', kept, { before })
    )
  },
}

/** The server has said nothing inside TLS, and the client speaks on: something else has answered. */
const answeredByNobody: Sign = {
  met: ({ commands }) => {
    const inTls = commands.filter(({ phase }) => phase === 'tls')
    return inTls.length > 0 && inTls.every(({ reply }) => reply === undefined)
  },
  shows(record) {
    if (!answeredByNobody.met(record)) return undefined
    const said = record.commands.flatMap(({ phase, action }, at) => (phase === 'tls' && action !== 'quit' ? [at] : []))
    const [first, second] = said
    if (first === undefined || second === undefined) return undefined
    return commandProof(record, 'the next command', second, {
      before: [injectedStep(record, 0), commandStep(record, first)],
    })
  },
}

/** STARTTLS has no answer of the server's, and the client begins TLS all the same. */
const beganUnasked: Sign = {
  met: ({ commands }) => commands.some(({ action, reply }) => action === 'starttls' && reply === undefined),
  shows(record) {
    const asked = record.commands.findLastIndex(({ action }) => action === 'starttls')
    if (record.clientHello === null || asked < 0 || record.commands[asked]?.reply !== undefined) return undefined
    const step = factStep('clientHello', 'ClientHello, though STARTTLS has no answer', {
      at: record.times.clientHello ?? 0,
      phase: 'clear',
    })
    return proofOf(record, 'a ClientHello', step, { before: [injectedStep(record, 0), commandStep(record, asked)] })
  },
}

/** What is planted is used, where a client that was told nothing may use it too. */
const usesCommon: Sign = {
  met: () => true,
  shows: (record, context) =>
    plantUsed(
      record,
      plantsFor(context, 'acted-on-injected').filter((plant) => 'mechanism' in plant || needsTwin(plant)),
      sinceFault(record, context, 'acted-on-injected'),
    ),
}

const signs: readonly Sign[] = [spokeOn, answeredByNobody, beganUnasked, usesCommon]

/** It took for an answer what was injected, and does not do the same where nothing is. */
export const actedOnInjected: Detector = (record, context) => {
  const alone = provenAlone(record, context)
  if (alone) return alone
  if (record.injected.length === 0) return undefined
  for (const sign of signs) {
    const proof = sign.shows(record, context)
    if (proof && doubtOfSign(sign, context) === undefined) return proof
  }
  return undefined
}

/** Why nothing can be said of a client that seems to have done so. */
export type Doubt = 'needs-control' | 'twin-alike'

/** What it seems to have done, where only the twin could tell. */
export function doubtOf(
  record: ConnectionRecord,
  context: DetectorContext,
): { readonly why: Doubt; readonly proof: Proof } | undefined {
  if (record.injected.length === 0 || actedOnInjected(record, context)) return undefined
  for (const sign of signs) {
    const proof = sign.shows(record, context)
    const why = proof && doubtOfSign(sign, context)
    if (proof && why) return { why, proof }
  }
  return undefined
}

/** An injection counts only where the client does not do the same without it, NO STARTTLS §3.2.2. */
function doubtOfSign({ met, shows }: Sign, context: DetectorContext): Doubt | undefined {
  const tried = context.twin?.filter(met) ?? []
  if (tried.length === 0) return 'needs-control'
  return tried.some((record) => shows(record, context)) ? 'twin-alike' : undefined
}

/** What nobody does who was told nothing: a command of the attacker's; a handshake with clear text in it. */
function provenAlone(record: ConnectionRecord, context: DetectorContext): Proof | undefined {
  const plants = plantsFor(context, 'acted-on-injected').filter((plant) => !('mechanism' in plant) && !needsTwin(plant))
  const used = plantUsed(record, plants, sinceFault(record, context, 'acted-on-injected'))
  if (used) return used
  const { clientHello } = record.times
  const inHandshake = record.injected.findIndex(
    ({ at, phase }) => phase === 'clear' && clientHello !== undefined && at >= clientHello,
  )
  if (inHandshake < 0 || record.handshake.result !== 'finished') return undefined
  const step = factStep('handshake.result', 'finished, with clear text in it', { at: record.times.handshake ?? 0 })
  return proofOf(record, 'a handshake', step, { before: [injectedStep(record, inHandshake)] })
}

/** What was planted while nothing protected it is used inside TLS. */
export const actedOnClearState: Detector = (record, context) => {
  const name = 'acted-on-clear-state'
  const plants = plantsFor(context, name)
  const since = { ...sinceFault(record, context, name), phase: 'tls' } as const
  const alone = plantUsed(
    record,
    plants.filter((plant) => !needsTwin(plant)),
    since,
  )
  if (alone) return alone
  const common = plants.filter(needsTwin)
  const proof = plantUsed(record, common, since)
  const { twin = [] } = context
  const alike = twin.some((one) => plantUsed(one, common, { since: 0, phase: 'tls' }))
  return proof && twin.length > 0 && !alike ? proof : undefined
}

/** From when on the client could have learnt it; never where the fault has not shown. A twin has nothing to wait for. */
function sinceFault(
  record: ConnectionRecord,
  context: DetectorContext,
  name: 'acted-on-injected' | 'acted-on-clear-state',
): { readonly since: number } {
  if (context.twin?.includes(record)) return { since: 0 }
  return { since: firedBy(record, partsShowing(context, name))?.at ?? Number.POSITIVE_INFINITY }
}
