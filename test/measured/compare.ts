import { expect } from 'vitest'
import { sorted } from '../../scripts/measure/groups.ts'
import { nearestSeries, pathOf, type Recording, type Row, versionFor } from '../../scripts/measure/recording.ts'

/** What was asked. */
interface Asked {
  readonly scenario: string
  readonly given: Row['given']
  readonly place: string
}

/** Who was asked, and what is recorded of it. */
export interface Heard {
  readonly recording: Recording
  /** The line of versions that the one here belongs to. */
  readonly series: string
  /** The version here. */
  readonly version: string
}

/** Compares what a judge says now with what is recorded: the same words of each of its clients, and no others. */
export function expectRecorded({ recording, series, version }: Heard, asked: Asked, now: readonly Row[]): void {
  const { scenario, given, place } = asked
  const { judge } = recording
  const command = `npm run measure -- --judge ${judge} --scenario ${scenario}`
  const nearest = nearestSeries(recording, series)
  const recorded = recording.rows.filter((row) => row.places.includes(place) && row.series.includes(nearest ?? ''))
  const about = (id: string): readonly Row[] => recorded.filter((row) => row.scenario === id && row.given === given)
  const usable = clientsIn(recorded.filter((row) => row.scenario === 'good' && row.outcome === 'accepted'))
  const unheard = usable.filter((client) => !clientsIn(about(scenario)).includes(client))
  if (nearest === undefined || usable.length === 0 || unheard.length > 0) {
    const who = unheard.join(', ') || judge
    throw new Error(
      `${pathOf(judge)} has nothing that ${who} says of ${scenario}${given && ` (${given})`} at ${place}. '${command}' records it; look at the diff and commit it.`,
    )
  }
  const then = versionFor(recording, nearest, scenario)
  expect(
    linesOf(now.filter(({ client }) => usable.includes(client))),
    `${pathOf(judge)} is of ${judge} ${then}, and here is ${version}. If what is said now is right, '${command}' records it; look at the diff and commit it.`,
  ).toEqual(linesOf(about(scenario)))
}

const clientsIn = (rows: readonly Row[]): readonly string[] => sorted(rows.map(({ client }) => client))

/** Order and repetition say nothing. */
const linesOf = (rows: readonly Row[]): readonly string[] =>
  sorted(
    rows.map(({ client, outcome, code, text, server }) =>
      [client, outcome, code, text, server].filter((cell) => cell).join(' | '),
    ),
  )
