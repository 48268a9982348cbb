import { cut, oneLine, withoutCommands } from '../../text/printable.ts'
import type { Verdict } from '../../verdicts/findings.ts'
import {
  correctClient,
  describeBaseline,
  describeCell,
  describeClient,
  describeCounts,
  describeUnstarted,
  isKnown,
} from '../describe.ts'
import { evidence } from '../evidence.ts'
import type { CheckCell, CheckReport } from '../report.ts'
import { isWorthAWord, matrixOf, placeOf, standingOf, untriedIn, worstFirst } from './matrix.ts'

/** GitHub refuses a comment of more than 65,536 characters; a job summary may have 1 MiB. */
const mostCharacters = 60_000

/** What the table may take of them. */
const mostOfTable = 30_000

/** Columns of one line of a client's words. */
const mostOfLine = 500

/** GitHub Flavored Markdown for a job summary or a comment: the table, and what is not as it should be, folded. */
export function formatMarkdown(report: CheckReport): string {
  const { client, mockmail, contract, verdict } = report
  const unstarted = describeUnstarted(report.cells)
  const head = [
    `## ${marks[verdict]} mockmail check: ${describeCounts(report)}`,
    `${code(cut(client, mostOfLine))}, by mockmail ${text(mockmail)}${contract === 'strict' ? '' : `, contract ${contract}`}`,
    ...(report.cells.length > 0 ? [table(report)] : []),
    ...(unstarted ? [`The client was ${unstarted}.`] : []),
    ...(report.advice ?? []).map((advice) => `Try: ${text(advice)}`),
    ...untriedIn(report).map(
      ({ what, why }) => `Does not speak ${what}: skipped (${text(cut(oneLine(why), mostOfLine))})`,
    ),
  ].join('\n\n')
  const blocks = worstFirst(report.cells).filter(isWorthAWord).map(details)
  const { kept, left } = within(blocks, mostCharacters - head.length)
  const whole = [head, ...kept, ...(left > 0 ? [`… and ${left} more, left out to fit a comment.`] : [])].join('\n\n')
  return `${withoutCommands(whole)}\n`
}

const marks: Readonly<Record<Verdict, string>> = { fail: '❌', inconclusive: '❔', note: '⚠️', pass: '✅' }

function table(report: CheckReport): string {
  const { columns, rows } = matrixOf(report)
  const lines = rows.map(({ scenario, cells }) => row([code(scenario), ...cells.map(place)]))
  const { kept, left } = within(lines, mostOfTable)
  return [
    row(['scenario', ...columns.map(({ protocol, mode }) => `${protocol} ${mode}`)]),
    row(['---', ...columns.map(() => '---')]),
    ...kept,
    ...(left > 0 ? [row([`… and ${left} more`, ...columns.map(() => '')])] : []),
  ].join('\n')
}

/** A pipe ends a cell, even inside code. */
const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`

const place = (cell: CheckCell | undefined): string =>
  cell ? `${marks[cell.verdict]} ${cell.outcome}${cell.baseline ? ' (changed)' : isKnown(cell) ? ' (known)' : ''}` : '–'

function details(cell: CheckCell): string {
  const { verdict, scenario } = cell
  const standing = standingOf(cell)
  const baseline = describeBaseline(cell)
  const says = [
    `client: ${describeClient(cell)}`,
    ...(baseline ? [baseline] : []),
    ...(isKnown(cell) ? [`known: ${cell.known}`] : []),
    ...(standing === 'fail' || standing === 'inconclusive' ? evidence(cell) : []),
  ]
  return [
    `<details><summary>${marks[verdict]} <code>${html(scenario)}</code> ${placeOf(cell)}: ${html(describeCell(cell))}</summary>`,
    `A correct client ${text(correctClient(cell))}`,
    fenced(says.map((line) => cut(oneLine(line), mostOfLine)).join('\n')),
    '</details>',
  ].join('\n\n')
}

/** As many from the front as fit. */
function within(parts: readonly string[], room: number): { readonly kept: readonly string[]; readonly left: number } {
  let taken = 0
  const kept = parts.filter((part) => {
    taken += part.length + 2
    return taken <= room
  })
  return { kept, left: parts.length - kept.length }
}

const longestRun = (of: string): number => Math.max(0, ...[...of.matchAll(/`+/g)].map(([run]) => run.length))

/** CommonMark §6.1: delimited by more backticks than stand inside. */
function code(words: string): string {
  const line = oneLine(words)
  const ticks = '`'.repeat(longestRun(line) + 1)
  const edge = /^`|`$/.test(line) ? ' ' : ''
  return line === '' ? '` `' : `${ticks}${edge}${line}${edge}${ticks}`
}

/** CommonMark §4.5. */
function fenced(words: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(words) + 1))
  return `${fence}text\n${words}\n${fence}`
}

/** CommonMark §2.4: any ASCII punctuation may be escaped. */
const text = (words: string): string =>
  withoutCalls(oneLine(words)).replace(/[\\`*_{}[\]()<>#+!|~$&]/g, (mark) => `\\${mark}`)

const html = (words: string): string =>
  withoutCalls(oneLine(words)).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** GitHub takes `@name` for a call for someone; a word joiner, which is not seen, keeps it from that. */
const withoutCalls = (words: string): string => words.replace(/@(?=\w)/g, '@\u2060')
