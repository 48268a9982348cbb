import { catalogue } from '../scenarios/registry.ts'
import type { Ecosystem } from '../verdicts/patterns.ts'
import measuredFile from './measured.json' with { type: 'json' }
import { dotnetTexts } from './sourced-dotnet.ts'
import { platformTexts } from './sourced-platforms.ts'
import type { SourcedText } from './sourced-text.ts'

/** A text that an ecosystem reports, and what it reports it of. */
export interface ErrorText {
  readonly ecosystem: Ecosystem
  /** Programs and libraries that say so. */
  readonly clients: readonly string[]
  readonly versions: readonly string[]
  readonly code: string | null
  /** `…` stands for what differs: names, ports, times. */
  readonly text: string
  readonly scenarios: readonly string[]
  readonly evidence: 'measured' | 'sourced'
  /** Where it is from. */
  readonly source: string
}

/** A client that goes on with a scenario and says nothing. */
export interface Acceptance {
  readonly ecosystem: Ecosystem
  readonly client: string
  readonly versions: readonly string[]
  readonly scenarios: readonly string[]
}

/** Day of the measurements. */
export const measuredOn: string = measuredFile.on

const ids = (places: readonly (readonly string[])[]): readonly string[] => places.flatMap(([id]) => id ?? [])

const measuredTexts: readonly ErrorText[] = measuredFile.texts.map((row) => ({
  ...row,
  ecosystem: row.ecosystem as Ecosystem,
  scenarios: ids(row.scenarios),
  evidence: 'measured',
  source: `measured on ${measuredOn}`,
}))

/** Everything known, measurements first. */
export const errorTexts: readonly ErrorText[] = [
  ...measuredTexts,
  ...[...dotnetTexts, ...platformTexts].map(withScenarios),
]

/** Who accepts what. */
export const acceptances: readonly Acceptance[] = measuredFile.accepted.map((row) => ({
  ...row,
  ecosystem: row.ecosystem as Ecosystem,
  scenarios: ids(row.scenarios),
}))

/** Its scenarios are those of the catalogue with its reasons, so that a new entry is found without a new row. */
function withScenarios({ reasons, scenarios, client, versions, code, ...row }: SourcedText): ErrorText {
  const meant = catalogue.filter(({ entry }) => entry.reason && reasons?.includes(entry.reason)).map(({ id }) => id)
  return {
    ...row,
    clients: client === undefined ? [] : [client],
    versions: versions === undefined ? [] : [versions],
    code: code ?? null,
    scenarios: [...meant, ...(scenarios ?? [])],
    evidence: 'sourced',
  }
}
