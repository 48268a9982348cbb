import type { ConnectionRecord, CredentialRecord } from '../../record/record.ts'
import { factStep, proofOf } from '../proof.ts'
import { credentialProof } from './clear.ts'
import { type Detector, firedBy, partsShowing, plantsFor } from './context.ts'
import { proofOfUse, usesTls } from './ends.ts'
import { mechanismOf, plantUsed } from './plants.ts'

/** It used a session of an older version, or of a weaker cipher, than both sides could have had. */
export const downgradedTls: Detector = (record, context) => {
  const parts = partsShowing(context, 'downgraded-tls')
  if (!usesTls(record) || !firedBy(record, parts)) return undefined
  const { version, cipher } = record.handshake
  const offered = bestOffered(context.run)
  const better = offered && version && offered !== version ? `, and the client can speak ${offered}` : ''
  const text = [version, cipher].filter(Boolean).join(', ') + better
  const step = factStep('handshake.version', text === '' ? 'unknown' : text, { at: record.times.handshake ?? 0 })
  const used = proofOfUse(record)
  return proofOf(record, 'a session', step, { after: used ? [used] : [] })
}

/** The highest version that any ClientHello of the run offers. */
const bestOffered = (run: readonly ConnectionRecord[]): string | undefined =>
  run
    .flatMap(({ clientHello }) => clientHello?.versions ?? [])
    .sort()
    .at(-1)

/** By how little of the password they show; what is not among them shows it all. */
const strength = (mechanism: string): number =>
  /^SCRAM-.*-PLUS$/.test(mechanism)
    ? 3
    : mechanism.startsWith('SCRAM-')
      ? 2
      : /^(?:CRAM|DIGEST)-MD5$|^APOP$/.test(mechanism)
        ? 1
        : 0

/** It logged in by a weaker mechanism than both sides know: one that was planted, or what was left when a better one failed. */
export const downgradedMech: Detector = (record, context) => {
  const name = 'downgraded-mech'
  const fired = firedBy(record, partsShowing(context, name))
  if (!fired) return undefined
  const mechanisms = plantsFor(context, name).filter((plant) => 'mechanism' in plant)
  if (mechanisms.length > 0) return plantUsed(record, mechanisms, { since: fired.at })
  const tried = record.commands.flatMap((command) => {
    const mechanism = mechanismOf(command)
    return mechanism === '' ? [] : [{ at: command.at, strength: strength(mechanism) }]
  })
  const weakerThanBefore = (credential: CredentialRecord): boolean =>
    tried.some((one) => one.at < credential.at && one.strength > strength(credential.mechanism))
  return credentialProof(record, weakerThanBefore)
}
