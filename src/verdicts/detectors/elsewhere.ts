import { commandProof, factStep, proofOf } from '../proof.ts'
import { credentialProof } from './clear.ts'
import type { Detector } from './context.ts'

/** A login at a listener to which nobody comes but who follows the fault. */
export const leakCredentialsUntrustedHost: Detector = (record) =>
  record.role === 'canary' ? credentialProof(record, () => true) : undefined

/** It went where the fault had sent it. */
export const followedReferral: Detector = (record) => {
  if (record.role !== 'canary') return undefined
  const { host, port, remote } = record
  const step = factStep('role', `connection to ${host}:${port} from ${remote.address}:${remote.port}`, {
    phase: 'clear',
  })
  return commandProof(record, 'a connection', 0, { before: [step] }) ?? proofOf(record, 'a connection', step)
}
