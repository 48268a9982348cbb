import { catalogue } from '../scenarios/registry.ts'
import { type Ecosystem, ecosystems } from '../verdicts/reasons/patterns.ts'
import { verifyCodes } from '../verdicts/reasons/verify-codes.ts'
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

/** What the entries say of themselves, and their own tests hold them to, where the measurements are older than they. */
const catalogueTexts: readonly ErrorText[] = catalogue.flatMap(({ id, entry }) =>
  Object.entries(entry.errors ?? {})
    .filter(([ecosystem]) => !measuredTexts.some((row) => row.ecosystem === ecosystem && row.scenarios.includes(id)))
    .flatMap(([name, value]) => {
      const ecosystem = ecosystems.find((one) => one === name)
      return ecosystem ? [entryText(ecosystem, id, value)] : []
    }),
)

/** Everything known, measurements first. */
export const errorTexts: readonly ErrorText[] = [
  ...measuredTexts,
  ...catalogueTexts,
  ...[...dotnetTexts, ...platformTexts].map(withScenarios),
]

/** Who accepts what. */
export const acceptances: readonly Acceptance[] = measuredFile.accepted.map((row) => ({
  ...row,
  ecosystem: row.ecosystem as Ecosystem,
  scenarios: ids(row.scenarios),
}))

function entryText(ecosystem: Ecosystem, id: string, value: string | number): ErrorText {
  const text = ecosystem === 'openssl' ? verifyCodes.find(({ code }) => code === value)?.text : undefined
  return {
    ecosystem,
    clients: [],
    versions: [],
    code: String(value),
    text: text ?? String(value),
    scenarios: [id],
    evidence: 'measured',
    source: `the catalogue's entry ${id}`,
  }
}

/** Its scenarios are those of the catalogue with its reasons, so that a new entry is found without a new row. */
function withScenarios({ reasons, scenarios, client, versions, code, ...row }: SourcedText): ErrorText {
  const meant = catalogue
    .filter(({ entry }) => [entry.reason ?? []].flat().some((reason) => reasons?.includes(reason)))
    .map(({ id }) => id)
  return {
    ...row,
    clients: client === undefined ? [] : [client],
    versions: versions === undefined ? [] : [versions],
    code: code ?? null,
    scenarios: [...meant, ...(scenarios ?? [])],
    evidence: 'sourced',
  }
}
