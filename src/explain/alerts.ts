import type { Reason } from '../scenarios/vocabulary.ts'
import type { Reading } from './codes.ts'
import { speakerOf } from './context.ts'

/** An alert about a certificate, as its receiver reports it: the judgement of the peer. */
export interface JudgedAlert {
  readonly name: string
  readonly speaker: 'server' | 'client' | null
  /** What the alert is about: the server's chain, the client's certificate, or both where nobody can tell. */
  readonly reasons: readonly Reason[]
  /** Those of them that the alert only leaves open: `bad_certificate` is sent for anything. */
  readonly untold: readonly Reason[]
}

/** Alerts that either side sends of the other's certificate. `certificate_required` is a server's alone. */
const aboutCertificates: ReadonlySet<string> = new Set([
  'bad_certificate',
  'unsupported_certificate',
  'certificate_revoked',
  'certificate_expired',
  'certificate_unknown',
  'unknown_ca',
])

/** The alert about a certificate that a text reports; null where it reports none. */
export function judgedAlert(input: string, readings: readonly Reading[]): JudgedAlert | null {
  const found = readings.find(({ of, name }) => of === 'TLS alert' && aboutCertificates.has(name))
  // A number alone is OpenSSL's first.
  if (!found || /^\s*\d+\s*$/.test(input)) return null
  const speaker = speakerOf(input)
  const own: readonly Reason[] = speaker === 'server' ? [] : ['client-certificate']
  const ofServer = speaker === 'client' ? [] : found.reasons
  return { name: found.name, speaker, reasons: [...ofServer, ...own], untold: ofServer.length > 3 ? ofServer : [] }
}

/** What a server minds of a client's hello, where it received no alert. */
const ofTheClient: ReadonlySet<Reason> = new Set(['not-tls', 'protocol-version', 'handshake-failure'])

/** Whether a server says of its client what a client would say of a server: no scenario of ours makes it say so. */
export const isOfTheClient = (input: string, alert: JudgedAlert | null, told: readonly Reason[]): boolean =>
  alert === null &&
  told.some((reason) => ofTheClient.has(reason)) &&
  speakerOf(input) === 'server' &&
  !/\balert\b/i.test(input)

/** Told of such a text. */
export const ofTheClientNote =
  'A server says so of a client: it is the client that spoke no TLS, or offered nothing that the server takes.'

/** Whose certificate an alert is about, in words. */
export function alertNotes(alert: JudgedAlert | null): readonly string[] {
  if (!alert) return []
  const { name, speaker } = alert
  if (speaker === 'server') {
    return [`A server says so: it received ${name}, so the client does not accept the chain that this server sent.`]
  }
  if (speaker === 'client') {
    return [
      `A client says so: it received ${name}, so the server does not accept the certificate that this client sent.`,
    ]
  }
  return [
    `An alert that was received is the judgement of the other side. Read by a server, ${name} means that the client does not accept the chain that the server sent; read by a client, that the server does not accept the client's certificate.`,
  ]
}
