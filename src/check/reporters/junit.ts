import { entities, printable, withoutCommands } from '../../text/printable.ts'
import { correctClient, describeBaseline, describeCell, describeClient, furtherWords, isKnown } from '../describe.ts'
import { evidence } from '../evidence.ts'
import type { CheckCell, CheckReport } from '../report.ts'
import { type Column, isIn, matrixOf, placeOf, standingOf } from './matrix.ts'

/**
 * JUnit XML: one suite per protocol and mode, one test case per scenario. What makes the check fail is a failure or, where
 * nothing could be judged, an error; a note is written to system-out; what was not tried, or is known, is skipped.
 */
export function formatJunit(report: CheckReport): string {
  const suites = [
    ...matrixOf(report).columns.map((column) => cellSuite(column, report)),
    ...report.skipped.map((skipped) => skippedSuite(skipped, report)),
  ]
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `mockmail check: ${report.client}`, ...sum(suites.map(({ totals }) => totals)) })}>`,
    ...suites.flatMap(({ lines }) => lines),
    '</testsuites>',
  ]
  return `${lines.join('\n')}\n`
}

interface Totals {
  readonly tests: number
  readonly failures: number
  readonly errors: number
  readonly skipped: number
  /** Milliseconds. */
  readonly duration: number
}

interface Suite {
  readonly totals: Totals
  readonly lines: readonly string[]
}

function cellSuite(column: Column, report: CheckReport): Suite {
  // In the order of the run, so that two reports can be compared line by line.
  const cells = report.cells.filter((cell) => isIn(column, cell))
  const totals = {
    tests: cells.length,
    failures: cells.filter(isFailure).length,
    errors: cells.filter((cell) => standingOf(cell) === 'inconclusive').length,
    skipped: cells.filter(isKnown).length,
    duration: cells.reduce((total, { duration }) => total + duration, 0),
  }
  return suite(column, totals, report, [
    ...properties({ client: report.client, mockmail: report.mockmail, contract: report.contract }),
    ...cells.flatMap(cellCase),
  ])
}

function skippedSuite(skipped: CheckReport['skipped'][number], report: CheckReport): Suite {
  const totals = { tests: 1, failures: 0, errors: 0, skipped: 1, duration: 0 }
  return suite(skipped, totals, report, [
    `    <testcase${attributes({ name: 'good', classname: classOf(skipped), time: '0.000' })}>`,
    `      <skipped${attributes({ message: `does not speak ${placeOf(skipped)}: ${skipped.why}` })}/>`,
    ...output(furtherWords(skipped.client)),
    '    </testcase>',
  ])
}

function suite(column: Column, totals: Totals, { startedAt }: CheckReport, inside: readonly string[]): Suite {
  const start = { name: placeOf(column), timestamp: timestamp(startedAt), ...sum([totals]) }
  return { totals, lines: [`  <testsuite${attributes(start)}>`, ...inside, '  </testsuite>'] }
}

/** A pass that a baseline did not expect makes the check fail, so it must not be green here. */
const isFailure = (cell: CheckCell): boolean =>
  standingOf(cell) === 'fail' || (cell.verdict !== 'inconclusive' && cell.baseline !== null)

function cellCase(cell: CheckCell): readonly string[] {
  const { scenario, verdict, detail, duration, client } = cell
  const start = { name: scenario, classname: classOf(cell), time: seconds(duration) }
  const baseline = describeBaseline(cell)
  const says = [
    describeCell(cell),
    ...(baseline ? [baseline] : []),
    `a correct client ${correctClient(cell)}`,
    `client: ${describeClient(cell)}`,
    ...evidence(cell),
  ].join('\n')
  if (verdict === 'pass' && !isFailure(cell)) return [`    <testcase${attributes(start)}/>`]
  const inside = isKnown(cell)
    ? `      <skipped${attributes({ message: `known: ${cell.known}` })}/>\n${element('system-out', {}, says)}`
    : isFailure(cell)
      ? element('failure', { message: messageOf(cell), type: verdict === 'fail' ? detail : 'baseline' }, says)
      : verdict === 'inconclusive'
        ? element('error', { message: messageOf(cell), type: detail }, says)
        : element('system-out', {}, says)
  return [`    <testcase${attributes(start)}>`, inside, ...output(furtherWords(client)), '    </testcase>']
}

const messageOf = (cell: CheckCell): string =>
  cell.verdict === 'pass' || cell.verdict === 'note'
    ? `${describeCell(cell)}; ${describeBaseline(cell)}`
    : describeCell(cell)

const output = (text: string): readonly string[] => (text.trim() === '' ? [] : [element('system-err', {}, text)])

const element = (name: string, given: Readonly<Record<string, string>>, text: string): string =>
  `      <${name}${attributes(given)}>${escapeXml(text)}</${name}>`

const properties = (given: Readonly<Record<string, string>>): readonly string[] => [
  '    <properties>',
  ...Object.entries(given).map(([name, value]) => `      <property${attributes({ name, value })}/>`),
  '    </properties>',
]

const classOf = ({ protocol, mode }: Column): string => `mockmail.${protocol}.${mode}`

/** The schema in use among build servers knows neither fractions nor a time zone; it is UTC. */
const timestamp = (startedAt: string): string => startedAt.replace(/(?:\.\d+)?Z$/, '')

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3)

function sum(totals: readonly Totals[]): Readonly<Record<string, string>> {
  const of = (key: keyof Totals): number => totals.reduce((total, one) => total + one[key], 0)
  return {
    tests: `${of('tests')}`,
    failures: `${of('failures')}`,
    errors: `${of('errors')}`,
    skipped: `${of('skipped')}`,
    time: seconds(of('duration')),
  }
}

const attributes = (given: Readonly<Record<string, string>>): string =>
  Object.entries(given)
    .map(([name, value]) => ` ${name}="${escapeXml(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;')}"`)
    .join('')

/** XML 1.0 has no way to write most control characters (§2.2), so they are shown as the transcript shows them. */
const escapeXml = (text: string): string =>
  withoutCommands(printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'), entities)
