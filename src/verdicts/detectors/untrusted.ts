import type { ConnectionRecord } from '../../record/record.ts'
import type { FineName } from '../../scenarios/fine-names.ts'
import { factStep, type ProofStep, proofOf } from '../proof.ts'
import { credentialProof, mailProof } from './clear.ts'
import {
  type Detector,
  type DetectorContext,
  type FaultyPart,
  firedBy,
  hasFired,
  isImpostor,
  partsShowing,
} from './context.ts'
import { proofOfUse, usesTls } from './ends.ts'

/** A password or a token inside TLS, told to a server that had to be refused. */
export const leakCredentialsUntrustedTls: Detector = (record, context) =>
  hadToBeRefused(record, context)
    ? withServer(
        record,
        context,
        credentialProof(record, ({ phase }) => phase === 'tls'),
      )
    : undefined

/** Mail, or who it is from and for, inside TLS, told to a server that had to be refused. */
export const leakMessageUntrustedTls: Detector = (record, context) =>
  hadToBeRefused(record, context) ? withServer(record, context, mailProof(record, 'tls')) : undefined

/** A client certificate for a server that had to be refused: it says who the user is. */
export const leakIdentityUntrusted: Detector = (record, context) => {
  const { clientCertificate } = record.handshake
  if (clientCertificate === null || !isImpostor(record, context)) return undefined
  const step = factStep('handshake.clientCertificate', clientCertificate, { at: record.times.handshake ?? 0 })
  return proofOf(record, 'its certificate', step, { before: [serverStep(record, context)] })
}

/** It used a session with a server whose certificate had to be refused. */
export const acceptedBadCert: Detector = (record, context) =>
  isImpostor(record, context) ? proofOfUse(record, [serverStep(record, context)]) : undefined

/** It went on over a handshake or a record that had to be refused. */
export const acceptedBadTls: Detector = (record, context) => acceptedBad('accepted-bad-tls', record, context)

/** It took what is malformed for what it should have been: worth a note. */
export const toleratedMalformed: Detector = (record, context) => {
  const fired = firedBy(record, partsShowing(context, 'tolerated-malformed'))
  return fired && proofOfUse(record, [firedStep(record, fired)])
}

/** A use of a session that a fault of this kind should have prevented; where the entry does not say which, its layer does. */
function acceptedBad(
  name: 'accepted-bad-tls' | 'accepted-bad-dialogue',
  record: ConnectionRecord,
  context: DetectorContext,
) {
  if (context.expectation.expect === 'accept') return undefined
  const fired = firedBy(record, [...partsShowing(context, name), ...undeclared(context, name)])
  return fired && proofOfUse(record, [firedStep(record, fired)])
}

/** The same of a dialogue, where nothing else is known of it than that a strict client leaves. */
export const acceptedUndeclaredDialogue: Detector = (record, context) => {
  const fired = firedBy(record, undeclared(context, 'accepted-bad-dialogue'))
  return fired && proofOfUse(record, [firedStep(record, fired)])
}

/** Parts that a strict client refuses and that do not say what they can show: the strictest name for their layer. */
const undeclared = ({ parts }: DetectorContext, name: FineName): readonly FaultyPart[] =>
  parts.filter(
    ({ shows, expect, layer }) =>
      shows === undefined && expect === 'reject' && (name === 'accepted-bad-dialogue') === (layer === 'session'),
  )

/** Secrets are told to whom they must not be: the certificate says so, or a handshake that proves nothing. */
function hadToBeRefused(record: ConnectionRecord, context: DetectorContext): boolean {
  if (!hasFired(record, context) || !usesTls(record)) return false
  if (isImpostor(record, context)) return true
  const parts = context.parts.filter(
    ({ expect, shows }) =>
      expect === 'reject' &&
      (shows === undefined || shows.includes('accepted-bad-tls') || shows.includes('leak-credentials-untrusted-tls')),
  )
  return firedBy(record, parts) !== undefined
}

const withServer = (record: ConnectionRecord, context: DetectorContext, proof: ReturnType<typeof proofOf>) => {
  const server = serverStep(record, context)
  return proof && server ? { ...proof, before: [server, ...proof.before].slice(-3) } : proof
}

/** What was shown that had to be refused. */
function serverStep(record: ConnectionRecord, { certificate }: DetectorContext): ProofStep | undefined {
  const at = { at: record.times.handshake ?? 0, from: 'server' } as const
  const shown = record.handshake.certificate
  if (shown)
    return factStep('handshake.certificate', `certificate ${shown.id}: ${shown.subject.replaceAll('\n', ', ')}`, at)
  const index = record.fired.findIndex(({ part }) => part === certificate.id)
  return index < 0 ? undefined : firedStep(record, record.fired[index])
}

/** What the fault was, and when it showed. */
export function firedStep(
  record: ConnectionRecord,
  fired: ConnectionRecord['fired'][number] | undefined,
): ProofStep | undefined {
  if (!fired) return undefined
  const phase = fired.at >= (record.times.handshake ?? Number.POSITIVE_INFINITY) ? 'tls' : 'clear'
  const fact = `fired[${record.fired.indexOf(fired)}]`
  return factStep(fact, `${fired.part} at ${fired.where}`, { at: fired.at, from: 'server', phase })
}
