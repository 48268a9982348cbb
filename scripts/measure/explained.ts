import { batched } from './batched.ts'
import { group, sorted } from './groups.ts'
import type { JudgeFacts } from './judge.ts'
import { type Row, readRecording, recordedJudges, versionFor } from './recording.ts'
import { spawned } from './spawned.ts'

/** Scenarios, each with the protocols and modes where it was seen. */
type Places = readonly (readonly [scenario: string, places: string])[]

interface Silence {
  readonly ecosystem: string
  readonly client: string
  readonly versions: readonly string[]
  readonly scenarios: Places
}

/** What `src/explain/measured.json` holds. */
export interface Measured {
  readonly schema: 1
  /** Day of the newest measurement. */
  readonly on: string
  readonly texts: readonly {
    readonly ecosystem: string
    readonly clients: readonly string[]
    readonly versions: readonly string[]
    readonly code: string | null
    readonly text: string
    readonly scenarios: Places
  }[]
  /** Who went on with a scenario, without a word. */
  readonly accepted: readonly Silence[]
  /** Who said nothing within the time limit. */
  readonly hung: readonly Silence[]
}

/** A row of one version. */
interface Heard extends Pick<Row, 'scenario' | 'outcome' | 'code' | 'text' | 'places'> {
  readonly ecosystem: string
  readonly client: string
  readonly version: string
}

/** What is recorded, by text: each with every scenario that makes an ecosystem say so. */
export function measured(): Measured {
  const { heard, on } = everythingHeard()
  return {
    schema: 1,
    on,
    texts: group(
      heard.filter(({ outcome }) => outcome === 'error'),
      ({ ecosystem, code, text }) => [ecosystem, code, text],
    ).map(([first, ...rest]) => ({
      ecosystem: first.ecosystem,
      clients: sorted([first, ...rest].map(({ client }) => client)),
      versions: sorted([first, ...rest].map(({ version }) => version)),
      code: first.code === '' ? null : first.code,
      text: first.text,
      scenarios: placesOf([first, ...rest]),
    })),
    accepted: silences(heard, 'accepted'),
    hung: silences(heard, 'hung'),
  }
}

function everythingHeard(): { readonly heard: readonly Heard[]; readonly on: string } {
  const dialling: readonly JudgeFacts[] = [
    ...spawned,
    ...batched({ node: [], python: [], java: [], dotnet: ['python3'], angus: '.' }),
  ]
  const told = recordedJudges().flatMap(
    (id) => dialling.find((judge) => judge.id === id && judge.explained !== false) ?? [],
  )
  const recordings = told.map(({ id, ecosystem }) => ({ ecosystem, recording: readRecording(id) }))
  const heard = recordings.flatMap(({ ecosystem, recording }) =>
    recording.rows
      // What is said of a server without a fault says nothing of faults.
      .filter(({ scenario }) => scenario !== 'good')
      .flatMap(({ client, given, series, ...row }) =>
        series.map((one) => ({
          ...row,
          ecosystem,
          client: given === 'crl' ? `${client} with the CRL` : client,
          version: versionFor(recording, one, row.scenario) ?? one,
        })),
      ),
  )
  const days = recordings.flatMap(({ recording }) => recording.measurements.map(({ on }) => on))
  return { heard, on: sorted(days).at(-1) ?? '' }
}

/** Versions that do the same are one row. */
function silences(all: readonly Heard[], outcome: Row['outcome']): readonly Silence[] {
  const each = group(
    all.filter((one) => one.outcome === outcome),
    ({ ecosystem, client, version }) => [ecosystem, client, version],
  ).map(([first, ...rest]) => ({ ...first, scenarios: placesOf([first, ...rest]) }))
  return group(each, ({ ecosystem, client, scenarios }) => [ecosystem, client, JSON.stringify(scenarios)]).map(
    ([first, ...rest]) => ({
      ecosystem: first.ecosystem,
      client: first.client,
      versions: sorted([first, ...rest].map(({ version }) => version)),
      scenarios: first.scenarios,
    }),
  )
}

const placesOf = (heard: readonly Heard[]): Places =>
  group(heard, ({ scenario }) => [scenario]).map((same) => [
    same[0].scenario,
    sorted(same.flatMap(({ places }) => places)).join(' '),
  ])
