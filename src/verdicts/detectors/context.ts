import type { ConnectionRecord, FiredRecord } from '../../record/record.ts'
import type { QuirkEntry } from '../../scenarios/entry.ts'
import type { FineName, Plant } from '../../scenarios/fine-names.ts'
import type { ProofWords } from '../../scenarios/quirk-words.ts'
import type { Expectation, Scenario } from '../../scenarios/scenario.ts'
import type { Expect } from '../../scenarios/vocabulary.ts'
import type { Proof } from '../proof.ts'

/** How the client itself ended, where that is known: `check` sees it, a server does not. */
export interface ClientEnding {
  readonly succeeded: boolean
  readonly signal: string | null
  readonly timedOut: boolean
  /** The end of what it wrote. */
  readonly output: string
}

/** A part of a scenario that misbehaves, with what would prove that a client fell for it. */
export interface FaultyPart extends ProofWords {
  readonly id: string
  readonly expect: Expect
  /** Absent for a preset. */
  readonly layer?: QuirkEntry['layer']
}

/** What a connection was about, and what else is known of the run. */
export interface DetectorContext {
  readonly expectation: Expectation
  /** What is served, and whether it is another certificate than a right server would show. */
  readonly certificate: { readonly id: string; readonly faulty: boolean; readonly expect: Expect }
  readonly parts: readonly FaultyPart[]
  /** Every connection of the run, canaries and fallbacks among them. */
  readonly run: readonly ConnectionRecord[]
  /** The connections to the twin: the same server without what it injects. */
  readonly twin?: readonly ConnectionRecord[] | undefined
  readonly client?: ClientEnding | undefined
}

/** Finds one fine name on one connection, and proves it. Pure. */
export type Detector = (record: ConnectionRecord, context: DetectorContext) => Proof | undefined

/** What the n-th connection of a scenario is about. */
export function contextOf(
  scenario: Scenario,
  nth: number,
  also: Pick<DetectorContext, 'run' | 'twin' | 'client'>,
): DetectorContext {
  const { certificate, quirks, preset, expectation } = scenario.forConnection(nth)
  const parts: readonly FaultyPart[] = [...quirks, ...(preset ? [preset] : [])].map(({ id, entry }) => ({
    id,
    expect: entry.expect,
    ...('layer' in entry && { layer: entry.layer }),
    ...(entry.shows && { shows: entry.shows }),
    ...(entry.plants && { plants: entry.plants }),
  }))
  return { expectation, certificate, parts, ...also }
}

/** Ids of what is not as it should be: what fired of these is the fault. */
export const faultsOf = ({ certificate, parts }: DetectorContext): readonly string[] => [
  ...(certificate.faulty ? [certificate.id] : []),
  ...parts.filter(({ layer }) => layer !== undefined).map(({ id }) => id),
]

/**
 * Whether what is wrong has shown. Where a strict client goes on, it may do so without meeting what is special; then the
 * right certificate must have shown.
 */
export function hasFired({ fired, mode }: ConnectionRecord, context: DetectorContext): boolean {
  // Nothing was promised, and nothing has to show.
  if (mode === 'plain') return true
  const faults = faultsOf(context)
  if (faults.length === 0 || context.expectation.expect === 'accept') return fired.length > 0
  return fired.some(({ part }) => faults.includes(part))
}

/** The parts that can show this. */
export const partsShowing = ({ parts }: DetectorContext, name: FineName): readonly FaultyPart[] =>
  parts.filter(({ shows }) => shows?.includes(name))

/** When one of these parts first showed. */
export const firedBy = ({ fired }: ConnectionRecord, parts: readonly FaultyPart[]): FiredRecord | undefined =>
  fired.find(({ part }) => parts.some(({ id }) => id === part))

/** What was planted to prove this. */
export const plantsFor = (context: DetectorContext, name: FineName): readonly Plant[] =>
  partsShowing(context, name).flatMap(({ plants = [] }) => plants)

/** Whether a strict client refuses this certificate, and it was shown. */
export const isImpostor = ({ fired }: ConnectionRecord, { certificate }: DetectorContext): boolean =>
  certificate.faulty && certificate.expect === 'reject' && fired.some(({ part }) => part === certificate.id)
