import { columnsOf, cut, oneLine, pad, withoutCommands } from '../../text/printable.ts'
import { wrapped } from '../../text/wrap.ts'
import { describeBaseline, describeCell, describeClient, describeCounts, describeUnstarted } from '../describe.ts'
import { evidence } from '../evidence.ts'
import type { CheckCell, CheckReport } from '../report.ts'
import {
  type Column,
  isWorthAWord,
  type Matrix,
  matrixOf,
  placeOf,
  type Standing,
  standingOf,
  untriedIn,
  worstFirst,
} from './matrix.ts'

export interface PrettyOptions {
  /** Columns that a line may take. Default 80. */
  readonly width?: number
  /** Whether to colour verdicts with ANSI escape sequences. Default false. */
  readonly colour?: boolean
}

/** The report for a terminal: the matrix, worst first, then every cell that is worth a word, then the result. */
export function formatPretty(report: CheckReport, { width = 80, colour = false }: PrettyOptions = {}): string {
  const paint = colour ? painted : (text: string) => text
  const worthAWord = worstFirst(report.cells).filter(isWorthAWord)
  const unstarted = describeUnstarted(report.cells)
  const blocks = [
    heading(report, width),
    ...(report.cells.length > 0 ? [matrix(report, width, paint)] : []),
    ...worthAWord.map((cell) => details(cell, width, paint)),
    unstarted ? wrapped(unstarted, width) : [],
    ...(report.advice ?? []).map((advice) => wrapped(`try: ${oneLine(advice)}`, width)),
    untriedIn(report).map(({ what, why }) => cut(`does not speak ${what}: skipped (${oneLine(why)})`, width)),
    wrapped(`${report.verdict}: ${describeCounts(report)}`, width).map((line) => paint(line, report.verdict)),
  ]
  const text = blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')
  return `${withoutCommands(text)}\n`
}

type Paint = (text: string, as: Standing) => string

/** SGR, ECMA-48 §8.3.117: bold red, magenta, yellow, green. */
const sgr: Readonly<Record<Standing, string>> = {
  fail: '1;31',
  inconclusive: '35',
  note: '33',
  known: '33',
  pass: '32',
}

const painted: Paint = (text, as) => `\x1b[${sgr[as]}m${text}\x1b[0m`

function heading({ client, mockmail, contract }: CheckReport, width: number): readonly string[] {
  const how = contract === 'strict' ? '' : `, contract ${contract}`
  return [cut(`mockmail ${mockmail} checked ${oneLine(client)}`, width - columnsOf(how)) + how]
}

const words: Readonly<Record<Standing, string>> = {
  fail: 'FAIL',
  inconclusive: '?',
  note: 'note',
  known: 'known',
  pass: 'pass',
}

const gap = 2

/** One table where it fits, else one per protocol. */
function matrix(report: CheckReport, width: number, paint: Paint): readonly string[] {
  const whole = matrixOf(report)
  const protocols = [...new Set(whole.columns.map(({ protocol }) => protocol))]
  const tables = fits(whole, width) ? [whole] : protocols.map((protocol) => ofProtocol(whole, protocol))
  return [
    ...tables.flatMap((one, index) => [...(index > 0 ? [''] : []), ...table(one, width, paint)]),
    ...legend(whole, width),
  ]
}

const cellWidth = (columns: readonly Column[]): number =>
  Math.max(...columns.map(({ mode, protocol }) => Math.max(mode.length, protocol.length))) + gap

function fits({ columns, rows }: Matrix, width: number): boolean {
  const names = Math.max(...rows.map(({ scenario }) => columnsOf(oneLine(scenario))))
  return names + gap + columns.length * cellWidth(columns) - gap <= width
}

function ofProtocol({ columns, rows }: Matrix, protocol: Column['protocol']): Matrix {
  const kept = columns.flatMap((column, index) => (column.protocol === protocol ? [index] : []))
  return {
    columns: columns.filter((column) => column.protocol === protocol),
    rows: rows
      .map(({ scenario, cells }) => ({ scenario, cells: kept.map((index) => cells[index]) }))
      .filter(({ cells }) => cells.some((cell) => cell !== undefined)),
  }
}

function table({ columns, rows }: Matrix, width: number, paint: Paint): readonly string[] {
  const each = cellWidth(columns)
  const room = width - columns.length * each
  const first = Math.min(room, Math.max('scenario'.length, ...rows.map(({ scenario }) => columnsOf(scenario))) + gap)
  const line = (name: string, cells: readonly string[]): string =>
    (pad(cut(name, first - gap), first) + cells.join('')).trimEnd()
  return [
    line(
      '',
      columns.map(({ protocol }) => pad(protocol, each)),
    ),
    line(
      'scenario',
      columns.map(({ mode }) => pad(mode, each)),
    ),
    ...rows.map(({ scenario, cells }) =>
      line(
        oneLine(scenario),
        cells.map((cell, index) => place(cell, index === columns.length - 1 ? 0 : each, paint)),
      ),
    ),
  ]
}

function place(cell: CheckCell | undefined, width: number, paint: Paint): string {
  if (!cell) return pad('-', width)
  const standing = standingOf(cell)
  const word = `${words[standing]}${cell.baseline ? '*' : ''}`
  return paint(word, standing) + pad('', width - word.length)
}

function legend({ rows }: Matrix, width: number): readonly string[] {
  const cells = rows.flatMap((row) => row.cells)
  const entries = [
    ...(cells.some((cell) => cell === undefined) ? ['- not tried'] : []),
    ...(cells.some((cell) => cell && standingOf(cell) === 'inconclusive') ? ['? inconclusive'] : []),
    ...(cells.some((cell) => cell?.baseline) ? ['* not as the baseline expects'] : []),
  ]
  if (entries.length === 0) return []
  const line = entries.join('   ')
  return ['', ...(line.length <= width ? [line] : entries)]
}

const mostErrorLines = 3

function details(cell: CheckCell, width: number, paint: Paint): readonly string[] {
  const { verdict, scenario, grade, known } = cell
  const standing = standingOf(cell)
  const how = verdict === 'fail' ? ` (${grade})` : ''
  const word = standing === 'fail' ? 'FAIL' : standing
  const title = cut(`${oneLine(scenario)} ${placeOf(cell)}${how}`, width - word.length - 1)
  const baseline = describeBaseline(cell)
  const end = wrapped(`client: ${describeClient(cell)}`, width - 2)
  return [
    `${paint(word, standing)} ${title}`,
    ...indented(wrapped(describeCell(cell), width - 2), 2),
    ...indented(end.slice(0, mostErrorLines - 1), 2),
    ...(end.length >= mostErrorLines ? indented([cut(end.slice(mostErrorLines - 1).join(' '), width - 2)], 2) : []),
    ...(baseline ? indented(wrapped(baseline, width - 2), 2) : []),
    ...(standing === 'known' ? indented(wrapped(oneLine(`known: ${known}`), width - 2), 2) : []),
    // A note is worth knowing, and needs no proof; so is what is known, and a pass that a baseline did not expect.
    ...(standing === 'fail' || standing === 'inconclusive' ? indented(evidence(cell, { width: width - 4 }), 4) : []),
  ]
}

const indented = (lines: readonly string[], by: number): readonly string[] =>
  lines.map((line) => `${' '.repeat(by)}${line}`)
