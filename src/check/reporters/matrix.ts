import { type Mode, modes, type Protocol, protocols } from '../../scenarios/vocabulary.ts'
import type { Grade, Verdict } from '../../verdicts/findings.ts'
import { isKnown, wasStarted } from '../describe.ts'
import type { CheckCell, CheckReport } from '../report.ts'

/** Verdicts, worst first. */
export const verdicts = ['fail', 'inconclusive', 'note', 'pass'] as const satisfies readonly Verdict[]

/** A verdict, or that a baseline knows the cell for what it is. */
export type Standing = Verdict | 'known'

const standings: readonly Standing[] = ['fail', 'inconclusive', 'note', 'known', 'pass']

export const standingOf = (cell: CheckCell): Standing => (isKnown(cell) ? 'known' : cell.verdict)

/** Whether it is shown with a sentence, beside its place in the matrix; those that were not started have one in common. */
export const isWorthAWord = (cell: CheckCell): boolean =>
  wasStarted(cell) && (standingOf(cell) !== 'pass' || cell.baseline !== null)

/** Grades, worst first. */
const grades: readonly Grade[] = ['exposed', 'tampered', 'minor', 'safe', 'none']

/** One protocol in one mode. */
export interface Column {
  readonly protocol: Protocol
  readonly mode: Mode
}

/** One scenario, with a place for each column. */
export interface Row {
  readonly scenario: string
  readonly cells: readonly (CheckCell | undefined)[]
}

export interface Matrix {
  readonly columns: readonly Column[]
  /** Worst first, by their worst cell, then by how many are that bad. */
  readonly rows: readonly Row[]
}

/** The cells of a report as rows and columns; a protocol and mode without a cell has no column. */
export function matrixOf({ cells }: Pick<CheckReport, 'cells'>): Matrix {
  const columns = protocols
    .flatMap((protocol) => modes.map((mode) => ({ protocol, mode })))
    .filter((column) => cells.some((cell) => isIn(column, cell)))
  const byScenario = new Map<string, CheckCell[]>()
  for (const cell of cells) byScenario.set(cell.scenario, [...(byScenario.get(cell.scenario) ?? []), cell])
  const rows = [...byScenario].map(([scenario, own]) => ({
    scenario,
    cells: columns.map((column) => own.find((cell) => isIn(column, cell))),
    ranks: own.map(rank).sort((a, b) => a - b),
  }))
  return { columns, rows: rows.sort((a, b) => compareRanks(a.ranks, b.ranks)).map(({ ranks, ...row }) => row) }
}

/** `smtp/implicit` */
export const placeOf = ({ protocol, mode }: Column): string => `${protocol}/${mode}`

export const isIn = (column: Column, cell: Column): boolean =>
  column.protocol === cell.protocol && column.mode === cell.mode

/** Worst first: by verdict, what is known behind all that is not, then by grade; equals stay in order. */
export const worstFirst = (cells: readonly CheckCell[]): readonly CheckCell[] =>
  [...cells].sort((a, b) => rank(a) - rank(b))

const rank = (cell: CheckCell): number => standings.indexOf(standingOf(cell)) * 10 + grades.indexOf(cell.grade)

/** At the first place where they differ; of two that begin the same, the one with more cells comes first. */
function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? Number.MAX_SAFE_INTEGER) - (b[at] ?? Number.MAX_SAFE_INTEGER)
    if (difference !== 0) return difference
  }
  return 0
}

/** What was not tried at all, one entry per protocol. */
export interface Untried {
  /** The protocol, or its modes where others of it were tried: `pop3`, `imap/starttls`. */
  readonly what: string
  readonly why: string
  readonly attempts: CheckReport['skipped']
}

export function untriedIn({ cells, skipped }: Pick<CheckReport, 'cells' | 'skipped'>): readonly Untried[] {
  return protocols.flatMap((protocol) => {
    const own = skipped.filter((one) => one.protocol === protocol)
    if (own.length === 0) return []
    const partly = cells.some((cell) => cell.protocol === protocol)
    return [
      {
        what: partly ? own.map(placeOf).join(', ') : protocol,
        why: [...new Set(own.map(({ why }) => why))].join('; '),
        attempts: own,
      },
    ]
  })
}
