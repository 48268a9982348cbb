import { resolveScenario } from '../../src/scenarios/scenario.ts'
import type { Finding, Question, Target } from './findings.ts'

/** Whose code looks at TLS. What is built on OpenSSL, or is a fork of it, counts as OpenSSL. */
export type Implementation = 'openssl' | 'gnutls' | 'java' | 'go' | 'rustls'

/** How a program is asked for its version. */
export interface VersionQuery {
  readonly command: readonly [string, ...string[]]
  readonly pattern: RegExp
}

/** What is known of a judge before it is asked. */
export interface JudgeFacts {
  /** Its words stand in `fixtures/measured/<id>.tsv`. */
  readonly id: string
  readonly ecosystem: string
  readonly implementation: Implementation
  /** Programs without which it cannot be asked. */
  readonly needs: readonly string[]
  readonly version: VersionQuery
  /** Versions whose words are kept apart from those of others. Default: a new version takes the place of the old one. */
  seriesOf?(version: string): string
  /** `by tests`: what it says now is compared with what is recorded. Default: by `npm run measure` only. */
  readonly asked?: 'by tests'
  /** Its words are not for `mockmail explain`. */
  readonly explained?: false
  /** Default: everything. `TLS`: it does not look at replies, so faults of STARTTLS are not for it. */
  readonly of?: 'TLS' | 'versions of TLS'
  /** Protocols over which it looks at replies all the same. Default none. */
  readonly looksAtRepliesOf?: readonly string[]
  /** Default: all three. */
  readonly protocols?: readonly string[]
  /** Default: both. */
  readonly modes?: readonly string[]
  /** Where none of its clients can go, as `pop3/starttls`. Default nowhere. */
  readonly cannot?: string
  /** Scenarios that it is not pointed at. Default none. */
  readonly unasked?: readonly string[]
  /** It cannot be given a CRL, or looks at none. */
  readonly takesNoCrl?: true
}

/** A program that is no part of this project, and says in its own words what is wrong with a server. */
export interface Judge extends JudgeFacts {
  ask(question: Question): Promise<readonly Finding[]>
}

export const majorOf = (version: string): string => version.split('.')[0] ?? version
export const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.')

/** The line of versions that this version belongs to. */
export const seriesFor = ({ seriesOf }: JudgeFacts, version: string): string => seriesOf?.(version) ?? ''

/** Whether a judge has something to say of a target. */
export function isFor(judge: JudgeFacts, { scenario, protocol, mode, crl }: Target): boolean {
  if (judge.protocols && !judge.protocols.includes(protocol)) return false
  if ((judge.modes && !judge.modes.includes(mode)) || judge.cannot === `${protocol}/${mode}`) return false
  if ((judge.takesNoCrl && crl !== undefined) || judge.unasked?.includes(scenario)) return false
  if (judge.of === undefined || scenario === 'good') return true
  const layers = resolveScenario(scenario).parts.map((part) => (part.kind === 'quirk' ? part.entry.layer : part.kind))
  if (judge.of === 'versions of TLS') return layers.every((layer) => layer === 'tls')
  if (mode === 'implicit' || judge.looksAtRepliesOf?.includes(protocol)) return true
  return !layers.some((layer) => layer === 'starttls' || layer === 'session')
}
