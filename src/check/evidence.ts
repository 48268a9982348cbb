import { cut, oneLine } from '../text/printable.ts'
import { formatProof } from '../verdicts/proof.ts'
import type { CheckCell } from './report.ts'

export interface EvidenceOptions {
  /** Columns. Default 80. */
  readonly width?: number
  /** Lines. Default 6. */
  readonly limit?: number
}

/** The proof of the outcome in lines; where nothing could be found, the end of the last dialogue. */
export function evidence(
  { proof, scenario, transcripts }: CheckCell,
  { width = 80, limit = 6 }: EvidenceOptions = {},
): readonly string[] {
  if (proof) return formatProof(proof, { width, limit, of: transcripts.length, served: scenario })
  const last = transcripts.findLast((transcript) => transcript !== '')
  return (last?.split('\n') ?? []).slice(-limit).map((line) => cut(oneLine(line), width))
}
