import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { group, sorted } from './groups.ts'

/** What a judge said of a scenario: one line of its file. */
export interface Row {
  readonly scenario: string
  /** The program or library that speaks. */
  readonly client: string
  /** `crl` where the client had the CRLs of the chain, `machine` where it was told nothing about certificates. */
  readonly given: '' | 'crl' | 'machine'
  readonly outcome: 'error' | 'accepted' | 'hung' | 'unsaid'
  /** What one would look up, or nothing. */
  readonly code: string
  readonly text: string
  /** What the server saw, where that is asked: outcome, detail, qualifier and verdict. */
  readonly server?: string
  /** Lines of versions that said so: {@link Measurement.series}. */
  readonly series: readonly string[]
  /** `imap/starttls`, or `files` for a judge that dials nobody. */
  readonly places: readonly string[]
}

/** One run of `npm run measure` that rows are from. */
export interface Measurement {
  /** A line of versions whose words are kept apart: the major version of Node, say. */
  readonly series: string
  readonly version: string
  /** Day. */
  readonly on: string
  /** What the judge was served by. */
  readonly servedBy: string
  /** The scenarios that it was asked of; absent when it was asked of all. */
  readonly only?: readonly string[]
}

/** Everything that one judge was heard to say. */
export interface Recording {
  readonly judge: string
  readonly measurements: readonly Measurement[]
  readonly rows: readonly Row[]
}

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures/measured')

/** Where the words of a judge stand, from the top of the repository. */
export const pathOf = (judge: string): string => `fixtures/measured/${judge}.tsv`

const columns = ['scenario', 'client', 'given', 'outcome', 'code', 'text', 'server', 'series', 'places'] as const

/** The judges that there are words of. */
export const recordedJudges = (): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.tsv'))
    .map((name) => name.slice(0, -'.tsv'.length))
    .sort()

/** What is recorded of a judge; nothing where it was never asked. */
export function readRecording(judge: string): Recording {
  const file = join(folder, `${judge}.tsv`)
  return existsSync(file) ? parseRecording(judge, readFileSync(file, 'utf8')) : { judge, measurements: [], rows: [] }
}

export function writeRecording(recording: Recording): void {
  const file = join(folder, `${recording.judge}.tsv`)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, formatRecording(recording))
}

/** Lines that begin with `#` tell of the measurements, then come the names of the columns, then the rows. */
export function parseRecording(judge: string, text: string): Recording {
  const lines = text.trimEnd().split('\n')
  const measurements = lines
    .filter((line) => line.startsWith('#\t'))
    .slice(1)
    .map((line): Measurement => {
      const [, series = '', version = '', on = '', servedBy = '', only = ''] = line.split('\t')
      return { series, version, on, servedBy, ...(only && { only: only.split(' ') }) }
    })
  const [header = '', ...body] = lines.filter((line) => !line.startsWith('#'))
  const names = header.split('\t')
  return { judge, measurements, rows: body.map((line) => rowIn(names, line.split('\t'))) }
}

function rowIn(names: readonly string[], cells: readonly string[]): Row {
  const cell = (column: (typeof columns)[number]): string => cells[names.indexOf(column)] ?? ''
  return {
    ...{ scenario: cell('scenario'), client: cell('client'), code: cell('code'), text: cell('text') },
    given: cell('given') as Row['given'],
    outcome: cell('outcome') as Row['outcome'],
    ...(cell('server') && { server: cell('server') }),
    series: cell('series').split(' '),
    places: cell('places').split(' ').flatMap(unabridged),
  }
}

/** One line per row, in an order of its own, so that a diff shows what has changed and nothing else. */
export function formatRecording({ measurements, rows }: Recording): string {
  const headers = measurements.map(({ series, version, on, servedBy, only = [] }) =>
    ['#', series, version, on, servedBy, only.join(' ')].join('\t').trimEnd(),
  )
  const lines = merged(rows).map((row) => {
    const { series, places, ...words } = row
    const cells = { ...words, series: series.join(' '), places: abridged(places).join(' ') }
    return columns.map((column) => cells[column] ?? '').join('\t')
  })
  return [
    "# Written by 'npm run measure', and looked at in the diff.",
    '#\tseries\tversion\tmeasured\tserved by\tonly of',
    ...sorted(headers),
    columns.join('\t'),
    ...lines.sort(),
    '',
  ].join('\n')
}

const bothModes = ['implicit', 'starttls'] as const

/** A protocol in both modes is the protocol alone. */
const abridged = (places: readonly string[]): readonly string[] =>
  sorted(
    places.map((place) => {
      const [protocol = place] = place.split('/')
      return bothModes.every((mode) => places.includes(`${protocol}/${mode}`)) ? protocol : place
    }),
  )

const unabridged = (place: string): readonly string[] =>
  place === 'files' || place.includes('/') ? [place] : bothModes.map((mode) => `${place}/${mode}`)

/** The same words at several places are one row, and so are those of several lines of versions. */
function merged(rows: readonly Row[]): readonly Row[] {
  const words = ({ scenario, client, given, outcome, code, text, server = '' }: Row): readonly string[] => [
    ...[scenario, client, given, outcome, code, text, server],
  ]
  const single = rows.flatMap((row) => row.series.map((series) => ({ ...row, series: [series] })))
  const byPlace = group(single, (row) => [...words(row), ...row.series]).map((same) => ({
    ...same[0],
    places: sorted(same.flatMap(({ places }) => places)),
  }))
  return group(byPlace, (row) => [...words(row), ...row.places]).map((same) => ({
    ...same[0],
    series: sorted(same.flatMap(({ series }) => series)),
  }))
}

/** A recording with a measurement in the place of what it repeats; everything else stays. */
export function record(
  { judge, measurements, rows }: Recording,
  measurement: Measurement,
  found: readonly Row[],
): Recording {
  const { series, only } = measurement
  const repeated = (scenario: string): boolean => only?.includes(scenario) ?? true
  const kept = rows.flatMap((row): readonly Row[] => {
    if (!repeated(row.scenario) || !row.series.includes(series)) return [row]
    const others = row.series.filter((one) => one !== series)
    return others.length > 0 ? [{ ...row, series: others }] : []
  })
  return {
    judge,
    measurements: withMeasurement(measurements, measurement),
    rows: [...kept, ...found],
  }
}

function withMeasurement(known: readonly Measurement[], added: Measurement): readonly Measurement[] {
  const { series, version, only } = added
  if (only === undefined) return [...known.filter((one) => one.series !== series), added]
  const rest = known.flatMap((one): readonly Measurement[] => {
    if (one.series !== series || one.only === undefined) return [one]
    const left = one.only.filter((scenario) => !only.includes(scenario))
    return left.length > 0 ? [{ ...one, only: left }] : []
  })
  // A part of what the same version was asked already needs no line of its own.
  const whole = rest.some((one) => one.series === series && one.only === undefined && one.version === version)
  if (whole) return rest
  const same = rest.find((one) => one.series === series && one.version === version)
  const joined = { ...added, only: sorted([...only, ...(same?.only ?? [])]) }
  return [...rest.filter((one) => one !== same), joined]
}

/** The version that said what is recorded of a scenario. */
export function versionFor({ measurements }: Recording, series: string, scenario: string): string | undefined {
  const ofSeries = measurements.filter((one) => one.series === series)
  return (ofSeries.find(({ only }) => only?.includes(scenario)) ?? ofSeries.find(({ only }) => !only))?.version
}

/** The recorded line of versions that is nearest to one: itself, the newest before it, or the oldest. */
export function nearestSeries({ measurements }: Recording, series: string): string | undefined {
  const known = sorted(measurements.map((one) => one.series))
  const before = known.filter((one) => one.localeCompare(series, 'en', { numeric: true }) <= 0)
  return before.at(-1) ?? known[0]
}
